internal import Foundation

/// The seeds of the cases that a property is tried with, one a case.
///
/// They are the same in every run. With `VFMAP_TEST_LONG=1` there are more, others in each run, for as
/// long as is given; the first is printed. `VFMAP_TEST_SEED` names a single one, to repeat a failure, and
/// `VFMAP_TEST_TRACE=1` prints each before its case, to find the one that crashes.
package struct FuzzSeeds: Sequence, IteratorProtocol, Sendable {
    private let count: UInt64
    private let first: UInt64
    private let end: ContinuousClock.Instant?
    private let isTraced: Bool
    private var used: UInt64 = 0

    /// - Parameters:
    ///   - count: How many cases there are in the short form.
    ///   - duration: How long the long form goes on.
    ///   - name: What is tried, for what is printed.
    package init(_ count: Int, long duration: Duration = .seconds(60), of name: String) {
        let environment = ProcessInfo.processInfo.environment
        isTraced = environment["VFMAP_TEST_TRACE"] != nil
        if let seed = environment["VFMAP_TEST_SEED"].flatMap({ UInt64($0) }) {
            (self.count, first, end) = (1, seed, nil)
        } else if environment["VFMAP_TEST_LONG"] == "1" {
            // Far from the seeds of the short form, and of other runs.
            first = UInt64.random(in: 1 << 32..<1 << 62)
            self.count = .max
            end = ContinuousClock.now + duration
            print("\(name): seeds from \(first) on, for \(duration)")
        } else {
            (self.count, first, end) = (UInt64(count), 1, nil)
        }
    }

    package mutating func next() -> UInt64? {
        if used == count { return nil }
        if let end, ContinuousClock.now >= end {
            print("\(used) cases, the last with seed \(first + used - 1)")
            return nil
        }
        let seed = first + used
        used += 1
        if isTraced { FileHandle.standardError.write(Data("seed \(seed)\n".utf8)) }
        return seed
    }
}
