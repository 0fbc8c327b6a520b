internal import Glibc
internal import LinuxSystem

extension AttachmentStore {
    /// Whether the rights to write a record are present; nothing is created.
    ///
    /// - Throws: `SystemCallError` with the file, or the directory that stands in the way.
    package func verifyWritable() throws {
        let path = path
        if Glibc.access(path, F_OK) == 0 {
            try systemCall("write to", on: path) { Glibc.access(path, W_OK) }
        }
        // SQLite makes files beside the database.
        try verifyWritableDirectory(path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ".")
        try verifyWritableDirectory(markers.directory)
        try verifyWritableDirectory(leases.path)
    }
}

/// Whether files could be created in a directory, which need not exist.
///
/// - Throws: `SystemCallError` with the directory, or the one above it that is there and stands in the way.
func verifyWritableDirectory(_ path: String) throws(SystemCallError) {
    var directory = path[...]
    while directory.contains("/"), Glibc.access(String(directory), F_OK) != 0 {
        directory = directory.lastIndex(of: "/").map { directory[..<$0] } ?? ""
    }
    if !directory.isEmpty, !directory.contains("/"), Glibc.access(String(directory), F_OK) != 0 {
        // It would be created in the current directory.
        directory = "."
    }
    let subject = directory.isEmpty ? "/" : String(directory)
    // The dot makes it an error if there is a file of another kind.
    try systemCall("write to", on: subject) { Glibc.access(subject + "/.", W_OK | X_OK) }
}
