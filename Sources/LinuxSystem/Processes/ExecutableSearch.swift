internal import Glibc

/// Looks for a program in a list of directories, as a shell does with `PATH`.
///
/// - Parameters:
///   - name: The file's name; one with a `/` is never found, so that it cannot lead elsewhere.
///   - directories: Searched in this order; empty ones are skipped.
/// - Returns: The path of the first regular file, symbolic links followed, that may be executed;
///   nil if there is none.
package func findExecutable(named name: String, in directories: [String]) -> String? {
    guard !name.isEmpty, !name.utf8.contains(UInt8(ascii: "/")) else { return nil }
    for directory in directories where !directory.isEmpty {
        let path = directory.hasSuffix("/") ? directory + name : directory + "/" + name
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, access(path, X_OK) == 0 {
            return path
        }
    }
    return nil
}
