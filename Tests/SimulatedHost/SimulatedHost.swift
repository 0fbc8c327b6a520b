internal import LinuxSystem
internal import Netlink
internal import SRIOV
internal import Synchronization

/// A process on a machine in memory that behaves like a real one, and that can fail or die at any step.
///
/// Tests compare the machine's state before and after, never which calls were made. Several processes
/// can work on one machine at once.
package final class SimulatedHost: Sendable {
    /// What the machine's processes share.
    final class Machine: Sendable {
        struct State {
            var kernel = SimulatedKernel()
            /// How many descriptors of processes under test hold each namespace open.
            var openNamespaces: [UInt64: Int] = [:]
        }

        private let state = Mutex(State())

        func withState<Value: Sendable>(
            _ body: (inout State) throws -> Value
        ) rethrows -> Value {
            try state.withLock { state in
                defer { state.kernel.dismantle(unlessHeld: Set(state.openNamespaces.keys)) }
                return try body(&state)
            }
        }
    }

    package typealias Change = @Sendable (inout SimulatedKernel) -> Void

    private struct Progress {
        var fault = SimulatedFault.none
        var steps = 0
        var faultWasReached = false
        var event: (steps: ClosedRange<Int>, change: Change)?
    }

    let machine: Machine
    private let progress = Mutex(Progress())
    private let turns: SimulatedTurns.Player?

    package init() {
        machine = Machine()
        turns = nil
    }

    private init(on machine: Machine, turns: SimulatedTurns.Player?) {
        self.machine = machine
        self.turns = turns
    }

    /// Another process on the same machine, with faults of its own.
    ///
    /// - Parameter turns: Decides before each step whose step is next; nil runs freely.
    package func anotherProcess(turns: SimulatedTurns.Player? = nil) -> SimulatedHost {
        SimulatedHost(on: machine, turns: turns)
    }

    /// Looks at the machine, or changes it, as something outside the process under test would.
    package func withKernel<Value: Sendable>(_ body: (inout SimulatedKernel) -> Value) -> Value {
        machine.withState { body(&$0.kernel) }
    }

    package var kernel: SimulatedKernel { withKernel { $0 } }

    /// How many steps were taken since the last fault was set.
    package var stepsTaken: Int { progress.withLock { $0.steps } }

    /// Sets the fault for the steps to come, counted anew from 1.
    package func arm(_ fault: SimulatedFault) {
        progress.withLock {
            $0.fault = fault
            $0.steps = 0
            $0.faultWasReached = false
            $0.event = nil
        }
    }

    /// Has something happen on the machine before the n-th step from now, counted from 1.
    package func before(step: Int, _ change: @escaping Change) {
        arm(.none)
        progress.withLock { $0.event = (step...step, change) }
    }

    /// Has something happen on the machine before the n-th step from now, counted from 1, and before every later one.
    package func before(everyStepFrom step: Int, _ change: @escaping Change) {
        arm(.none)
        progress.withLock { $0.event = (step...Int.max, change) }
    }

    /// Whether the armed fault has struck, or the event has happened.
    package var faultWasReached: Bool { progress.withLock { $0.faultWasReached } }

    /// One step of the process under test: the place where it may fail or die.
    ///
    /// Everything with an effect outside the process passes through here, the state file and an IPAM too.
    package func step(_ operation: String) throws {
        turns?.awaitTurn()
        let change = try progress.withLock { progress throws -> Change? in
            progress.steps += 1
            if let event = progress.event, event.steps.contains(progress.steps) {
                progress.faultWasReached = true
                return event.change
            }
            switch progress.fault {
            case .none: return nil
            case .fail(let number):
                guard progress.steps == number else { return nil }
                progress.faultWasReached = true
                throw NetlinkError(
                    operation: operation, subject: "the simulated host",
                    errno: ErrorNumber(rawValue: 5), kernelMessage: nil)
            case .die(let number):
                guard progress.steps >= number else { return nil }
                progress.faultWasReached = true
                throw SimulatedDeath()
            }
        }
        if let change { withKernel(change) }
    }

    /// One step that works on the kernel's state.
    func perform<Value: Sendable>(
        _ operation: String, _ body: (inout SimulatedKernel) throws -> Value
    ) throws -> Value {
        try step(operation)
        return try machine.withState { try body(&$0.kernel) }
    }
}
