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
    // The work runs strictly between create and join, so lending the closure to the other thread
    // is sound although it cannot be expressed as Sendable.
    try withoutActuallyEscaping(work) { work in
        let task = ThreadTask(work)
        let context = Unmanaged.passRetained(task)
        defer { context.release() }
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { context in
                if let context {
                    Unmanaged<AnyThreadTask>.fromOpaque(context).takeUnretainedValue().run()
                }
                return nil
            }, context.toOpaque())
        guard result == 0 else {
            throw SystemCallError(
                operation: "create thread", subject: "", errno: ErrorNumber(rawValue: result))
        }
        pthread_join(thread, nil)
        return try task.outcome()
    }
}

/// The type-erased end of a task, as it passes through pthread_create's context pointer.
private class AnyThreadTask {
    func run() {}
}

private final class ThreadTask<Value>: AnyThreadTask {
    private let work: () throws -> Value
    private var result: Result<Value, any Error>?

    init(_ work: @escaping () throws -> Value) {
        self.work = work
    }

    override func run() {
        result = Result { try work() }
    }

    func outcome() throws -> Value {
        guard let result else {
            preconditionFailure("the thread was joined before its work ended")
        }
        return try result.get()
    }
}

/// Saves a program whose threads are few and short the heaps of their own; call it before the first.
package func useOneHeapForAllThreads() {
    vfmap_use_one_heap()
}
