import Foundation
import LinuxSystem
import Synchronization

/// Clients that mean harm, on threads of their own, until they are told to stop.
final class Flood: Sendable {
    private struct State {
        var isOver = false
        var rounds = 0
        var threads = 0
        var bytes = 0
    }

    private let state = Mutex(State())

    /// How often something was begun: a connection opened, a datagram sent.
    var rounds: Int { state.withLock { $0.rounds } }

    /// Bytes that the daemon's kernel side took.
    var bytes: Int { state.withLock { $0.bytes } }

    private var isOver: Bool { state.withLock { $0.isOver } }

    /// Opens connections, more than the daemon has room for, and sends on each what it takes, without ever reading.
    ///
    /// - Parameters:
    ///   - request: A whole request that asks for an answer.
    ///   - connections: How many are open at a time.
    ///   - connect: Makes a connection.
    func connect(
        _ request: String, connections: Int, _ connect: @escaping @Sendable () throws -> TestClient
    ) {
        let threads = 4
        let pipelined = Array(String(repeating: request, count: 1000).utf8)
        start(threads) { flood in
            var clients: [Int: TestClient] = [:]
            var number = 0
            var passes = 0
            while !flood.isOver {
                passes += 1
                for place in 0..<connections / threads where !flood.isOver {
                    if let client = clients[place] {
                        // Closed by the daemon, or given up: another one takes its place.
                        if (place + passes) % 16 > 0,
                            let count = try? client.sendAtOnce(pipelined)
                        {
                            flood.count(rounds: 0, bytes: count)
                        } else {
                            clients[place] = nil
                        }
                        continue
                    }
                    guard let client = try? connect() else { continue }
                    number += 1
                    flood.count(rounds: 1, bytes: 0)
                    switch number % 8 {
                    case 0: continue  // Opened and closed.
                    case 1: break
                    case 2: _ = try? client.sendAtOnce(Array(request.utf8.dropLast(3)))
                    case 3:
                        _ = try? client.sendAtOnce(pipelined)
                        client.endSending()
                    default: _ = try? client.sendAtOnce(pipelined)
                    }
                    clients[place] = client
                }
                moment()
            }
        }
    }

    /// Sends datagrams without pause.
    func send(_ datagrams: [[UInt8]], to path: String) {
        start(4) { flood in
            while !flood.isOver {
                for datagram in datagrams {
                    // The receiver's queue is full most of the time.
                    guard (try? UnixDatagram.send(datagram, to: path)) != nil else { continue }
                    flood.count(rounds: 1, bytes: datagram.count)
                }
            }
        }
    }

    private func start(_ threads: Int, _ work: @escaping @Sendable (Flood) -> Void) {
        state.withLock { $0.threads += threads }
        for _ in 0..<threads {
            Thread {
                work(self)
                self.state.withLock { $0.threads -= 1 }
            }.start()
        }
    }

    private func count(rounds: Int, bytes: Int) {
        state.withLock { state in
            state.rounds += rounds
            state.bytes += bytes
        }
    }

    /// Ends it, and waits until every connection is closed.
    func stop() {
        state.withLock { $0.isOver = true }
        while state.withLock({ $0.threads }) > 0 { moment() }
    }
}
