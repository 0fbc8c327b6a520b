import LinuxSystem
import Testing

@testable import Netlink

@Suite struct VFStateDecodingTests {
    private func functions(
        _ infos: [UInt8]..., count: UInt32? = nil, statistics: Bool = false
    ) throws -> [VFState] {
        let message = TestMessage.link(
            index: 7, name: "pf0",
            attributes: attribute(21, little(count ?? UInt32(infos.count)))
                + attribute(0x8016, infos.flatMap { $0 }))
        return try FakeKernel(message).routeSocket
            .virtualFunctions(ofPF: "pf0", statistics: statistics).vfs
    }

    @Test func everyAttribute() throws {
        let vf = try functions(
            functionInfo(
                3, mac: [2, 0x11, 0x22, 0x33, 0x44, 0x55], vlan: 100, quality: 3,
                etherType: [0x88, 0xa8], minimum: 10, maximum: 200, spoofCheck: 0, linkState: 2,
                rssQuery: 1, trust: 1))
        #expect(
            vf == [
                VFState(
                    index: 3, macAddress: try #require(MACAddress("02:11:22:33:44:55")),
                    vlans: [VLANTag(identifier: 100, qualityOfService: 3, protocol: .dot1ad)],
                    transmitRate: TransmitRate(minimum: 10, maximum: 200), spoofCheck: false,
                    trust: true, linkState: .disabled, rssQuery: true)
            ])
    }

    @Test func settingsThatTheDriverDoesNotTellAreNil() throws {
        let vf = try functions(
            functionInfo(0, spoofCheck: .max, rssQuery: .max, trust: .max))[0]
        #expect(vf.spoofCheck == nil)
        #expect(vf.trust == nil)
        #expect(vf.rssQuery == nil)
        #expect(vf.linkState == .automatic)
    }

    @Test func vlanZeroIsNoTagWhateverItsProtocol() throws {
        let vf = try functions(functionInfo(0, etherType: [0x88, 0xa8]))[0]
        #expect(vf.vlans == [])
        #expect(vf.vlan == .none)
    }

    @Test func vlanZeroWithPriorityIsATag() throws {
        #expect(
            try functions(functionInfo(0, quality: 5))[0].vlans
                == [VLANTag(identifier: 0, qualityOfService: 5)])
    }

    @Test func severalTagsOfAList() throws {
        let list = attribute(
            12,
            attribute(1, hex("00000000 64000000 00000000 8100 0000"))
                + attribute(1, hex("00000000 c8000000 02000000 88a8 0000")))
        let mac = attribute(1, [UInt8](repeating: 0, count: 36))
        #expect(
            try functions(attribute(1, mac + list))[0].vlans == [
                VLANTag(identifier: 100),
                VLANTag(identifier: 200, qualityOfService: 2, protocol: .dot1ad),
            ])
    }

    @Test func oldKernelsSendOneTagAndOneRate() throws {
        let mac = attribute(1, [UInt8](repeating: 0, count: 36))
        let old =
            mac + attribute(2, hex("00000000 64000000 03000000"))
            + attribute(3, hex("00000000 c8000000"))
        let vf = try functions(attribute(1, old))[0]
        #expect(vf.vlans == [VLANTag(identifier: 100, qualityOfService: 3)])
        #expect(vf.transmitRate == TransmitRate(minimum: 0, maximum: 200))
        #expect(vf.linkState == nil)
    }

    /// IFLA_VF_STATS with counters 1 to 8 and the padding attribute that 64-bit values may need.
    private static let counters = attribute(
        0x8008,
        attribute(0, little(UInt64(1))) + attribute(6, []) + attribute(1, little(UInt64(2)))
            + attribute(2, little(UInt64(3))) + attribute(3, little(UInt64(4)))
            + attribute(4, little(UInt64(5))) + attribute(5, little(UInt64(6)))
            + attribute(7, little(UInt64(7))) + attribute(8, little(UInt64.max)))

    @Test func countersAreDecodedWhenAskedFor() throws {
        let info = functionInfo(0, more: Self.counters)
        var expected = VFStatistics()
        expected.receivedPackets = 1
        expected.transmittedPackets = 2
        expected.receivedBytes = 3
        expected.transmittedBytes = 4
        expected.receivedBroadcasts = 5
        expected.receivedMulticasts = 6
        expected.receivedDropped = 7
        expected.transmittedDropped = .max
        #expect(try functions(info, statistics: true)[0].statistics == expected)
        #expect(try functions(info, statistics: false)[0].statistics == nil)
    }

    @Test func unknownAttributesAreSkipped() throws {
        let info = functionInfo(5, more: attribute(99, [1, 2, 3]) + attribute(0x4063, []))
        #expect(try functions(info)[0].index == 5)
    }

    @Test func oneFunctionAloneIsTheSameAsAmongTheOthers() throws {
        let infos = (0..<4).map { functionInfo(UInt32($0), vlan: UInt32(100 + $0)) }
        // A driver, or a kernel to come, that does not tell the index first.
        let late = attribute(
            1, attribute(9, little(UInt32(3)) + little(UInt32(1))) + infos[3].dropFirst(4))
        let message = TestMessage.link(
            index: 7, name: "pf0",
            attributes: attribute(21, little(UInt32(4)))
                + attribute(0x8016, late + infos[0] + infos[2] + infos[1]))
        let socket = FakeKernel(message).routeSocket
        let all = try socket.virtualFunctions(ofPF: "pf0").vfs
        #expect(all.map(\.index) == [3, 0, 2, 1])
        for index in 0..<4 {
            let (link, vfs) = try FakeKernel(message).routeSocket
                .virtualFunctions(ofPF: "pf0", only: index)
            #expect(link.virtualFunctionCount == 4)
            #expect(vfs.filter { $0.index == index } == all.filter { $0.index == index })
            #expect(vfs.count == (index == 3 ? 1 : 2))
        }
        #expect(
            try FakeKernel(message).routeSocket.virtualFunctions(ofPF: "pf0", only: 4).vfs
                .map(\.index) == [3])
    }

    @Test func twoHundredAndFiftySixFunctions() throws {
        let infos = (0..<256).flatMap { functionInfo(UInt32($0), vlan: UInt32($0)) }
        #expect(infos.count == 256 * 236)
        let message = TestMessage.link(
            index: 7, name: "pf0",
            attributes: attribute(21, little(UInt32(256))) + attribute(22, infos))
        let (link, vfs) = try FakeKernel(message).routeSocket
            .virtualFunctions(ofPF: "pf0")
        #expect(link.virtualFunctionCount == 256)
        #expect(vfs.map(\.index) == Array(0..<256))
        #expect(vfs.map(\.vlan.identifier) == Array(0..<256))
    }

    @Test func aListThatOutgrewItsLengthIsAnError() throws {
        // With counters a VF takes 340 bytes: 256 of them wrap the 16 bits of the list's length.
        let infos = (0..<256).flatMap { functionInfo(UInt32($0), more: Self.counters) }
        #expect(infos.count == 256 * 340)
        let message = TestMessage.link(
            index: 7, name: "pf0",
            attributes: attribute(21, little(UInt32(256))) + attribute(22, infos))
        let error = #expect(throws: NetlinkError.self) {
            try FakeKernel(message).routeSocket
                .virtualFunctions(ofPF: "pf0", statistics: true)
        }
        #expect(error?.errno == .messageTooLong)
    }

    @Test func aListThatSeemsWholeAfterItOutgrewItsLengthIsAnError() throws {
        // 256 VFs of 256 bytes: the length wraps to that of an empty list, and every VF after it
        // reads like an attribute of the link.
        let infos = (0..<256).flatMap {
            functionInfo(
                UInt32($0),
                more: attribute(99, hex("00 00"))
                    + attribute(98, hex("0000000000000000")))
        }
        #expect(infos.count == 65536)
        let message = TestMessage.link(
            index: 7, name: "pf0",
            attributes: attribute(21, little(UInt32(256))) + attribute(22, infos))
        let error = #expect(throws: NetlinkError.self) {
            try FakeKernel(message).routeSocket
                .virtualFunctions(ofPF: "pf0", statistics: true)
        }
        #expect(
            error?.description
                == "read VFs of pf0: message too long (EMSGSIZE): the VFs do not fit into the kernel's list"
        )
    }

    @Test func aFunctionThatTheDriverFailsToReportIsMissing() throws {
        #expect(try functions(functionInfo(0), functionInfo(2), count: 3).map(\.index) == [0, 2])
    }

    @Test func shortStructuresAreErrors() {
        for (type, size) in [(1, 36), (2, 12), (6, 12), (4, 8), (5, 8), (7, 8), (9, 8), (3, 8)] {
            for length in 0..<(type == 1 ? 10 : size) {
                let short = attribute(UInt16(type), [UInt8](repeating: 0, count: length))
                let error = #expect(throws: NetlinkError.self, "type \(type), \(length) bytes") {
                    try functions(attribute(1, short))
                }
                #expect(error?.errno == .badMessage)
            }
        }
    }
}
