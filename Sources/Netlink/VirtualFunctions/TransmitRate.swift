/// The limits on what a VF may send.
package struct TransmitRate: Hashable, Sendable {
    /// Guaranteed rate in Mbit/s; 0 is none.
    package var minimum: UInt32

    /// Limit in Mbit/s; 0 is none.
    package var maximum: UInt32

    package init(minimum: UInt32, maximum: UInt32) {
        self.minimum = minimum
        self.maximum = maximum
    }
}

extension TransmitRate: CustomStringConvertible {
    /// `min 0 max 200 Mbit/s`
    package var description: String { "min \(minimum) max \(maximum) Mbit/s" }
}
