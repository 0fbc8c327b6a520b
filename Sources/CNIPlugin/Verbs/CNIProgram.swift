internal import CNI
internal import FrontEndSupport
internal import Glibc
internal import LinuxSystem
package import SRIOV

/// The program `sriov`: one call of the plugin over the streams of this process.
package enum CNIProgram {
    /// Answers one call and ends the process.
    ///
    /// - Parameter makeHost: Makes the host once there is work to do.
    package static func run<H: Host>(makeHost: @escaping @Sendable () throws -> H) -> Never {
        StandardStream.reserve()
        useOneHeapForAllThreads()
        let watch = Stopwatch()
        let dispatcher = CNIDispatcher(
            environment: .process,
            readInput: {
                try Descriptor(owning: STDIN_FILENO).readToEnd(
                    limit: CNIInput.limit, subject: "standard input")
            },
            makeHost: makeHost,
            writeError: { text in
                // There is nowhere left to tell that standard error is closed.
                try? StandardStream.error.write(text)
            },
            // The process ends with the call, and with it everything that SQLite would tidy up at length.
            keep: { _ = Unmanaged.passRetained($0) })
        let answer = dispatcher.run()
        do {
            try StandardStream.output.write(answer.output)
        } catch {
            // The runtime gets no answer, so it must not take the call for a success.
            exit(1)
        }
        if let result = answer.result {
            OperationEvent(
                kind: FrontEnd.cni.rawValue, operation: dispatcher.operation, result: result,
                microseconds: watch.microseconds
            ).tell(runDirectory: dispatcher.installation.runDirectory)
        }
        exit(answer.status)
    }
}
