import Foundation
import Synchronization

/// Runs work on another thread while a second piece of work runs on this one; returns when both
/// have ended.
func withThread(_ work: @escaping @Sendable () -> Void, during body: () throws -> Void) rethrows {
    let end = DispatchSemaphore(value: 0)
    Thread {
        work()
        end.signal()
    }.start()
    defer { end.wait() }
    try body()
}

/// Runs the same work on several threads; returns when all have ended.
func onThreads(_ count: Int, _ work: @escaping @Sendable () -> Void) {
    let end = DispatchSemaphore(value: 0)
    for _ in 0..<count {
        Thread {
            work()
            end.signal()
        }.start()
    }
    for _ in 0..<count { end.wait() }
}
