internal import Glibc
internal import LinuxSystem

extension AttachmentStore {
    /// Whether a record could be written as far as rights go; nothing is made.
    ///
    /// - Throws: `SystemCallError` with the file, or the folder that stands in the way.
    package func verifyWritable() throws {
        let path = path
        if Glibc.access(path, F_OK) == 0 {
            try systemCall("write to", on: path) { Glibc.access(path, W_OK) }
        }
        // SQLite makes files beside the database.
        try verifyWritableFolder(path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ".")
        try verifyWritableFolder(notes.folder)
    }
}

/// Whether files could be made in a folder, which need not be there yet.
///
/// - Throws: `SystemCallError` with the folder, or the one above it that is there and stands in the way.
func verifyWritableFolder(_ path: String) throws(SystemCallError) {
    var folder = path[...]
    while folder.contains("/"), Glibc.access(String(folder), F_OK) != 0 {
        folder = folder.lastIndex(of: "/").map { folder[..<$0] } ?? ""
    }
    if !folder.isEmpty, !folder.contains("/"), Glibc.access(String(folder), F_OK) != 0 {
        // It would be made where we are.
        folder = "."
    }
    let subject = folder.isEmpty ? "/" : String(folder)
    // The dot makes it an error if there is a file of another kind.
    try systemCall("write to", on: subject) { Glibc.access(subject + "/.", W_OK | X_OK) }
}
