import Foundation

/// A thread that can be waited for; the cooperative pool must not be blocked by turns.
final class VerbThread: Sendable {
    private let isDone = DispatchSemaphore(value: 0)

    init(_ work: @escaping @Sendable () -> Void) {
        let isDone = isDone
        let thread = Thread {
            work()
            isDone.signal()
        }
        thread.start()
    }

    func join() { isDone.wait() }
}
