internal import CNetlink
internal import LinuxSystem
internal import Synchronization

/// Sends a complete request and returns what fetches the datagrams of its answer, one a call.
///
/// The kernel, or in tests whatever plays it. Fetching throws `ETIMEDOUT` when no more datagrams
/// come, `ENOBUFS` when some were lost, `EMSGSIZE` when one was too long and the next of its size fits.
typealias NetlinkTransport =
    @Sendable (_ request: [UInt8]) throws(SystemCallError) -> () throws(SystemCallError) -> [UInt8]

/// Requests and their answers on one socket, one at a time.
final class NetlinkConversation: Sendable {
    private let transport: NetlinkTransport

    /// The port that answers must name.
    private let port: UInt32

    /// The last sequence number used; held while a request and its answer are under way.
    private let sequence = Mutex<UInt32>(0)

    init(port: UInt32, transport: @escaping NetlinkTransport) {
        self.port = port
        self.transport = transport
    }

    convenience init(_ socket: NetlinkSocket) {
        self.init(port: socket.port) { request throws(SystemCallError) in
            try socket.send(request)
            return Self.fetching(within: answerTime) { deadline throws(SystemCallError) in
                try socket.receive(by: deadline())
            }
        }
    }

    /// What fetches the datagrams of an answer until the time for the whole of it is over, however many come.
    ///
    /// The time begins with the first wait, or with the second datagram: an answer that is one datagram, and there
    /// already, as most are, does not ask for the time at all.
    ///
    /// - Parameter receive: Waits for a datagram until a deadline, which it asks for if it must wait; nil if none
    ///   has come.
    static func fetching(
        within time: Duration,
        _ receive: @escaping (() -> Deadline) throws(SystemCallError) -> [UInt8]?
    ) -> () throws(SystemCallError) -> [UInt8] {
        var begun: Deadline?
        var isFirst = true
        func deadline() -> Deadline {
            let deadline = begun ?? Deadline(after: time)
            begun = deadline
            return deadline
        }
        return { () throws(SystemCallError) in
            // A loss counts as a datagram: else one after the other would be waited for without end.
            let isInTime = isFirst || !deadline().hasPassed
            isFirst = false
            guard isInTime, let datagram = try receive(deadline) else {
                throw SystemCallError(
                    operation: "receive netlink message", subject: "", errno: .timedOut)
            }
            return datagram
        }
    }

    /// Carries out a command.
    ///
    /// - Throws: `NetlinkError` with the kernel's refusal.
    func perform(_ request: NetlinkRequest) throws(NetlinkError) {
        try exchange(request) { _ in }
    }

    /// The one message that answers a request.
    ///
    /// - Throws: `NetlinkError`; with `EBADMSG` if the answer is something else.
    func answer<Value>(
        to request: NetlinkRequest, decode: (NetlinkReply) throws(MalformedReply) -> Value
    ) throws(NetlinkError) -> Value {
        var value: Value?
        let take = { (reply: NetlinkReply) throws(MalformedReply) in value = try decode(reply) }
        do {
            try exchange(request, take: take)
        } catch  where error.errno == .messageTooLong {
            try exchange(request, take: take)
        }
        guard let value else {
            throw request.error(.badMessage, kernelMessage: "an empty answer")
        }
        return value
    }

    /// Reads a list, again from the start if it changed or overran while it was read.
    ///
    /// - Parameter decode: Makes the element of a message; nil leaves it out.
    /// - Throws: `NetlinkError`; with `EINTR` if the list changed during every one of ten
    ///   readings, with `ENOBUFS` if messages were lost each time.
    func list<Element>(
        _ request: NetlinkRequest, decode: (NetlinkReply) throws(MalformedReply) -> Element?
    ) throws(NetlinkError) -> [Element] {
        var completeness = NetlinkAnswer.Completeness.complete
        for _ in 0..<10 {
            var elements: [Element] = []
            completeness = try exchange(request) { reply throws(MalformedReply) in
                if let element = try decode(reply) { elements.append(element) }
            }
            if completeness == .complete { return elements }
        }
        throw request.error(completeness == .overrun ? .noBufferSpace : .interrupted)
    }

    /// Sends one request and takes in its whole answer.
    @discardableResult
    private func exchange(
        _ request: NetlinkRequest, take: (NetlinkReply) throws(MalformedReply) -> Void
    ) throws(NetlinkError) -> NetlinkAnswer.Completeness {
        if let failure = request.failure { throw request.error(failure) }
        return try sequence.withLock { sequence throws(NetlinkError) in
            sequence &+= 1
            var answer = NetlinkAnswer(to: request)
            do {
                let next = try transport(request.bytes(sequence: sequence))
                while true {
                    guard let datagram = try datagram(of: request, from: next) else {
                        answer.completeness = .overrun
                        continue
                    }
                    var rest = datagram[...]
                    repeat {
                        let reply = try NetlinkReply.removeFirst(from: &rest)
                        guard reply.sequence == sequence && reply.port == port else { continue }
                        if try answer.isComplete(with: reply, take: take) {
                            return answer.completeness
                        }
                    } while !rest.isEmpty
                }
            } catch let error as SystemCallError {
                throw request.error(error.errno, kernelMessage: error.operation)
            } catch let error as MalformedReply {
                throw request.error(.badMessage, kernelMessage: error.reason)
            } catch let error as NetlinkError {
                throw error
            } catch {
                throw request.error(.badMessage, kernelMessage: "\(error)")
            }
        }
    }

    /// The next datagram; nil if parts of a list were lost, or did not fit. The list goes on then, and until it
    /// has ended the kernel accepts no request for another.
    private func datagram(
        of request: NetlinkRequest, from next: () throws(SystemCallError) -> [UInt8]
    ) throws(SystemCallError) -> [UInt8]? {
        do {
            return try next()
        } catch
            where (error.errno == .noBufferSpace || error.errno == .messageTooLong)
            && request.isDump
        {
            return nil
        }
    }
}

/// How long the kernel's whole answer may take. It, or its beginning, is there before the request's send returns:
/// to wait at all means that something is wrong.
private let answerTime = Duration.seconds(10)
