import Fuzzing
import LinuxSystem
import Testing

@testable import Netlink

/// Answers that are cut or damaged give an error or part of the truth, never a crash.
@Suite struct MalformedReplyTests {
    private static let reply = TestMessage.link(
        index: 7, name: "pf0",
        attributes: attribute(1, hex("021122334455")) + attribute(21, little(UInt32(3)))
            + attribute(
                22,
                (0..<3).flatMap {
                    functionInfo($0, more: attribute(8, attribute(0, little(UInt64(1)))))
                })
            + attribute(0x8034, attribute(53, Array("blue\0".utf8))))

    private func read(_ datagram: [UInt8]) throws -> [VFState] {
        try FakeKernel { _, _ in [.datagram(datagram)] }.routeSocket
            .virtualFunctions(ofPF: "pf0", statistics: true).vfs
    }

    private var whole: [UInt8] {
        var message = Self.reply
        message.sequence = 1
        return message.bytes
    }

    @Test func theWholeAnswerIsSound() throws {
        #expect(try read(whole).map(\.index) == [0, 1, 2])
    }

    @Test func aDatagramCutAnywhereIsAnError() {
        for length in 0..<whole.count {
            let error = #expect(throws: NetlinkError.self, "\(length) bytes") {
                try read(Array(whole.prefix(length)))
            }
            #expect(error?.errno == .badMessage)
        }
    }

    @Test func aMessageCutAnywhereGivesAtMostItsBeginning() throws {
        for length in 16..<whole.count {
            let cut = little(UInt32(length)) + whole[4..<length]
            do {
                let indexes = try read(cut).map(\.index)
                // The list is one attribute: it is there as a whole or not at all.
                #expect(indexes == [] || indexes == [0, 1, 2], "\(length) bytes")
            } catch let error as NetlinkError {
                #expect(error.errno == .badMessage, "\(length) bytes")
            }
        }
    }

    @Test(arguments: [UInt16(16), 17, 20, 24, 2, 3])
    func damagedAnswersNeverCrash(_ type: UInt16) {
        var generator = SeededGenerator(seed: UInt64(type))
        var message = Self.reply
        message.type = type
        message.sequence = 1
        message.flags = 0x202
        var outcomes = Set<String>()
        for _ in 0..<1000 {
            var bytes = message.bytes
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                // The header stays, so that the damage reaches the decoders.
                let index = Int.random(in: 16..<bytes.count, using: &generator)
                bytes[index] = UInt8.random(in: 0...255, using: &generator)
            }
            let datagram = bytes
            let kernel = FakeKernel { request, _ in
                [.datagram(datagram), .datagram(TestMessage.done().bytes(answering: request))]
            }
            let socket = kernel.routeSocket
            let readings: [() throws -> Int] = [
                { try socket.links().count },
                { LinkEvent.events(in: datagram).count },
                { try RouteSocket(port: testPort, transport: kernel.transport).routes().count },
                {
                    try RouteSocket(port: testPort, transport: kernel.transport)
                        .addresses(ofLink: 7).count
                },
                { try read(datagram).count },
            ]
            for reading in readings {
                do {
                    outcomes.insert("\(try reading()) elements")
                } catch {
                    outcomes.insert((error as? NetlinkError)?.errno.name ?? "\(error)")
                }
            }
        }
        // The damage must have reached more than one path, or the test shows nothing.
        #expect(outcomes.count > 1)
    }
}
