internal import CLinuxShim
internal import Glibc

/// A program to be run to its end, with its input given and its output collected.
///
/// The child gets nothing of ours but the three standard streams. It leads a process group of its own,
/// so that at the deadline everything that it started is killed with it; a child of its own that it leaves
/// behind when it ends in time is not waited for. Its input is a file in memory: however much there is, and
/// whether or not the child reads it, writing it can neither block nor raise SIGPIPE.
package struct ChildProcess: Sendable {
    /// How a program ended.
    package enum Ending: Hashable, Sendable {
        /// It ended by itself, with this status, 0 to 255.
        case exited(Int32)
        /// This signal killed it.
        case killed(signal: Int32)
    }

    /// What a program left.
    package struct Outcome: Hashable, Sendable {
        /// Its exit status, or the signal that killed it.
        package let ending: Ending
        /// What was written to standard output, whole: at most `outputLimit` bytes.
        package let output: [UInt8]
        /// What was written to standard error, cut at the limit.
        package let errorOutput: [UInt8]
    }

    /// The path of the program; no directories are searched.
    package var executable: String
    /// The arguments after the program's own name.
    package var arguments: [String] = []
    /// All variables of the child, which inherits none of this process.
    package var environment: [String: String]
    /// What the child reads from its standard input.
    package var input: [UInt8] = []
    /// The most bytes that it may write to standard output; beyond, it is killed.
    package var outputLimit = 1 << 20
    /// The most bytes of standard error that are kept; the rest is read and dropped.
    package var errorOutputLimit = 1 << 16
    /// How long a program that is being written to (`ETXTBSY`) is tried again: an installer copies it.
    package var writerAllowance: Duration = .seconds(5)

    package init(executable: String, environment: [String: String]) {
        self.executable = executable
        self.environment = environment
    }

    /// Runs the program and waits for its end, at most until the deadline.
    ///
    /// - Throws: `ChildProcessError`; nothing of the child is left running then, unless the kernel
    ///   itself holds it.
    package func run(until deadline: Deadline) throws(ChildProcessError) -> Outcome {
        do {
            let inputFile = try makeInputFile()
            var ends: (Int32, Int32) = (-1, -1)
            try makePipe(&ends)
            let outputReader = Descriptor(owning: ends.0)
            let outputWriter = Descriptor(owning: ends.1)
            try makePipe(&ends)
            let errorReader = Descriptor(owning: ends.0)
            let errorWriter = Descriptor(owning: ends.1)

            let process = try startRetrying(
                input: inputFile, output: outputWriter, errorOutput: errorWriter,
                deadline: deadline)
            return try collect(
                process, output: outputReader, errorOutput: errorReader, deadline: deadline)
        } catch let error as SystemCallError {
            throw .failed(error)
        } catch let error as ChildProcessError {
            throw error
        } catch {
            preconditionFailure("nothing else is thrown: \(error)")
        }
    }

    private func makeInputFile() throws(SystemCallError) -> Descriptor {
        let file = Descriptor(
            owning: try systemCall("make memory file", on: "") { vfmap_memory_file("input") })
        try file.write(input, subject: "memory file")
        let number = file.rawValue
        try systemCall("rewind", on: "memory file") { lseek(number, 0, SEEK_SET) }
        return file
    }

    private func makePipe(_ ends: inout (Int32, Int32)) throws(SystemCallError) {
        try systemCall("make pipe", on: "") {
            withUnsafeMutableBytes(of: &ends) { buffer in
                buffer.withMemoryRebound(to: Int32.self) { numbers in
                    guard let base = numbers.baseAddress else { return -EINVAL }
                    return vfmap_pipe(base)
                }
            }
        }
    }
}
