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
    try await withTaskCancellationOrGracefulShutdownHandler {
        try await thread.runIfActive { try work() }
    } onCancelOrGracefulShutdown: {
        stop()
    }
    try await thread.shutdownGracefully()
}
