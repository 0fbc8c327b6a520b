import Fuzzing
import LinuxSystem
import Testing

@testable import Netlink

/// Answers that are damaged anywhere, headers and lengths too: a value or an error, after no more datagrams
/// than were sent.
@Suite struct HostileReplyTests {
    /// What a reader makes of a kernel's answers.
    private struct Reading: Sendable {
        let name: String
        /// Sound answers, of which damaged ones are made.
        let answers: [TestMessage]
        let read: @Sendable (FakeKernel) throws -> Int
    }

    private static let readings: [Reading] = {
        let vfs = TestMessage.link(
            index: 7, name: "pf0",
            attributes: attribute(1, hex("021122334455")) + attribute(21, little(UInt32(2)))
                + attribute(
                    22,
                    (0..<2).flatMap {
                        functionInfo($0, more: attribute(8, attribute(0, little(UInt64(1)))))
                    }) + attribute(0x8012, attribute(1, Array("bond\0".utf8)))
                + attribute(0x8034, attribute(53, Array("blue\0".utf8))))
        let address = TestMessage(
            type: 20, flags: 2,
            payload: hex("02 18 80 00 07000000") + attribute(1, hex("0a010005"))
                + attribute(2, hex("0a010005")) + attribute(8, little(UInt32(0x80))))
        let route = TestMessage(
            type: 24, flags: 2,
            payload: hex("02 00 00 00 fe 03 00 01 00000000") + attribute(15, little(UInt32(254)))
                + attribute(5, hex("0a010001")) + attribute(4, little(UInt32(7)))
                + attribute(8, attribute(2, little(UInt32(1400))))
                + attribute(
                    9, hex("1000 00 00 07000000") + attribute(18, hex("0a00") + hex("00000000")))
                + attribute(30, little(UInt32(5))))
        let nextHop = TestMessage(
            type: 104, flags: 2,
            payload: hex("02 00 00 00 00000000") + attribute(1, little(UInt32(5)))
                + attribute(5, little(UInt32(7))) + attribute(2, hex("0600000000000000")))
        let mode = TestMessage(
            type: 0x1f,
            payload: hex("1d 01 0000") + attribute(1, Array("pci\0".utf8))
                + attribute(25, little(UInt16(1))))
        let refusal = TestMessage.acknowledgement(
            -95,
            attributes: attribute(1, Array("Device is down\0".utf8))
                + attribute(2, little(UInt32(44))))
        let done = TestMessage.done()
        return [
            Reading(name: "links", answers: [vfs, vfs, done]) { try $0.routeSocket.links().count },
            Reading(name: "link", answers: [vfs]) {
                try $0.routeSocket.link(index: 7) == nil ? 0 : 1
            },
            Reading(name: "VFs", answers: [vfs]) {
                try $0.routeSocket.virtualFunctions(ofPF: "pf0", statistics: true).vfs
                    .count
            },
            Reading(name: "addresses", answers: [address, address, done]) {
                try $0.routeSocket.addresses(ofLink: 7).count
            },
            Reading(name: "routes", answers: [route, route, done]) {
                try $0.routeSocket.routes().count
            },
            Reading(name: "default routes", answers: [route, nextHop, done]) {
                try $0.routeSocket.defaultRouteInterfaces().count
            },
            Reading(name: "next hops", answers: [nextHop, done]) {
                try $0.routeSocket.interfacesOfNextHopObjects([5]).count
            },
            Reading(name: "eswitch mode", answers: [mode]) {
                let devlink = Devlink(family: 0x1f, port: testPort, transport: $0.transport)
                return try devlink.eswitchMode(ofDevice: "d", onBus: "pci") == nil ? 0 : 1
            },
            Reading(name: "refusal", answers: [refusal]) {
                try $0.routeSocket.setVF(.trust(true), index: 1, ofPF: 7, named: "pf0")
                return 0
            },
        ]
    }()

    @Test(arguments: readings.indices)
    func damagedAnswersGiveAValueOrAnError(of position: Int) throws {
        let reading = Self.readings[position]
        var values = 0
        var errors = 0
        for seed in FuzzSeeds(600, long: .seconds(15), of: reading.name) {
            // However often an answer is asked for, it is damaged in the same way.
            let damage = SeededGenerator(seed: seed)
            let kernel = FakeKernel { request, number in
                var generator = damage
                return Self.datagrams(reading.answers, answering: request, using: &generator)
            }
            do {
                values += min(1, try reading.read(kernel) + 1)
            } catch let error as NetlinkError {
                try #require(!error.description.isEmpty, "seed \(seed)")
                errors += 1
            }
            // A list is read again ten times at most, and the routes ask for next hops too.
            try #require(kernel.requests.count <= 20, "seed \(seed)")
        }
        #expect(errors > 0)
        #expect(values > 0 || reading.name == "refusal")
    }

    @Test func damagedMessagesAreEventsOrCountAsLost() throws {
        let message = Self.readings[0].answers[0]
        var lost = 0
        for seed in FuzzSeeds(2000, long: .seconds(15), of: "news") {
            var generator = SeededGenerator(seed: seed)
            var datagram = (message.bytes + message.bytes)
            datagram.damage(using: &generator)
            let events = LinkEvent.events(in: datagram)
            try #require(events.count <= 200, "seed \(seed): \(datagram)")
            if events == [.overrun] { lost += 1 }
        }
        #expect(lost > 0)
    }

    /// The answers, one or several a datagram, damaged anywhere.
    private static func datagrams(
        _ answers: [TestMessage], answering request: [UInt8],
        using generator: inout SeededGenerator
    ) -> [FakeKernel.Answer] {
        var datagrams: [[UInt8]] = []
        for answer in answers {
            let bytes = answer.bytes(answering: request)
            if generator.chance(30), !datagrams.isEmpty {
                datagrams[datagrams.count - 1] += bytes
            } else {
                datagrams.append(bytes)
            }
        }
        for _ in 0..<generator.number(in: 1...2) {
            let place = generator.number(in: 0...datagrams.count - 1)
            // Mostly the header stays, so that the damage reaches the decoders.
            datagrams[place].damage(after: generator.pick([0, 16, 16, 20]), using: &generator)
        }
        var result = datagrams.map(FakeKernel.Answer.datagram)
        if generator.chance(10) { result.insert(.overrun, at: 0) }
        if generator.chance(10) { result.removeLast() }
        if generator.chance(10) { result.shuffle(using: &generator) }
        return result
    }
}
