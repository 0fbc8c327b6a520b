internal import Glibc

/// The signals by which people and service managers end a program: SIGINT and SIGTERM.
package enum TerminationSignals {
    /// Hands the signals to a stop request in place of ending the process at once.
    ///
    /// Call it before any other thread is made: threads inherit that the signals are blocked, and one that
    /// does not have them blocked would be ended by them. A thread made for it waits for them until the
    /// process ends.
    ///
    /// - Throws: `SystemCallError` if no thread can be made.
    package static func make(_ request: StopRequest) throws(SystemCallError) {
        var signals = signalSet
        var before = sigset_t()
        pthread_sigmask(SIG_BLOCK, &signals, &before)
        var thread = pthread_t()
        let context = Unmanaged.passRetained(request)
        let result = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let request = Unmanaged<StopRequest>.fromOpaque(context).takeRetainedValue()
                var signals = TerminationSignals.signalSet
                var number: Int32 = 0
                while sigwait(&signals, &number) == 0 { request.stop() }
                return nil
            }, context.toOpaque())
        guard result == 0 else {
            context.release()
            pthread_sigmask(SIG_SETMASK, &before, nil)
            throw SystemCallError(
                operation: "create thread", subject: "", errno: ErrorNumber(rawValue: result))
        }
        pthread_detach(thread)
    }

    private static var signalSet: sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        return signals
    }
}
