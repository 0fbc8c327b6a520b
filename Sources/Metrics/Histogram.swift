/// How many of many durations were how long.
package struct Histogram: Hashable, Sendable {
    /// Upper bounds, in seconds: from a plugin's fastest answer to the longest that a runtime waits.
    package static let bounds: [Double] = [
        0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]

    /// How many fell between each bound and the one below; the last counts those above all.
    package private(set) var counts = [UInt64](repeating: 0, count: bounds.count + 1)
    /// Seconds.
    package private(set) var sum = 0.0

    package init() {}

    package mutating func add(seconds: Double) {
        let position = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
        counts[position] += 1
        sum += seconds
    }
}
