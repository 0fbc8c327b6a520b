import LinuxSystem
import Netlink
import Node
import SRIOV
import Synchronization
import Testing

@testable import AdminTool

@Suite struct InventoryRenderingTests {
    private typealias Samples = InventorySamples

    @Test func everyConditionHasItsWord() throws {
        var enslaved = Samples.link("ens1f0v3", mac: "02:00:00:00:00:03")
        enslaved.controllerIndex = 2
        let owner = AttachmentOwner(
            frontEnd: "cni", network: "fast", container: String(repeating: "4f1c9a7e", count: 8),
            interfaceName: "net1")
        let view = try Samples.view([
            Samples.entry(0, link: Samples.link("ens1f0v0", mac: "02:00:00:00:00:00")),
            Samples.entry(1, driver: "vfio-pci", .userspace(driver: "vfio-pci")),
            Samples.entry(
                2, link: Samples.link("eth0", mac: "02:00:00:00:00:02"),
                namespacePath: "/proc/4711/ns/net", .elsewhere(path: "/proc/4711/ns/net")),
            Samples.entry(
                3, link: enslaved, .usedByHost(.member("ens1f0v3", kind: "bridge"))),
            Samples.entry(4, driver: nil, .driverless),
            Samples.entry(5, .withoutInterface(isProved: true)),
            Samples.entry(
                6,
                info: VFState(
                    index: 6, macAddress: try #require(MACAddress("02:00:00:00:00:06")),
                    vlans: [VLANTag(identifier: 100, qualityOfService: 3)]),
                .recorded(Samples.attachment(6, phase: .attached, owner: owner))),
            Samples.entry(
                7, interfaceName: "dev7",
                .recorded(
                    Samples.attachment(
                        7, phase: .restoring,
                        owner: .commandLine(container: "blue", interfaceName: "net1")))),
        ])
        #expect(
            VirtualFunctionTable.text(of: view.virtualFunctions) == """
                VF            PF      #  DRIVER    INTERFACE  MAC                VLAN  \
                STATE         OWNER
                0000:03:10.0  ens1f0  0  iavf      ens1f0v0   02:00:00:00:00:00  -     \
                free          -
                0000:03:10.1  ens1f0  1  vfio-pci  -          -                  -     \
                userspace     -
                0000:03:10.2  ens1f0  2  iavf      eth0       02:00:00:00:00:02  -     \
                foreign       -
                0000:03:10.3  ens1f0  3  iavf      ens1f0v3   02:00:00:00:00:03  -     \
                host          -
                0000:03:10.4  ens1f0  4  -         -          -                  -     \
                no-driver     -
                0000:03:10.5  ens1f0  5  iavf      -          -                  -     \
                no-interface  -
                0000:03:10.6  ens1f0  6  iavf      net1       02:00:00:00:00:06  100   \
                attached      cni fast 4f1c9a7e4f1c…/net1
                0000:03:10.7  ens1f0  7  iavf      dev7       -                  -     \
                restoring     cli blue/net1

                """)
    }

    @Test func whatIsStaleHasAColumnOfItsOwn() throws {
        let owner = AttachmentOwner(
            frontEnd: "docker", network: String(repeating: "c64a7a1b", count: 8), container: "e1",
            interfaceName: nil)
        let stale = try Samples.entry(
            0, link: Samples.link("ens1f0v0", mac: "02:00:00:00:00:00"),
            .stale(
                Samples.attachment(0, phase: .leaving, owner: owner),
                .overdue(.leaving, seconds: 60)))
        let view = try Samples.view([stale, Samples.entry(4, driver: nil, .driverless)])
        #expect(
            VirtualFunctionTable.text(of: view.virtualFunctions) == """
                VF            PF      #  DRIVER  INTERFACE  MAC                VLAN  \
                STATE      OWNER                    STALE
                0000:03:10.0  ens1f0  0  iavf    ens1f0v0   02:00:00:00:00:00  -     \
                leaving    docker c64a7a1bc64a… e1  leaving, and its end never came in 60 s
                0000:03:10.4  ens1f0  4  -       -          -                  -     \
                no-driver  -                        -

                """)
    }

    @Test func jsonHasEverythingAndNoNulls() throws {
        let view = try Samples.view([
            Samples.entry(
                0,
                info: VFState(
                    index: 0, vlans: [VLANTag(identifier: 100, protocol: .dot1ad)],
                    transmitRate: TransmitRate(minimum: 10, maximum: 200), spoofCheck: true),
                link: Samples.link("net1", mac: "02:00:00:00:00:01"),
                namespacePath: "/run/netns/blue",
                .recorded(
                    Samples.attachment(
                        0, phase: .attached,
                        owner: .commandLine(container: "blue", interfaceName: "net1"))))
        ])
        let text = try OutputFormat.json.render(view) { "" }
        #expect(
            text == """
                {
                  "physicalFunctions" : [
                    {
                      "address" : "0000:03:00.0",
                      "currentVFs" : 0,
                      "deviceId" : "1572",
                      "driver" : "i40e",
                      "interface" : "ens1f0",
                      "maximumVFs" : 64,
                      "vendorId" : "8086",
                      "vendorName" : "Intel Corporation",
                      "virtualFunctions" : [

                      ]
                    }
                  ],
                  "virtualFunctions" : [
                    {
                      "address" : "0000:03:10.0",
                      "alternativeNames" : [

                      ],
                      "attachment" : {
                        "created" : "1970-01-01T00:00:00Z",
                        "namespace" : {
                          "cookie" : 12,
                          "inode" : 4026532000,
                          "path" : "/run/netns/blue"
                        },
                        "original" : {
                          "driver" : "iavf",
                          "interface" : {
                            "allMulticast" : false,
                            "alternativeNames" : [

                            ],
                            "mac" : "02:00:00:00:00:01",
                            "mtu" : 1500,
                            "name" : "ens1f0v0",
                            "promiscuous" : false,
                            "transmitQueueLength" : 1000,
                            "up" : false
                          }
                        },
                        "owner" : {
                          "container" : "blue",
                          "frontEnd" : "cli",
                          "interface" : "net1"
                        },
                        "phase" : "attached",
                        "settings" : {
                          "mtu" : 9000,
                          "vlan" : {
                            "id" : 100,
                            "protocol" : "802.1q",
                            "qos" : 0
                          }
                        }
                      },
                      "deviceId" : "154c",
                      "driver" : "iavf",
                      "effectiveMac" : "02:00:00:00:00:01",
                      "index" : 0,
                      "interface" : "net1",
                      "link" : "down",
                      "maximumRate" : 200,
                      "minimumRate" : 10,
                      "mtu" : 1500,
                      "namespace" : "/run/netns/blue",
                      "physicalFunction" : "0000:03:00.0",
                      "physicalFunctionInterface" : "ens1f0",
                      "spoofCheck" : true,
                      "state" : "attached",
                      "vendorId" : "8086",
                      "vendorName" : "Intel Corporation",
                      "vlans" : [
                        {
                          "id" : 100,
                          "protocol" : "802.1ad",
                          "qos" : 0
                        }
                      ]
                    }
                  ]
                }

                """)
    }

    /// Each look-up reads pci.ids.
    @Test func namesAreLookedUpOnceForEachKindOfDevice() throws {
        let asked = Mutex<[UInt16]>([])
        let lookups = DeviceLookups(
            names: { _, device in
                asked.withLock { $0.append(device) }
                return DeviceNames(vendor: nil, device: nil)
            },
            eswitchMode: { _ in nil })
        let inventory = try Samples.inventory([
            Samples.entry(0), Samples.entry(1), Samples.entry(2),
        ])
        let view = InventoryView(inventory, lookups: lookups)
        #expect(view.virtualFunctions.count == 3)
        #expect(asked.withLock { $0 } == [0x1572, 0x154c])
    }

    @Test func aLinkIsDescribedByFlagAndCarrier() {
        var link = Link(index: 1, name: "a")
        link.hasCarrier = true
        #expect(LinkCondition(link).rawValue == "down")
        link.flags = 1
        #expect(LinkCondition(link).rawValue == "up")
        link.hasCarrier = false
        #expect(LinkCondition(link).rawValue == "no-carrier")
    }

    @Test func aDeviceThatPCIIdsDoesNotKnowShowsItsNumbers() {
        func text(_ vendor: String?, _ device: String?) -> String {
            deviceText(vendorName: vendor, deviceName: device, vendorId: "15b3", deviceId: "1018")
        }
        #expect(
            text("Mellanox Technologies", "MT27800 Virtual Function")
                == "Mellanox Technologies MT27800 Virtual Function")
        #expect(text("Mellanox Technologies", nil) == "Mellanox Technologies 1018")
        #expect(text(nil, nil) == "15b3:1018")
    }

    @Test func whatTheOptionsAskedForIsReadable() {
        let settings = VFSettings(
            macAddress: MACAddress("02:11:22:33:44:55"), vlan: VLANTag.none, maximumRate: 200,
            spoofCheck: false, linkState: .enabled, mtu: 9000, isPromiscuous: true,
            receivesAllMulticast: false,
            resetsOnRelease: true)
        #expect(
            VFSettingsView(settings).text
                == "MAC 02:11:22:33:44:55, VLAN none, transmit rate max 200 Mbit/s, "
                + "spoof check off, link state enable, MTU 9000, promiscuous mode on, "
                + "all-multicast mode off, reset on release")
        #expect(VFSettingsView(VFSettings()).text == nil)
    }
}
