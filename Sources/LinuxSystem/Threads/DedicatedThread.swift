internal import CLinuxShim
internal import Glibc

/// Runs work to its end on a thread made for it, while the caller waits.
///
/// Entering a namespace taints a thread for good if the way back fails, so it is done only on
/// threads that end with the work. The cooperative pool is never used: a blocked thread of the
/// pool would starve it.
///
/// - Throws: What the work throws, or `SystemCallError` if no thread can be made.
package func onDedicatedThread<Value>(_ work: () throws -> Value) throws -> Value {
    // Not nil until then: a generic optional is a type that is made at run time.
    var result = Result<Value, any Error>.failure(WorkWasNotDone())
    try finishOnDedicatedThread { result = Result { try work() } }
    return try result.get()
}

/// Runs work that does not fail; apart from the function above so that no type of it is made at run time.
private func finishOnDedicatedThread(_ work: () -> Void) throws(SystemCallError) {
    // The work runs strictly between create and join, so lending the closure to the other thread
    // is sound although it cannot be expressed as Sendable.
    let result = withoutActuallyEscaping(work) { work in
        let task = ThreadTask(work)
        let context = Unmanaged.passRetained(task)
        defer { context.release() }
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { context in
                if let context {
                    Unmanaged<ThreadTask>.fromOpaque(context).takeUnretainedValue().work()
                }
                return nil
            }, context.toOpaque())
        if result == 0 { pthread_join(thread, nil) }
        return result
    }
    guard result == 0 else {
        throw SystemCallError(
            operation: "create thread", subject: "", errno: ErrorNumber(rawValue: result))
    }
}

/// The result until the work is done; nobody sees it, for the thread is joined first.
private struct WorkWasNotDone: Error {}

/// Work as it passes through the context pointer of pthread_create.
private final class ThreadTask {
    let work: () -> Void

    init(_ work: @escaping () -> Void) {
        self.work = work
    }
}

/// Saves a program whose threads are few and short the heaps of their own; call it before the first.
package func useOneHeapForAllThreads() {
    vfmap_use_one_heap()
}
