import LinuxSystem
import Testing

@testable import Netlink

@Suite struct DevlinkTests {
    private func devlink(_ kernel: FakeKernel) -> Devlink {
        Devlink(family: 0x1f, port: testPort, transport: kernel.transport)
    }

    /// DEVLINK_CMD_ESWITCH_GET's answer: bus, device, and the mode.
    private func answer(mode: UInt16) -> TestMessage {
        TestMessage(
            type: 0x1f,
            payload: hex("1d 01 0000") + attribute(1, Array("pci\0".utf8))
                + attribute(2, Array("0000:03:00.0\0".utf8)) + attribute(25, little(mode)))
    }

    @Test func requestNamesBusAndDevice() throws {
        let kernel = FakeKernel(answer(mode: 0))
        let address = try #require(PCIAddress("0000:03:00.0"))
        #expect(try devlink(kernel).eswitchMode(of: address) == .legacy)
        #expect(
            kernel.requests == [
                hex(
                    """
                    30000000 1f00 0100 01000000 00000000    # 48 bytes, family, REQUEST
                    1d 01 0000                              # genlmsghdr: DEVLINK_CMD_ESWITCH_GET, 1
                    0800 0100 70636900                      # DEVLINK_ATTR_BUS_NAME "pci"
                    1100 0200 303030303a30333a30302e30 00   # DEVLINK_ATTR_DEV_NAME
                    000000
                    """)
            ])
    }

    @Test func switchdev() throws {
        let address = try #require(PCIAddress("0000:03:00.0"))
        #expect(try devlink(FakeKernel(answer(mode: 1))).eswitchMode(of: address) == .switchdev)
    }

    @Test(arguments: [Int32(-19), -95])
    func devicesWithoutDevlinkOrSwitchHaveNoMode(_ code: Int32) throws {
        let address = try #require(PCIAddress("0000:03:00.0"))
        #expect(
            try devlink(FakeKernel(.acknowledgement(code))).eswitchMode(of: address) == nil)
    }

    @Test func refusalNamesTheDevice() {
        let error = #expect(throws: NetlinkError.self) {
            try devlink(FakeKernel(.acknowledgement(-1)))
                .eswitchMode(ofDevice: "netdevsim10", onBus: "netdevsim")
        }
        #expect(
            error?.description
                == "read eswitch mode of netdevsim/netdevsim10: operation not permitted (EPERM)")
    }

    @Test func aKernelWithoutDevlinkHasNoMode() throws {
        let kernel = FakeKernel()
        let devlink = Devlink(family: nil, port: testPort, transport: kernel.transport)
        let address = try #require(PCIAddress("0000:03:00.0"))
        #expect(try devlink.eswitchMode(of: address) == nil)
        #expect(kernel.requests.isEmpty)
    }

    @Test func theModeIsSetWithAnAcknowledgement() throws {
        let kernel = FakeKernel(.acknowledgement(0))
        let address = try #require(PCIAddress("0000:03:00.0"))
        try devlink(kernel).setEswitchMode(.switchdev, of: address)
        #expect(
            kernel.requests == [
                hex(
                    """
                    38000000 1f00 0500 01000000 00000000    # 56 bytes, family, REQUEST | ACK
                    1e 01 0000                              # genlmsghdr: DEVLINK_CMD_ESWITCH_SET, 1
                    0800 0100 70636900                      # DEVLINK_ATTR_BUS_NAME "pci"
                    1100 0200 303030303a30333a30302e30 00   # DEVLINK_ATTR_DEV_NAME
                    000000
                    0600 1900 0100 0000                     # DEVLINK_ATTR_ESWITCH_MODE switchdev
                    """)
            ])
    }

    @Test func theRefusalToSetAModeKeepsTheKernelsWords() throws {
        let address = try #require(PCIAddress("0000:03:00.0"))
        let error = #expect(throws: NetlinkError.self) {
            try devlink(FakeKernel(.acknowledgement(-95))).setEswitchMode(.legacy, of: address)
        }
        #expect(
            error?.description
                == "set eswitch mode legacy of pci/0000:03:00.0: operation not supported (EOPNOTSUPP)"
        )
        let none = #expect(throws: NetlinkError.self) {
            try Devlink(family: nil, port: testPort, transport: FakeKernel().transport)
                .setEswitchMode(.legacy, of: address)
        }
        #expect(
            none?.description
                == "set eswitch mode legacy of pci/0000:03:00.0: operation not supported "
                + "(EOPNOTSUPP): the kernel has no devlink")
    }
}
