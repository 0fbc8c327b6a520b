import LinuxSystem
import Testing

@testable import Netlink

@Suite struct LinkDecodingTests {
    private func link(_ attributes: [UInt8]) throws -> Link? {
        try FakeKernel(.link(index: 9, name: "eth0", attributes: attributes)).routeSocket
            .link(index: 9)
    }

    @Test func everyAttribute() throws {
        var expected = Link(index: 9, name: "eth0")
        expected.alternativeNames = ["enp1s0", "blue"]
        expected.macAddress = MACAddress("02:11:22:33:44:55")
        expected.permanentMACAddress = MACAddress("02:aa:bb:cc:dd:ee")
        expected.mtu = 9000
        expected.flags = 0x43
        expected.transmitQueueLength = 500
        expected.hasCarrier = true
        expected.controllerIndex = 4
        expected.controllerKind = "bridge"
        expected.kind = "veth"
        expected.parentBus = "pci"
        expected.parentDevice = "0000:01:10.0"
        expected.physicalPortName = "p0"
        expected.alias = "uplink"
        #expect(
            try link(
                attribute(1, hex("021122334455")) + attribute(0x36, hex("02aabbccddee"))
                    + attribute(4, little(UInt32(9000))) + attribute(13, little(UInt32(500)))
                    + attribute(33, [1]) + attribute(10, little(UInt32(4)))
                    + attribute(
                        18, attribute(1, Array("veth\0".utf8)) + attribute(4, Array("bridge".utf8)))
                    + attribute(
                        0x8034,
                        attribute(53, Array("enp1s0\0".utf8)) + attribute(53, Array("blue\0".utf8)))
                    + attribute(57, Array("pci\0".utf8))
                    + attribute(56, Array("0000:01:10.0\0".utf8))
                    + attribute(38, Array("p0".utf8)) + attribute(20, Array("uplink\0".utf8))
                    + attribute(999, [1, 2, 3, 4, 5])) == expected)
        #expect(expected.isUp)
        #expect(!expected.isPromiscuous)
        #expect(expected.pciAddress == PCIAddress("0000:01:10.0"))
    }

    @Test func addressesOfOtherLengthsAreNoMAC() throws {
        // IPoIB has twenty bytes.
        #expect(try link(attribute(1, [UInt8](repeating: 1, count: 20)))?.macAddress == nil)
    }

    @Test func loopbackHasNoMAC() throws {
        let loopback = TestMessage(
            type: 16,
            payload: hex("0000 0403 01000000 49000000 00000000") + attribute(3, [0x6c, 0x6f, 0])
                + attribute(1, [0, 0, 0, 0, 0, 0]))
        let link = try FakeKernel(loopback).routeSocket.link(index: 1)
        #expect(link?.name == "lo")
        #expect(link?.macAddress == nil)
    }

    @Test func theFunctionsOwnInterfaceIsToldFromRepresentorsAndVirtualOnes() throws {
        let parent =
            attribute(57, Array("pci\0".utf8)) + attribute(56, Array("0000:01:00.0\0".utf8))
        let other = attribute(57, Array("pci\0".utf8)) + attribute(56, Array("0000:01:00.1\0".utf8))
        let links: [Int32: TestMessage] = [
            1: .link(index: 1, name: "other", flags: 2, attributes: other),
            2: .link(
                index: 2, name: "rep", flags: 2,
                attributes: parent + attribute(38, Array("pf0vf1\0".utf8))),
            3: .link(
                index: 3, name: "crep", flags: 2,
                attributes: parent + attribute(38, Array("c1pf0sf3\0".utf8))),
            4: .link(
                index: 4, name: "virtual", flags: 2,
                attributes: parent + attribute(18, attribute(1, Array("ipoib\0".utf8)))),
            5: .link(
                index: 5, name: "port1", flags: 2,
                attributes: parent + attribute(38, Array("p0\0".utf8))),
            6: .link(
                index: 6, name: "port2", flags: 2,
                attributes: parent + attribute(38, Array("p1\0".utf8))),
        ]
        let kernel = FakeKernel { request, _ in
            answer(of: links.sorted { $0.key < $1.key }.map(\.value), to: request)
        }
        let address = try #require(PCIAddress("0000:01:00.0"))
        let deadline = Deadline(after: .seconds(60))
        #expect(
            try kernel.routeSocket.link(ofPCIFunction: address, until: deadline)?.name == "port1")
        let absent = try #require(PCIAddress("0000:02:00.0"))
        #expect(try kernel.routeSocket.link(ofPCIFunction: absent, until: deadline) == nil)
    }

    @Test func aNamelessInterfaceIsAnError() {
        let nameless = TestMessage(type: 16, payload: hex("00000100 09000000 00000000 00000000"))
        let error = #expect(throws: NetlinkError.self) {
            try FakeKernel(nameless).routeSocket.link(index: 9)
        }
        #expect(error?.errno == .badMessage)
    }

    @Test func eventsOfBridgePortsAreNotEventsOfInterfaces() {
        var removed = TestMessage.link(index: 9, name: "eth0")
        removed.type = 17
        #expect(LinkEvent.events(in: removed.bytes).count == 1)
        removed.payload[0] = 7  // AF_BRIDGE
        #expect(LinkEvent.events(in: removed.bytes) == [])
    }

    @Test func eventsThatCannotBeReadCountAsLost() {
        let bytes = TestMessage.link(index: 9, name: "eth0").bytes
        #expect(LinkEvent.events(in: Array(bytes.dropLast(4))) == [.overrun])
    }
}
