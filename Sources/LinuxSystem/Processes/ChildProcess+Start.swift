internal import CLinuxShim
internal import Glibc

extension ChildProcess {
    /// Starts the program, again and again while somebody writes to its file.
    ///
    /// It takes over the writing ends of the pipes: while we held them too, their end would never come.
    func startRetrying(
        input: borrowing Descriptor, output: consuming Descriptor,
        errorOutput: consuming Descriptor, deadline: Deadline
    ) throws(SystemCallError) -> pid_t {
        let retryDeadline = Deadline(after: min(writerAllowance, deadline.remaining))
        while true {
            do {
                return try start(input.rawValue, output.rawValue, errorOutput.rawValue)
            } catch  where error.errno.rawValue == ETXTBSY && !retryDeadline.hasPassed {
                usleep(50_000)
            }
        }
    }

    private func start(
        _ input: Int32, _ output: Int32, _ errorOutput: Int32
    ) throws(SystemCallError) -> pid_t {
        let variables = environment.map { "\($0.key)=\($0.value)" }.sorted()
        return try systemCall("run", on: executable) {
            withCStrings([executable] + arguments) { arguments in
                withCStrings(variables) { variables in
                    executable.withCString { executable in
                        var child = vfmap_child(
                            executable: executable, arguments: arguments, environment: variables,
                            streams: (input, output, errorOutput))
                        return vfmap_start(&child)
                    }
                }
            }
        }
    }
}

/// Lends C strings in an array that a null pointer ends, as exec(3) takes them.
private func withCStrings<Value>(
    _ strings: [String],
    _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Value
) -> Value {
    var pointers = strings.map { strdup($0) }
    defer { pointers.forEach { free($0) } }
    pointers.append(nil)
    return pointers.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("it has a null pointer") }
        return body(base)
    }
}
