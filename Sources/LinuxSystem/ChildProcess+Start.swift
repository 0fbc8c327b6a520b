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
        let patience = Deadline(after: min(.seconds(5), deadline.remaining))
        while true {
            do {
                return try start(input.rawValue, output.rawValue, errorOutput.rawValue)
            } catch  where error.errno.rawValue == ETXTBSY && !patience.hasPassed {
                usleep(50_000)
            }
        }
    }

    private func start(
        _ input: Int32, _ output: Int32, _ errorOutput: Int32
    ) throws(SystemCallError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errorOutput, STDERR_FILENO)
        // Ours are close-on-exec, but whoever started this process may have left it others.
        try systemCall("start", on: executable) {
            vfmap_spawn_close_from(&actions, STDERR_FILENO + 1)
        }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setpgroup(&attributes, 0)
        // Whatever this process ignores or blocks, the child starts with the defaults.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGPIPE, SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT] {
            sigaddset(&signals, signal)
        }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

        let variables = environment.map { "\($0.key)=\($0.value)" }.sorted()
        var process: pid_t = 0
        let result = withCStrings([executable] + arguments) { arguments in
            withCStrings(variables) { variables in
                posix_spawn(&process, executable, &actions, &attributes, arguments, variables)
            }
        }
        guard result == 0 else {
            // posix_spawn(3) returns the number and leaves errno alone.
            throw SystemCallError(
                operation: "run", subject: executable, errno: ErrorNumber(rawValue: result))
        }
        return process
    }
}

/// Lends C strings in an array that a null pointer ends, as exec(3) takes them.
private func withCStrings<Value>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Value
) -> Value {
    var pointers = strings.map { strdup($0) }
    defer { pointers.forEach { free($0) } }
    pointers.append(nil)
    return body(pointers)
}
