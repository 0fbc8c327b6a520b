import Glibc
import LinuxSystem
import Synchronization
import Testing

@testable import Netlink

/// The search for a function's interface where somebody else changes the interfaces meanwhile: only what the kernel
/// confirms counts, and a search that ends early leaves the socket fit for the next.
@Suite struct LinkSearchTests {
    private let function: PCIAddress

    init() throws { function = try #require(PCIAddress("0000:01:10.0")) }

    private let parent =
        attribute(57, Array("pci\0".utf8)) + attribute(56, Array("0000:01:10.0\0".utf8))

    /// The function's interface, of index 7, in a list and as an answer.
    private var found: TestMessage { own(index: 7, "net1") }
    private var confirmed: TestMessage { own(index: 7, "net1", flags: 0) }

    private func own(index: Int32, _ name: String, flags: UInt16 = 2) -> TestMessage {
        .link(index: index, name: name, flags: flags, attributes: parent)
    }

    private func virtual(index: Int32, _ name: String) -> TestMessage {
        .link(
            index: index, name: name, flags: 2,
            attributes: parent + attribute(18, attribute(1, Array("macvlan\0".utf8))))
    }

    /// A kernel that gives the answer of each number, and the last one ever after.
    private func kernel(_ answers: [[TestMessage]]) -> FakeKernel {
        FakeKernel { request, number in
            answers[min(number, answers.count - 1)].map {
                .datagram($0.bytes(answering: request))
            }
        }
    }

    @Test func whatAListShowsCountsOnceItsIndexConfirmsIt() throws {
        let kernel = kernel([
            [own(index: 7, "net1"), .done()], [.link(index: 7, name: "veth")],
            [own(index: 9, "net1"), .done()], [own(index: 9, "net1", flags: 0)],
        ])
        let link = try kernel.routeSocket.link(
            ofPCIFunction: function, until: Deadline(after: .seconds(60)))
        #expect(link?.index == 9)
        #expect(link?.parentDevice == "0000:01:10.0")
    }

    @Test func aVirtualInterfaceThatHasTakenTheIndexIsNotTheFunctions() throws {
        let kernel = kernel([
            [own(index: 7, "net1"), .done()], [virtual(index: 7, "net1")],
            [virtual(index: 7, "net1"), .done()],
        ])
        #expect(
            try kernel.routeSocket.link(
                ofPCIFunction: function, until: Deadline(after: .seconds(60))) == nil)
    }

    @Test func aSearchWhoseFindsVanishEndsAtItsDeadline() {
        // It gives in, so that a search without an end fails and does not hang.
        let kernel = FakeKernel { [found = found, confirmed = confirmed] request, number in
            let isList = request[7] & 3 == 3
            let answer: [TestMessage] =
                isList
                ? [found, .done()]
                : [number < 100 ? .acknowledgement(-19) : confirmed]
            return answer.map { .datagram($0.bytes(answering: request)) }
        }
        let error = #expect(throws: NetlinkError.self) {
            try kernel.routeSocket.link(ofPCIFunction: function, until: Deadline(after: .zero))
        }
        #expect(error?.errno == .interrupted)
        #expect(kernel.requests.count == 2)
    }

    @Test(arguments: [true, false])
    func aListThatChangedOrHadLossesDoesNotProveThatThereIsNone(hadLosses: Bool) throws {
        let other = TestMessage.link(index: 3, name: "eth0", flags: hadLosses ? 2 : 0x12)
        let kernel = FakeKernel { [found = found, confirmed = confirmed] request, number in
            let messages: [TestMessage] =
                switch number {
                case 0: [other, .done()]
                case 1: [other, found, .done()]
                default: [confirmed]
                }
            var answers = messages.map {
                FakeKernel.Answer.datagram($0.bytes(answering: request))
            }
            if hadLosses, number == 0 { answers.insert(.overrun, at: 1) }
            return answers
        }
        let link = try kernel.routeSocket.link(
            ofPCIFunction: function, until: Deadline(after: .seconds(60)))
        #expect(link?.index == 7)
    }

    /// Its lengths have 16 bits: what follows one that wrapped may look like anything.
    @Test func anEntryTooLongForItsLengthsIsNoProof() throws {
        let filler = (0..<3).flatMap { _ in
            attribute(20, [UInt8](repeating: 65, count: 30_000))
        }
        let long = TestMessage.link(
            index: 7, name: "net1", flags: 2, attributes: filler + parent)
        let kernel = kernel([[long, .done()]])
        let deadline = Deadline(after: .seconds(60))
        #expect(try kernel.routeSocket.link(ofPCIFunction: function, until: deadline) == nil)
        #expect(try kernel.routeSocket.linksOfPCIFunctions(until: deadline) == [])
    }

    @Test func whatIsVirtualIsNotAmongTheInterfacesOfFunctions() throws {
        let kernel = kernel([[virtual(index: 3, "up"), own(index: 7, "net1"), .done()]])
        let links = try kernel.routeSocket.linksOfPCIFunctions(
            until: Deadline(after: .seconds(60)))
        #expect(links.map(\.name) == ["net1"])
    }

    // MARK: After a list that was not read to its end

    @Test func theNextListIsReadAlthoughAnEarlierOneWasNotReadToItsEnd() throws {
        let kernel = BusyKernel { [found = found] _ in
            [found, .link(index: 8, name: "eth0", flags: 2), .done()]
        }
        let socket = kernel.routeSocket
        for _ in 1...3 {
            #expect(
                try socket.link(ofPCIFunction: function, until: Deadline(after: .seconds(60)))?
                    .index == 7)
        }
        #expect(try socket.links().map(\.name) == ["net1", "eth0"])
    }

    @Test func theEndOfAListMayLieInTheDatagramOfWhatWasWanted() throws {
        let kernel = FakeKernel { [found = found, confirmed = confirmed] request, _ in
            let isList = request[7] & 3 == 3
            let link = (isList ? found : confirmed).bytes(answering: request)
            return [.datagram(isList ? link + TestMessage.done().bytes(answering: request) : link)]
        }
        let socket = kernel.routeSocket
        for _ in 1...2 {
            #expect(
                try socket.link(ofPCIFunction: function, until: Deadline(after: .seconds(60)))?
                    .index == 7)
        }
        #expect(try socket.links().map(\.name) == ["net1"])
    }

    @Test func theNextListIsReadAfterOneThatCouldNotBeRead() throws {
        // RTM_NEWLINK with an attribute of 200 bytes that is not there.
        let broken = TestMessage(
            type: 16, flags: 2,
            payload: hex("00000100 01000000 00000000 00000000 c800 0300 61626300"))
        let kernel = BusyKernel { number in
            [number == 0 ? broken : .link(index: 1, name: "eth0", flags: 2), .done()]
        }
        let socket = kernel.routeSocket
        let error = #expect(throws: NetlinkError.self) { try socket.links() }
        #expect(error?.errno == .badMessage)
        #expect(try socket.links().map(\.name) == ["eth0"])
    }

    // MARK: The answer to one question

    @Test func anAnswerThatDidNotFitIsAskedForAgain() throws {
        let requests = Mutex(0)
        let socket = RouteSocket(port: testPort) { request throws(SystemCallError) in
            let number = requests.withLock {
                $0 += 1
                return $0
            }
            return { () throws(SystemCallError) in
                guard number > 1, let request else {
                    throw SystemCallError(operation: "", subject: "", errno: .messageTooLong)
                }
                return TestMessage.link(index: 7, name: "pf0").bytes(answering: request)
            }
        }
        #expect(try socket.link(index: 7)?.name == "pf0")
        #expect(requests.withLock { $0 } == 2)
    }
}

/// A kernel that refuses a list, as Linux does, while an earlier one has not been fetched to its end. It makes the next
/// datagram of a list when one is fetched, so that answers to other questions come in between.
private final class BusyKernel: Sendable {
    private struct State {
        var queue: [[UInt8]] = []
        /// What of a list is not in the queue yet.
        var rest: [[UInt8]] = []
        var isListing = false
        var lists = 0
    }

    private let state = Mutex(State())
    private let list: @Sendable (_ number: Int) -> [TestMessage]

    /// - Parameter list: The list that is asked for, given how many came before it; who asks for one interface gets the
    ///   first of it.
    init(_ list: @escaping @Sendable (_ number: Int) -> [TestMessage]) { self.list = list }

    var routeSocket: RouteSocket {
        RouteSocket(port: testPort) { request throws(SystemCallError) in
            if let request { self.take(request) }
            return { () throws(SystemCallError) in
                if let datagram = self.fetch() { return datagram }
                throw SystemCallError(operation: "", subject: "", errno: .timedOut)
            }
        }
    }

    private func take(_ request: [UInt8]) {
        let isList = request[7] & 3 == 3
        state.withLock { state in
            if isList, state.isListing {
                state.queue.append(
                    TestMessage.acknowledgement(-16).bytes(answering: request))
                return
            }
            var messages = list(state.lists)
            guard isList else {
                messages[0].flags = 0
                state.queue.append(messages[0].bytes(answering: request))
                return
            }
            state.lists += 1
            state.isListing = true
            state.rest = messages.map { $0.bytes(answering: request) }
            state.queue.append(state.rest.removeFirst())
        }
    }

    private func fetch() -> [UInt8]? {
        state.withLock { state in
            guard !state.queue.isEmpty else { return nil }
            let datagram = state.queue.removeFirst()
            if !state.rest.isEmpty { state.queue.append(state.rest.removeFirst()) }
            // NLMSG_DONE.
            if datagram[4] == 3 { state.isListing = false }
            return datagram
        }
    }
}
