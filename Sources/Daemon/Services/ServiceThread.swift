internal import NIOPosix
internal import ServiceLifecycle

/// Runs the blocking work of a service on a thread of its own, until it ends.
///
/// - Parameters:
///   - work: Returns soon after `stop` was called.
///   - stop: Called at the shutdown, from another thread.
/// - Throws: What the work throws.
func onThreadUntilShutdown(
    _ work: @escaping @Sendable () throws -> Void, stop: @escaping @Sendable () -> Void
) async throws {
    let thread = NIOThreadPool(numberOfThreads: 1)
    thread.start()
    do {
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await thread.runIfActive { try work() }
        } onCancelOrGracefulShutdown: {
            stop()
        }
    } catch {
        // What went wrong is worth more than how the thread ends.
        try? await thread.shutdownGracefully()
        throw error
    }
    try await thread.shutdownGracefully()
}
