internal import CLinuxShim
internal import Glibc

extension ChildProcess {
    /// Reads what the child writes until it has ended.
    ///
    /// - Throws: `ChildProcessError` or `SystemCallError`, with the child's process group killed.
    func collect(
        _ process: pid_t, output: borrowing Descriptor, errorOutput: borrowing Descriptor,
        deadline: Deadline
    ) throws -> Outcome {
        do {
            let end = Descriptor(
                owning: try systemCall("watch", on: executable) { vfmap_open_process(process) })
            var collected = Collected(outputLimit, errorOutputLimit, executable)
            var readers = [output.rawValue, errorOutput.rawValue]
            while true {
                let ready = try waitForInput(readers + [end.rawValue], until: deadline)
                if ready.isEmpty {
                    throw ChildProcessError.timedOut(
                        executable: executable, allowance: deadline.allowance)
                }
                try collected.read(from: &readers, ready: ready)
                if ready.contains(2) { break }
            }
            // What the child wrote before it ended is in the pipes by now. They need not come to their
            // end: something that it left running may hold them.
            let now = Deadline(after: .zero)
            while !deadline.hasPassed {
                let ready = try waitForInput(readers, until: now)
                if ready.isEmpty { break }
                try collected.read(from: &readers, ready: ready)
            }
            return Outcome(
                ending: try reap(process), output: collected.output,
                errorOutput: collected.errorOutput)
        } catch {
            abandon(process)
            throw error
        }
    }

    /// The positions of the descriptors that have something to read or have ended; empty at the
    /// deadline. Negative descriptors are skipped.
    private func waitForInput(
        _ descriptors: [Int32], until deadline: Deadline
    ) throws(SystemCallError) -> [Int] {
        var requests = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        try systemCall("wait for", on: executable) {
            poll(&requests, nfds_t(requests.count), deadline.remainingMilliseconds)
        }
        return requests.indices.filter { requests[$0].revents != 0 }
    }

    private func reap(_ process: pid_t) throws(SystemCallError) -> Ending {
        var status: Int32 = 0
        try systemCall("wait for", on: executable) { waitpid(process, &status, 0) }
        // The macros of <sys/wait.h>: the low 7 bits are the signal, the next byte the exit status.
        let signal = status & 0x7f
        return signal == 0 ? .exited(status >> 8 & 0xff) : .killed(signal: signal)
    }

    /// Kills the child and everything in its group, and reaps it unless the kernel holds it.
    private func abandon(_ process: pid_t) {
        kill(-process, SIGKILL)
        // A child in an uninterruptible wait survives even SIGKILL for as long as that takes; what
        // becomes of it is init's business.
        for _ in 0..<200 {
            if waitpid(process, nil, WNOHANG) != 0 { return }
            usleep(5_000)
        }
    }
}

/// What has come out of a child so far.
private struct Collected {
    private(set) var output: [UInt8] = []
    private(set) var errorOutput: [UInt8] = []
    private let outputLimit: Int
    private let errorOutputLimit: Int
    private let executable: String
    private var chunk = [UInt8](repeating: 0, count: 65536)

    init(_ outputLimit: Int, _ errorOutputLimit: Int, _ executable: String) {
        self.outputLimit = outputLimit
        self.errorOutputLimit = errorOutputLimit
        self.executable = executable
    }

    /// Reads once from each ready stream: position 0 is the output, 1 the error output. A stream
    /// that has ended becomes -1.
    mutating func read(from readers: inout [Int32], ready: [Int]) throws {
        for position in ready where position < readers.count {
            let reader = readers[position]
            let count = try systemCall("read from", on: executable) {
                Glibc.read(reader, &chunk, chunk.count)
            }
            if count == 0 {
                readers[position] = -1
            } else if position == 0 {
                guard output.count + count <= outputLimit else {
                    throw ChildProcessError.outputTooLong(
                        executable: executable, limit: outputLimit)
                }
                output += chunk[..<count]
            } else {
                errorOutput += chunk[..<min(count, errorOutputLimit - errorOutput.count)]
            }
        }
    }
}
