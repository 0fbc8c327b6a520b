internal import Glibc
internal import LinuxSystem

extension AttachmentStore {
    /// Whether a record could be written as far as rights go; nothing is made.
    ///
    /// - Throws: `SystemCallError` with the file, or the folder that lacks the right.
    package func verifyWritable() throws {
        let path = path
        if Glibc.access(path, F_OK) == 0 {
            try systemCall("write to", on: path) { Glibc.access(path, W_OK) }
        }
        // SQLite makes files beside the database, and the first record makes the folders.
        var folder = path[...]
        repeat {
            folder = folder.lastIndex(of: "/").map { folder[..<$0] } ?? "."
        } while folder.contains("/") && Glibc.access(String(folder), F_OK) != 0
        try verifyWritableFolder(folder.isEmpty ? "/" : String(folder))
    }
}

/// - Throws: `SystemCallError` if nothing can be made in a folder.
func verifyWritableFolder(_ path: String) throws(SystemCallError) {
    // The dot makes it an error if there is a file of another kind.
    try systemCall("write to", on: path) { Glibc.access(path + "/.", W_OK | X_OK) }
}
