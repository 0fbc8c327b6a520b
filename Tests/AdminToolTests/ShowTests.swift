import AdminTool
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Testing

@Suite struct ShowTests {
    @Test func anAttachedVFWithWhatItsDetachRestores() throws {
        try AdminFixture.with { fixture in
            _ = fixture.run(
                "attach", "0000:01:10.0", "--netns", "blue", "--vlan", "100", "--vlan-qos", "3",
                "--trust", "on", "--mac", "02:11:22:33:44:55")
            let expected = """
                virtual function:    0000:01:10.0
                physical function:   0000:01:00.0 (pf0)
                index:               0
                state:               attached
                device:              Intel Corporation (8086:10ca)
                driver:              igbvf
                interface:           net1
                alternative names:   -
                namespace:           /run/netns/blue
                link:                no-carrier
                effective MAC:       02:11:22:33:44:55
                administrative MAC:  02:11:22:33:44:55
                permanent MAC:       -
                MTU:                 1500
                VLAN:                100 qos 3
                transmit rate:       min 0 max 0 Mbit/s
                spoof check:         on
                trust:               on
                link state:          auto
                NUMA node:           -
                IOMMU group:         -
                RDMA device:         -

                owner:                        cli blue/net1
                phase:                        attached
                since:                        2023-11-14T22:13:20Z
                moved to:                     /run/netns/blue (inode 4026531841, cookie 1)
                asked for:                    MAC 02:11:22:33:44:55, VLAN 100 qos 3, trust on
                original driver:              igbvf
                original interface:           pf0v0
                original alternative names:   -
                original MAC:                 02:00:01:00:00:00
                original MTU:                 1500
                original flags:               down
                original queue length:        1000
                original alias:               -
                original administrative MAC:  -
                original VLAN:                none
                original transmit rate:       min 0 max 0 Mbit/s
                original spoof check:         on
                original trust:               off
                original link state:          auto

                """
            for name in ["0000:01:10.0", "net1"] {
                #expect(
                    fixture.run("show", name)
                        == .init(output: expected, errors: [], status: .success))
            }
        }
    }

    @Test func aPFWithItsVFs() throws {
        try AdminFixture.with(vfs: 1) { fixture in
            fixture.host.withKernel { kernel in
                let address = SimulatedHost.pfAddress()
                kernel.pfs[address]?.function.numaNode = 1
                kernel.pfs[address]?.function.iommuGroup = 12
                kernel.pfs[address]?.function.rdmaDevice = "mlx5_0"
            }
            let expected = """
                physical function:  0000:01:00.0
                device:             Intel Corporation 82576 Gigabit Network Connection (8086:10c9)
                driver:             igb
                interface:          pf0
                link:               up
                MAC:                52:54:01:00:00:01
                MTU:                1500
                NUMA node:          1
                IOMMU group:        12
                RDMA device:        mlx5_0
                eswitch mode:       legacy
                VFs:                1 of at most 7

                VF            PF   #  DRIVER  INTERFACE  MAC                VLAN  STATE  OWNER
                0000:01:10.0  pf0  0  igbvf   pf0v0      02:00:01:00:00:00  -     free   -

                """
            for name in ["0000:01:00.0", "pf0"] {
                #expect(fixture.run("show", name).output == expected)
            }
        }
    }

    @Test func aNameThatSeveralContainersUseIsRefused() throws {
        try AdminFixture.with { fixture in
            _ = fixture.run("attach", "0000:01:10.0", "--netns", "blue")
            _ = fixture.run("attach", "0000:01:10.2", "--netns", "red")
            let run = fixture.run("show", "net1")
            #expect(
                run
                    == .init(
                        output: "",
                        errors: [
                            "vfmap: show net1: net1 is the name of 2 interfaces, give one of the "
                                + "addresses 0000:01:10.0, 0000:01:10.2"
                        ], status: .usage))
        }
    }

    @Test func aNameInThisNamespaceComesBeforeThoseInContainers() throws {
        try AdminFixture.with { fixture in
            _ = fixture.run("attach", "0000:01:10.0", "--netns", "blue", "--ifname", "pf0v1")
            let run = fixture.run("show", "pf0v1")
            #expect(run.output.hasPrefix("virtual function:    0000:01:10.2\n"))
        }
    }
}
