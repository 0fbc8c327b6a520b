import CSQLite
import Glibc
import Synchronization

/// Kills this process in one of the system calls by which SQLite changes files: a moment that is chosen by what was
/// reached, however fast the machine is.
///
/// It puts functions of its own in the place of those calls (`sqlite3_vfs.xSetSystemCall`), for the whole process.
enum DeathInSystemCall {
    /// - Parameters:
    ///   - call: In which call from now on, counted from 1.
    ///   - isDone: Whether the call is done before the death. Otherwise half of what it writes is written, and
    ///     nothing is made, cut off or removed.
    static func arm(at call: Int, isDone: Bool) {
        callsLeft.store(call, ordering: .sequentiallyConsistent)
        endsLastCall.store(isDone, ordering: .sequentiallyConsistent)
        guard let system = sqlite3_vfs_find(nil), let replace = system.pointee.xSetSystemCall else {
            return
        }
        for (name, function) in replacements { _ = replace(system, name, function) }
    }
}

private let callsLeft = Atomic(0)
private let endsLastCall = Atomic(false)

private func perform<Value>(_ half: () -> Void = {}, _ whole: () -> Value) -> Value {
    guard callsLeft.subtract(1, ordering: .sequentiallyConsistent).newValue == 0 else {
        return whole()
    }
    if endsLastCall.load(ordering: .sequentiallyConsistent) { _ = whole() } else { half() }
    kill(getpid(), SIGKILL)
    // It does not get here.
    abort()
}

/// Those of open(2) that make no file are not counted.
private let replacements: [(String, sqlite3_syscall_ptr)] = {
    let open: @convention(c) (UnsafePointer<CChar>, Int32, Int32) -> Int32 = { path, flags, mode in
        guard flags & O_CREAT != 0 else { return Glibc.open(path, flags) }
        return perform { Glibc.open(path, flags, mode_t(mode)) }
    }
    let write: @convention(c) (Int32, UnsafeRawPointer?, Int) -> Int = { file, bytes, count in
        perform({ _ = Glibc.write(file, bytes, count / 2) }, { Glibc.write(file, bytes, count) })
    }
    let pwrite: @convention(c) (Int32, UnsafeRawPointer?, Int, Int) -> Int = {
        file, bytes, count, place in
        perform(
            { _ = Glibc.pwrite(file, bytes, count / 2, place) },
            { Glibc.pwrite(file, bytes, count, place) })
    }
    let truncate: @convention(c) (Int32, Int) -> Int32 = { file, size in
        perform { Glibc.ftruncate(file, size) }
    }
    let unlink: @convention(c) (UnsafePointer<CChar>) -> Int32 = { path in
        perform { Glibc.unlink(path) }
    }
    return [
        ("open", unsafeBitCast(open, to: sqlite3_syscall_ptr.self)),
        ("write", unsafeBitCast(write, to: sqlite3_syscall_ptr.self)),
        ("pwrite", unsafeBitCast(pwrite, to: sqlite3_syscall_ptr.self)),
        ("pwrite64", unsafeBitCast(pwrite, to: sqlite3_syscall_ptr.self)),
        ("ftruncate", unsafeBitCast(truncate, to: sqlite3_syscall_ptr.self)),
        ("unlink", unsafeBitCast(unlink, to: sqlite3_syscall_ptr.self)),
    ]
}()
