internal import CNetlink
internal import LinuxSystem

/// A request while it is being written: the owner of libnl's `nl_msg`.
///
/// The first failure to write is kept and handed over with the bytes, so that no call in between
/// has to be checked.
struct NetlinkMessage: ~Copyable {
    private let message: OpaquePointer?

    /// Bytes: several times what the longest of our requests needs. By itself libnl takes a page, and clears it.
    private static let room = 2000

    /// The first failure; nil so far.
    private(set) var failure: ErrorNumber?

    /// - Parameters:
    ///   - type: `RTM_…`, or a generic netlink family.
    ///   - flags: `NLM_F_…`; `NLM_F_REQUEST` is added.
    init(type: Int, flags: Int) {
        message = nlmsg_alloc_size(Self.room)
        let header = message.flatMap {
            nlmsg_put($0, 0, 0, Int32(type), 0, Int32(flags) | NLM_F_REQUEST)
        }
        if header == nil { failure = .outOfMemory }
    }

    deinit {
        if let message { nlmsg_free(message) }
    }

    /// Adds the fixed header that follows the netlink header.
    mutating func append<Header: BitwiseCopyable>(_ header: Header) {
        let message = message
        record(
            withUnsafeBytes(of: header) { bytes in
                // libnl only reads, although its parameter is not const.
                let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
                return nlmsg_append(message, start, bytes.count, Int32(NLMSG_ALIGNTO))
            })
    }

    mutating func put(_ type: Int, bytes: [UInt8]) {
        record(nla_put(message, Int32(type), Int32(bytes.count), bytes))
    }

    /// Adds an integer in the host's byte order.
    mutating func put(_ type: Int, integer: some FixedWidthInteger) {
        put(type, bytes: hostBytes(of: integer))
    }

    /// Adds consecutive integers of 32 bits, as most structures of VFs are.
    mutating func put(_ type: Int, words: UInt32...) {
        put(type, bytes: words.flatMap(hostBytes))
    }

    /// Adds text with the zero byte that ends it. Text that has one inside fails with `EINVAL`.
    mutating func put(_ type: Int, string: String) {
        put(type, text: KernelText(string))
    }

    /// The same of text that need not be UTF-8.
    mutating func put(_ type: Int, text: KernelText) {
        guard !text.bytes.contains(0) else {
            failure = failure ?? .invalidArgument
            return
        }
        put(type, bytes: text.bytes + [0])
    }

    /// Adds a nest with the attributes that `body` writes; one without any is left out.
    mutating func nest(_ type: Int, _ body: (inout NetlinkMessage) -> Void) {
        guard let message, let start = nla_nest_start(message, Int32(type)) else {
            failure = failure ?? .messageTooLong
            return
        }
        body(&self)
        record(nla_nest_end(message, start))
    }

    /// The finished message, with sequence and port still zero.
    var bytes: [UInt8] {
        guard let message, let header = nlmsg_hdr(message) else { return [] }
        return Array(
            UnsafeRawBufferPointer(start: header, count: Int(header.pointee.nlmsg_len)))
    }

    /// libnl's writers fail only when the message has no room left.
    private mutating func record(_ result: Int32) {
        if result < 0 { failure = failure ?? .messageTooLong }
    }
}

/// The bytes of an integer as they lie in memory.
func hostBytes(of value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value) { Array($0) }
}
