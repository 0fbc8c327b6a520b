/// A namespace of a simulated host, held open.
package final class SimulatedNamespace: Sendable {
    /// 0 is the host's.
    let number: UInt64
    let path: String

    init(number: UInt64, path: String) {
        self.number = number
        self.path = path
    }
}
