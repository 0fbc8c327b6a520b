import LinuxSystem
import Testing

@testable import Netlink

/// How answers are told apart, put together and judged.
@Suite struct ConversationTests {
    /// NLMSGERR_ATTR_MSG and NLMSGERR_ATTR_OFFS.
    private static let extendedAcknowledgement =
        attribute(1, Array("Device is down\0".utf8)) + attribute(2, little(UInt32(44)))

    @Test func refusalKeepsErrnoAndTheKernelsWords() {
        let kernel = FakeKernel(
            .acknowledgement(-95, attributes: Self.extendedAcknowledgement))
        let error = #expect(throws: NetlinkError.self) {
            try kernel.routeSocket.setVF(
                .vlan(VLANTag(identifier: 100)), index: 1, ofPF: 7, named: "pf0")
        }
        #expect(error?.errno == .notSupported)
        #expect(error?.kernelMessage == "Device is down")
        #expect(error?.attributeOffset == 44)
        #expect(
            error?.description
                == "set VLAN of VF 1 of pf0: operation not supported (EOPNOTSUPP): Device is down")
    }

    @Test func refusalThatEchoesTheWholeRequest() {
        let echoed = hex("18000000 13000500 01000000 00000000 0102030405060708")
        let kernel = FakeKernel(
            TestMessage(
                type: 2, flags: 0x200,
                payload: little(Int32(-22)) + echoed + Self.extendedAcknowledgement))
        let error = #expect(throws: NetlinkError.self) {
            try kernel.routeSocket.setLink(index: 7, named: "eth0", LinkSettings(mtu: 9000))
        }
        #expect(error?.kernelMessage == "Device is down")
        #expect(
            error?.description
                == "set MTU 9000 of interface eth0: invalid argument (EINVAL): Device is down")
    }

    @Test func warningOnSuccessIsNoError() throws {
        let kernel = FakeKernel(.acknowledgement(0, attributes: Self.extendedAcknowledgement))
        try kernel.routeSocket.setVF(.trust(true), index: 1, ofPF: 7, named: "pf0")
    }

    @Test func refusalAtTheEndOfAList() {
        let kernel = FakeKernel(.link(index: 1, name: "a", flags: 2), .done(-1))
        let error = #expect(throws: NetlinkError.self) { try kernel.routeSocket.links() }
        #expect(error?.description == "list interfaces: operation not permitted (EPERM)")
    }

    @Test func answersToOthersAndToEarlierRequestsAreSkipped() throws {
        let kernel = FakeKernel { request, _ in
            var stale = TestMessage.link(index: 1, name: "stale")
            stale.sequence = 99
            var foreign = TestMessage.link(index: 2, name: "foreign")
            foreign.port = 1
            return [stale, foreign, .link(index: 3, name: "ours")]
                .map { .datagram($0.bytes(answering: request)) }
        }
        #expect(try kernel.routeSocket.link(index: 3)?.name == "ours")
    }

    @Test func sequenceNumbersDiffer() throws {
        let kernel = FakeKernel(.acknowledgement(0))
        let socket = kernel.routeSocket
        try socket.setLink(index: 7, named: "eth0", LinkSettings(isUp: true))
        try socket.setLink(index: 7, named: "eth0", LinkSettings(isUp: true))
        #expect(kernel.requests.map { Array($0[8..<12]) } == [[1, 0, 0, 0], [2, 0, 0, 0]])
    }

    @Test func listInSeveralMessagesAndDatagrams() throws {
        let kernel = FakeKernel { request, _ in
            let first = [
                TestMessage.link(index: 1, name: "a", flags: 2),
                .link(index: 2, name: "b", flags: 2),
            ]
            return [
                .datagram(first.flatMap { $0.bytes(answering: request) }),
                .datagram(
                    TestMessage.link(index: 3, name: "c", flags: 2).bytes(answering: request)),
                .datagram(TestMessage.done().bytes(answering: request)),
            ]
        }
        #expect(try kernel.routeSocket.links().map(\.name) == ["a", "b", "c"])
    }

    @Test func listThatChangedIsReadAgain() throws {
        let kernel = FakeKernel { request, number in
            let interrupted: UInt16 = number < 2 ? 0x12 : 0x2
            return [
                TestMessage.link(index: 1, name: "try\(number)", flags: 2),
                .done(flags: interrupted),
            ].map { .datagram($0.bytes(answering: request)) }
        }
        #expect(try kernel.routeSocket.links().map(\.name) == ["try2"])
        #expect(kernel.requests.count == 3)
    }

    @Test func listThatAlwaysChangesIsAnError() {
        let kernel = FakeKernel(
            .link(index: 1, name: "a", flags: 0x12), .done())
        let error = #expect(throws: NetlinkError.self) { try kernel.routeSocket.links() }
        #expect(error?.errno == .interrupted)
        #expect(kernel.requests.count == 10)
    }

    @Test func listWithLostMessagesIsReadAgainAfterItsEnd() throws {
        let kernel = FakeKernel { request, number in
            let link = TestMessage.link(index: 1, name: "a", flags: 2).bytes(answering: request)
            let done = TestMessage.done().bytes(answering: request)
            return number == 0
                ? [.datagram(link), .overrun, .datagram(done)]
                : [.datagram(link), .datagram(link), .datagram(done)]
        }
        #expect(try kernel.routeSocket.links().map(\.name) == ["a", "a"])
        #expect(kernel.requests.count == 2)
    }

    @Test func lostAnswerToACommandIsAnError() {
        let kernel = FakeKernel { _, _ in [.overrun] }
        let error = #expect(throws: NetlinkError.self) {
            try kernel.routeSocket.setVF(.trust(true), index: 0, ofPF: 7, named: "pf0")
        }
        #expect(error?.errno == .noBufferSpace)
    }

    @Test func silenceIsAnError() {
        let kernel = FakeKernel()
        let error = #expect(throws: NetlinkError.self) { try kernel.routeSocket.link(index: 1) }
        #expect(
            error?.description
                == "look for interface with index 1: connection timed out (ETIMEDOUT): receive netlink message"
        )
    }

    @Test(arguments: [true, false])
    func anAnswerThatNeverEndsIsAnError(messagesAreLost: Bool) {
        let socket = RouteSocket(port: testPort) { _ in
            NetlinkConversation.fetching(within: .milliseconds(50)) {
                _ throws(SystemCallError) in
                if messagesAreLost {
                    throw SystemCallError(operation: "", subject: "", errno: .noBufferSpace)
                }
                var stray = TestMessage.link(index: 1, name: "a", flags: 2)
                stray.sequence = 99
                return stray.bytes
            }
        }
        let error = #expect(throws: NetlinkError.self) { try socket.links() }
        #expect(error?.errno == .timedOut)
    }

    @Test func anAcknowledgementInPlaceOfAnAnswerIsAnError() {
        let kernel = FakeKernel(.acknowledgement(0))
        let error = #expect(throws: NetlinkError.self) { try kernel.routeSocket.link(index: 1) }
        #expect(error?.errno == .badMessage)
    }

    @Test func noDeviceIsNilOnlyForLooking() throws {
        let kernel = FakeKernel(.acknowledgement(-19))
        let socket = kernel.routeSocket
        #expect(try socket.link(index: 7) == nil)
        #expect(try socket.link(named: "eth0") == nil)
        let error = #expect(throws: NetlinkError.self) {
            try socket.virtualFunctions(ofPF: "eth0")
        }
        #expect(error?.description == "read VFs of eth0: no such device (ENODEV)")
    }

    @Test func aMessageThatCannotBeReadDoesNotLeaveItsListInTheQueue() throws {
        // RTM_NEWLINK with an attribute of 200 bytes that is not there.
        let broken = TestMessage(
            type: 16, flags: 2,
            payload: hex("00000100 01000000 00000000 00000000 c800 0300 61626300"))
        let kernel = FakeKernel { request, _ in
            [broken, .link(index: 2, name: "b", flags: 2), .done()]
                .map { .datagram($0.bytes(answering: request)) }
        }
        let error = #expect(throws: NetlinkError.self) { try kernel.routeSocket.links() }
        #expect(
            error?.description
                == "list interfaces: bad message (EBADMSG): attribute of 200 bytes where 8 are left"
        )
        #expect(kernel.requests.count == 1)
    }
}
