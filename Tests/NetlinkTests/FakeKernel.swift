import LinuxSystem
import Synchronization

@testable import Netlink

/// A kernel that answers each request with the datagrams that a function makes of it.
final class FakeKernel: Sendable {
    enum Answer {
        case datagram([UInt8])
        /// Messages were lost here: ENOBUFS.
        case overrun
    }

    private let received = Mutex<[[UInt8]]>([])
    /// What was not fetched yet of the answers, as in a socket's queue.
    private let queue = Mutex<[Answer]>([])
    private let answer: @Sendable (_ request: [UInt8], _ number: Int) -> [Answer]

    /// - Parameter answer: Given a request and how many came before it.
    init(_ answer: @escaping @Sendable (_ request: [UInt8], _ number: Int) -> [Answer]) {
        self.answer = answer
    }

    /// A kernel that answers every request with the same messages, one a datagram.
    convenience init(_ messages: TestMessage...) {
        self.init { request, _ in
            messages.map { .datagram($0.bytes(answering: request)) }
        }
    }

    /// Every request so far.
    var requests: [[UInt8]] { received.withLock { $0 } }

    var routeSocket: RouteSocket { RouteSocket(port: testPort, transport: transport) }

    var transport: NetlinkTransport {
        { request throws(SystemCallError) in
            if let request {
                let number = self.received.withLock {
                    $0.append(request)
                    return $0.count - 1
                }
                self.queue.withLock { $0 += self.answer(request, number) }
            }
            return { () throws(SystemCallError) in
                switch self.queue.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
                case .datagram(let bytes): return bytes
                case .overrun: throw Self.failure(.noBufferSpace)
                case nil: throw Self.failure(.timedOut)
                }
            }
        }
    }

    private static func failure(_ errno: ErrorNumber) -> SystemCallError {
        SystemCallError(operation: "receive netlink message", subject: "", errno: errno)
    }
}

/// What a kernel with some links answers: all of them to a request for a list, else the one with the index asked for.
func answer(of links: [TestMessage], to request: [UInt8]) -> [FakeKernel.Answer] {
    // NLM_F_DUMP.
    let isList = request[7] & 3 == 3
    let index = request[20..<24]
    let wanted = links.filter { isList || $0.payload[4..<8].elementsEqual(index) }
    return (isList ? wanted + [.done()] : wanted).map { .datagram($0.bytes(answering: request)) }
}

/// The port of sockets in front of a fake kernel.
let testPort: UInt32 = 4711
