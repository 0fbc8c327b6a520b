/// A message of the kernel, written by the tests without the code under test.
struct TestMessage: Sendable {
    var type: UInt16
    var flags: UInt16 = 0
    var sequence: UInt32?
    var port: UInt32 = testPort
    var payload: [UInt8]

    /// The message as an answer to a request, whose sequence number it takes unless it has its own.
    func bytes(answering request: [UInt8]) -> [UInt8] {
        little(UInt32(16 + payload.count)) + little(type) + little(flags)
            + (sequence.map { little($0) } ?? Array(request[8..<12])) + little(port) + payload
    }

    /// The message with sequence 0, as a notification has it.
    var bytes: [UInt8] { bytes(answering: [UInt8](repeating: 0, count: 16)) }

    /// `NLMSG_ERROR` with -errno; 0 is an acknowledgement. Of the request only a header is echoed.
    static func acknowledgement(_ code: Int32, attributes: [UInt8] = []) -> TestMessage {
        TestMessage(
            type: 2, flags: attributes.isEmpty ? 0x100 : 0x300,
            payload: little(code) + hex("20000000 13000500 01000000 00000000") + attributes)
    }

    /// `NLMSG_DONE`.
    static func done(_ code: Int32 = 0, flags: UInt16 = 2) -> TestMessage {
        TestMessage(type: 3, flags: flags, payload: little(code))
    }

    /// `RTM_NEWLINK` of an Ethernet interface.
    static func link(
        index: Int32, name: String, flags: UInt16 = 0, attributes: [UInt8] = []
    ) -> TestMessage {
        TestMessage(
            type: 16, flags: flags,
            payload: hex("0000 0100") + little(index) + hex("43000000 00000000")
                + attribute(3, Array(name.utf8) + [0]) + attributes)
    }
}

func little(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

/// A `struct nlattr` with its payload, padded to four bytes.
func attribute(_ type: UInt16, _ payload: [UInt8]) -> [UInt8] {
    little(UInt16(truncatingIfNeeded: 4 + payload.count)) + little(type) + payload
        + [UInt8](repeating: 0, count: (4 - payload.count % 4) % 4)
}

/// One `IFLA_VF_INFO` as Linux 6.1 writes it, its words in the order of the kernel's structures.
func functionInfo(
    _ index: UInt32, mac: [UInt8] = [0, 0, 0, 0, 0, 0], vlan: UInt32 = 0, quality: UInt32 = 0,
    etherType: [UInt8] = [0x81, 0x00], minimum: UInt32 = 0, maximum: UInt32 = 0,
    spoofCheck: UInt32 = 1, linkState: UInt32 = 0, rssQuery: UInt32 = .max, trust: UInt32 = 0,
    more: [UInt8] = []
) -> [UInt8] {
    let vlanInfo = little(index) + little(vlan) + little(quality) + etherType + [0, 0]
    return attribute(
        1,
        attribute(1, little(index) + mac + [UInt8](repeating: 0, count: 26))
            + attribute(13, [UInt8](repeating: 0xff, count: 6) + [UInt8](repeating: 0, count: 26))
            + attribute(2, little(index) + little(vlan) + little(quality))
            + attribute(6, little(index) + little(minimum) + little(maximum))
            + attribute(3, little(index) + little(maximum))
            + attribute(4, little(index) + little(spoofCheck))
            + attribute(5, little(index) + little(linkState))
            + attribute(7, little(index) + little(rssQuery))
            + attribute(9, little(index) + little(trust))
            + attribute(10, little(index) + [0, 0, 0, 0] + little(UInt64(0)))
            + attribute(11, little(index) + [0, 0, 0, 0] + little(UInt64(0)))
            + attribute(12, attribute(1, vlanInfo)) + more)
}
