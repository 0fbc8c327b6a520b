/// A namespace of a simulated host, held open: what is in it stays there as long as the value lives.
package final class SimulatedNamespace: Sendable {
    /// 0 is the host's.
    let number: UInt64
    let path: String
    private let machine: SimulatedHost.Machine

    /// - Parameter number: Of a namespace that the machine counts as open once more for this value.
    init(counted number: UInt64, path: String, on machine: SimulatedHost.Machine) {
        self.number = number
        self.path = path
        self.machine = machine
    }

    deinit {
        machine.withState { state in
            let left = state.openNamespaces[number, default: 1] - 1
            state.openNamespaces[number] = left == 0 ? nil : left
        }
    }
}
