internal import Glibc

/// Runs work on a thread made for it, while the caller goes on.
///
/// - Throws: `SystemCallError` if no thread can be made; the work is not done then.
package func onDetachedThread(
    _ work: @escaping @Sendable () -> Void
) throws(SystemCallError) {
    let context = Unmanaged.passRetained(DetachedWork(work))
    var thread = pthread_t()
    let result = pthread_create(
        &thread, nil,
        { context in
            if let context {
                Unmanaged<DetachedWork>.fromOpaque(context).takeRetainedValue().work()
            }
            return nil
        }, context.toOpaque())
    guard result == 0 else {
        context.release()
        throw SystemCallError(
            operation: "create thread", subject: "", errno: ErrorNumber(rawValue: result))
    }
    pthread_detach(thread)
}

private final class DetachedWork: Sendable {
    let work: @Sendable () -> Void

    init(_ work: @escaping @Sendable () -> Void) {
        self.work = work
    }
}
