internal import LinuxSystem

/// An entry of a pool's `pfNames` or `rootDevices`: a PF, and which of its VFs.
package struct PoolMember: Hashable, Sendable {
    /// The PF, by its interface's name or its PCI address.
    package let physicalFunction: PhysicalFunctionReference
    /// Indexes on the PF; empty for all.
    package let indexes: [ClosedRange<Int>]

    /// Parses `ens1f0`, `0000:03:00.0`, or either with indexes: `ens1f0#0,2-5`.
    ///
    /// - Returns: nil for any other text.
    package init?(_ text: String) {
        let parts = text.split(separator: "#", omittingEmptySubsequences: false)
        guard parts.count <= 2, let first = parts.first,
            let reference = PhysicalFunctionReference(String(first))
        else { return nil }
        physicalFunction = reference
        guard parts.count == 2 else {
            indexes = []
            return
        }
        var ranges: [ClosedRange<Int>] = []
        for part in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
            guard let range = Self.range(part) else { return nil }
            ranges.append(range)
        }
        indexes = ranges
    }

    package func matches(_ function: VirtualFunction, on parent: PhysicalFunction) -> Bool {
        guard physicalFunction.matches(parent) else { return false }
        guard !indexes.isEmpty else { return true }
        guard let index = function.index else { return false }
        return indexes.contains { $0.contains(index) }
    }

    private static func range(_ text: Substring) -> ClosedRange<Int>? {
        let bounds = text.split(separator: "-", omittingEmptySubsequences: false)
        let numbers = bounds.compactMap { bound in
            // Int alone would also take a sign.
            bound.utf8.allSatisfy { (48...57).contains($0) } ? Int(bound) : nil
        }
        guard numbers.count == bounds.count, let first = numbers.first, let last = numbers.last,
            numbers.count <= 2, first <= last
        else { return nil }
        return first...last
    }
}
