internal import LinuxSystem
internal import Netlink
internal import SRIOV
internal import Synchronization

/// A machine in memory that behaves like a real one and can fail, or die, at any step.
///
/// Tests compare its state before and after, never which calls were made.
package final class SimulatedHost: Sendable {
    private struct State {
        var kernel = SimulatedKernel()
        var fault = SimulatedFault.none
        var steps = 0
        var faultWasReached = false
    }

    private let state = Mutex(State())

    package init() {}

    /// Looks at the machine, or changes it, as something outside the process under test would.
    package func withKernel<Value: Sendable>(_ body: (inout SimulatedKernel) -> Value) -> Value {
        state.withLock { body(&$0.kernel) }
    }

    package var kernel: SimulatedKernel { withKernel { $0 } }

    /// Sets the fault for the steps to come, counted anew from 1.
    package func arm(_ fault: SimulatedFault) {
        state.withLock {
            $0.fault = fault
            $0.steps = 0
            $0.faultWasReached = false
        }
    }

    /// Whether the armed fault has struck.
    package var faultWasReached: Bool { state.withLock { $0.faultWasReached } }

    /// One step of the process under test: the place where it may fail or die.
    ///
    /// Everything with an effect outside the process passes through here, the state file and an IPAM too.
    package func step(_ operation: String) throws {
        try state.withLock { state in
            state.steps += 1
            switch state.fault {
            case .none: return
            case .fail(let number):
                guard state.steps == number else { return }
                state.faultWasReached = true
                throw NetlinkError(
                    operation: operation, subject: "the simulated host",
                    errno: ErrorNumber(rawValue: 5), kernelMessage: nil)
            case .die(let number):
                guard state.steps >= number else { return }
                state.faultWasReached = true
                throw SimulatedDeath()
            }
        }
    }

    /// One step that works on the kernel's state.
    func perform<Value: Sendable>(
        _ operation: String, _ body: (inout SimulatedKernel) throws -> Value
    ) throws -> Value {
        try step(operation)
        return try state.withLock { try body(&$0.kernel) }
    }
}
