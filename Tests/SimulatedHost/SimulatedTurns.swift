internal import Fuzzing
internal import Glibc
internal import Synchronization

/// Lets several processes on one simulated machine take their steps in an order that a seed decides.
///
/// One of them has the turn at a time. It may be waiting for a lock that another has: if it does not take a step
/// soon, the turn goes on, so the order is as the seed wants it only between such waits.
package final class SimulatedTurns: Sendable {
    /// One process's place at the table.
    package struct Player: Sendable {
        let turns: SimulatedTurns
        let number: Int

        func awaitTurn() { turns.awaitTurn(of: number) }

        /// Takes no further turns.
        package func leave() { turns.leave(number) }
    }

    private struct State {
        var generator: SeededGenerator
        var present: Set<Int>
        var current = 0
    }

    private let state: Mutex<State>

    package init(players: Int, seed: UInt64) {
        state = Mutex(
            State(generator: SeededGenerator(seed: seed), present: Set(0..<players)))
        state.withLock { Self.passOn(&$0) }
    }

    package func player(_ number: Int) -> Player { Player(turns: self, number: number) }

    private func awaitTurn(of number: Int) {
        let limit = ContinuousClock.now.advanced(by: .milliseconds(1))
        while true {
            let isOurs = state.withLock { state in
                guard state.current == number || ContinuousClock.now > limit else {
                    return false
                }
                Self.passOn(&state)
                return true
            }
            if isOurs { return }
            sched_yield()
        }
    }

    private func leave(_ number: Int) {
        state.withLock { state in
            state.present.remove(number)
            if state.current == number { Self.passOn(&state) }
        }
    }

    private static func passOn(_ state: inout State) {
        state.current = state.present.sorted().randomElement(using: &state.generator) ?? 0
    }
}
