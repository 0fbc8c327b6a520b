internal import CNetlink
internal import LinuxSystem

/// One attribute of a reply: its type without the flags, and its payload.
///
/// Every reader checks the payload's length first. A payload that is longer than its type is
/// accepted, because structures grow at their ends from kernel to kernel.
struct Attribute {
    /// `IFLA_…`, `IFA_…`, and so on, as the enclosing message defines them.
    let type: Int

    let payload: ArraySlice<UInt8>

    func uint8() throws(MalformedReply) -> UInt8 { try integer() }

    func uint16() throws(MalformedReply) -> UInt16 { try integer() }

    func uint32() throws(MalformedReply) -> UInt32 { try integer() }

    func uint64() throws(MalformedReply) -> UInt64 { try integer() }

    /// An integer of the host's byte order that lies `offset` bytes into the payload.
    func integer<Value: FixedWidthInteger>(
        at offset: Int = 0, as type: Value.Type = Value.self
    ) throws(MalformedReply) -> Value {
        guard let value = payload.integer(at: offset, as: Value.self) else {
            throw MalformedReply("attribute \(self.type) has \(payload.count) bytes")
        }
        return value
    }

    /// The payload as text of the kernel's own, up to the zero byte that ends it: of a driver, a bus.
    ///
    /// Bytes that are not UTF-8 come out as replacement characters.
    func string() -> String {
        String(decoding: payload.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// The payload as text that somebody has given the kernel, up to the zero byte that ends it.
    func text() -> KernelText {
        KernelText(bytes: payload.prefix { $0 != 0 })
    }

    func nested() -> AttributeList { AttributeList(payload) }
}

extension ArraySlice<UInt8> {
    /// An integer of the host's byte order.
    ///
    /// - Parameter offset: Bytes from the start of the slice.
    /// - Returns: nil if the slice ends before the integer does.
    func integer<Value: FixedWidthInteger>(
        at offset: Int, as type: Value.Type = Value.self
    ) -> Value? {
        let size = MemoryLayout<Value>.size
        guard offset >= 0, count - offset >= size else { return nil }
        return withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Value.self) }
    }
}
