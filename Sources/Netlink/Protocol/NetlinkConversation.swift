internal import CNetlink
internal import LinuxSystem
internal import Synchronization

/// Sends a complete request and returns what fetches the datagrams of its answer, one a call.
///
/// The kernel, or in tests whatever plays it. nil sends nothing, to fetch the rest of an earlier answer. Fetching throws `ETIMEDOUT` when no more datagrams
/// come, `ENOBUFS` when some were lost, `EMSGSIZE` when one was too long and the next of its size fits.
typealias NetlinkTransport =
    @Sendable (_ request: [UInt8]?) throws(SystemCallError) -> () throws(SystemCallError) -> [UInt8]

/// Requests and their answers on one socket, one at a time.
final class NetlinkConversation: Sendable {
    private let transport: NetlinkTransport

    /// The port that answers must name.
    private let port: UInt32

    private struct State {
        /// The last sequence number used.
        var sequence: UInt32 = 0
        /// That of a list whose end has not been read. Until it is, the kernel refuses another list (`EBUSY`).
        var unfinishedList: UInt32?

        /// Takes in a message that belongs to no request in progress.
        mutating func endList(with reply: NetlinkReply) {
            let isEnd = reply.type == Int(NLMSG_DONE) || reply.type == Int(NLMSG_ERROR)
            if isEnd, reply.sequence == unfinishedList { unfinishedList = nil }
        }
    }

    /// Held while a request and its answer are in progress.
    private let state = Mutex(State())

    init(port: UInt32, transport: @escaping NetlinkTransport) {
        self.port = port
        self.transport = transport
    }

    convenience init(_ socket: NetlinkSocket) {
        self.init(port: socket.port) { request throws(SystemCallError) in
            if let request { try socket.send(request) }
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
        try exchange(request) { _ in true }
    }

    /// The one message that answers a request.
    ///
    /// - Throws: `NetlinkError`; with `EBADMSG` if the answer is something else.
    func answer<Value>(
        to request: NetlinkRequest, decode: (NetlinkReply) throws(MalformedReply) -> Value
    ) throws(NetlinkError) -> Value {
        var value: Value?
        let take = { (reply: NetlinkReply) throws(MalformedReply) in
            value = try decode(reply)
            return true
        }
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
                return true
            }
            if completeness == .complete { return elements }
        }
        throw request.error(completeness == .overrun ? .noBufferSpace : .interrupted)
    }

    /// The first element of a list that is wanted; the rest of the list is not read.
    ///
    /// Nothing of the others is kept, so memory does not grow with the list. An element of a list that changes while
    /// it is read may be one of the past: ask for it by itself.
    ///
    /// - Parameters:
    ///   - deadline: When a list that changes again and again is given up.
    ///   - decode: Makes the element of a message; nil goes on.
    /// - Returns: nil if no element of a complete list is wanted.
    /// - Throws: `NetlinkError`; with `EINTR` if the list changed during every reading, with `ENOBUFS` if messages
    ///   were lost each time.
    func first<Element>(
        of request: NetlinkRequest, until deadline: Deadline,
        decode: (NetlinkReply) throws(MalformedReply) -> Element?
    ) throws(NetlinkError) -> Element? {
        while true {
            var found: Element?
            let completeness = try exchange(request) { reply throws(MalformedReply) in
                found = try decode(reply)
                return found == nil
            }
            if let found { return found }
            if completeness == .complete { return nil }
            guard !deadline.hasPassed else {
                throw request.error(completeness == .overrun ? .noBufferSpace : .interrupted)
            }
        }
    }

    /// Sends one request and takes in its whole answer.
    @discardableResult
    private func exchange(
        _ request: NetlinkRequest, take: (NetlinkReply) throws(MalformedReply) -> Bool
    ) throws(NetlinkError) -> NetlinkAnswer.Completeness {
        if let failure = request.failure { throw request.error(failure) }
        return try state.withLock { state throws(NetlinkError) in
            do {
                if request.isDump { try finishList(&state, before: request) }
                state.sequence &+= 1
                var answer = NetlinkAnswer(to: request)
                let next = try transport(request.bytes(sequence: state.sequence))
                while true {
                    guard let datagram = try datagram(of: request, from: next) else {
                        answer.completeness = .overrun
                        continue
                    }
                    var rest = datagram[...]
                    repeat {
                        let reply = try NetlinkReply.removeFirst(from: &rest)
                        guard reply.sequence == state.sequence && reply.port == port else {
                            state.endList(with: reply)
                            continue
                        }
                        if try answer.isComplete(with: reply, take: take) {
                            if answer.isEnough {
                                state.unfinishedList = state.sequence
                                // The end may lie in the same datagram.
                                while !rest.isEmpty {
                                    state.endList(with: try NetlinkReply.removeFirst(from: &rest))
                                }
                            }
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

    /// Reads the rest of a list of which the wanted part was read.
    private func finishList(
        _ state: inout State, before request: NetlinkRequest
    ) throws {
        guard state.unfinishedList != nil else { return }
        let next = try transport(nil)
        while state.unfinishedList != nil {
            guard let datagram = try datagram(of: request, from: next) else { continue }
            var rest = datagram[...]
            repeat {
                state.endList(with: try NetlinkReply.removeFirst(from: &rest))
            } while !rest.isEmpty
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
