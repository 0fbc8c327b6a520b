package import FrontEndSupport
internal import SRIOV
internal import Synchronization

/// Counts operations of front ends, with how they ended and how long they took.
package final class OperationCounter: Sendable {
    private struct Operation: Hashable, Comparable {
        let frontEnd: FrontEnd
        let name: String

        static func < (left: Self, right: Self) -> Bool {
            (left.frontEnd.rawValue, left.name) < (right.frontEnd.rawValue, right.name)
        }
    }

    private struct Count {
        var results: [OperationResult: UInt64] = [:]
        var durations = Histogram()
    }

    private struct State {
        var counts: [Operation: Count] = [:]
        var rejected: UInt64 = 0
    }

    private let state: Mutex<State>

    /// What has not happened yet is counted with 0, so that the first time is seen as an increase.
    package init() {
        var state = State()
        for frontEnd in FrontEnd.allCases {
            for name in frontEnd.operations {
                state.counts[Operation(frontEnd: frontEnd, name: name)] = Count(
                    results: [.success: 0])
            }
        }
        self.state = Mutex(state)
    }

    /// - Parameter operation: In the front end's words; those that it does not have are together as `unknown`.
    package func count(
        _ frontEnd: FrontEnd, _ operation: String, _ result: OperationResult, seconds: Double
    ) {
        let key = Operation(frontEnd: frontEnd, name: frontEnd.label(of: operation))
        state.withLock { state in
            state.counts[key, default: Count()].results[result, default: 0] += 1
            state.counts[key]?.durations.add(seconds: seconds)
        }
    }

    /// Counts what a program reports.
    ///
    /// - Parameter line: From somebody who may be anybody; what is no such report is counted as that.
    package func count(event line: [UInt8]) {
        guard let event = OperationEvent(parsing: line),
            let frontEnd = FrontEnd(rawValue: event.kind)
        else {
            state.withLock { $0.rejected += 1 }
            return
        }
        count(
            frontEnd, event.operation, event.result, seconds: Double(event.microseconds) / 1e6)
    }

    package func write(to text: inout MetricsText) {
        let state = state.withLock { $0 }
        for (operation, count) in state.counts.sorted(by: { $0.key < $1.key }) {
            let labels = [operation.frontEnd.rawValue, operation.name]
            var failures: UInt64 = 0
            for result in OperationResult.allCases {
                guard let number = count.results[result] else { continue }
                text.add(.operations, .whole(number), labels: labels + [result.rawValue])
                if result != .success { failures += number }
            }
            text.add(.operationFailures, .whole(failures), labels: labels)
            text.add(.operationDuration, count.durations, labels: labels)
        }
        text.add(.rejectedEvents, .whole(state.rejected))
    }
}
