internal import Glibc

/// What tells one file from every other: device and inode.
package struct FileIdentity: Hashable, Sendable {
    /// Number of the device that has the file system (`st_dev`).
    package let device: UInt64
    /// Inode number on that device (`st_ino`).
    package let inode: UInt64

    /// Looks at the file behind a path, following symbolic links, without opening it.
    ///
    /// - Throws: `SystemCallError` with the path as its subject.
    package init(of path: String) throws(SystemCallError) {
        var status = stat()
        try systemCall("stat", on: path) { stat(path, &status) }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }

    /// Looks at an open file.
    ///
    /// - Throws: `SystemCallError`.
    package init(ofDescriptor number: Int32) throws(SystemCallError) {
        var status = stat()
        try systemCall("stat", on: "descriptor \(number)") { fstat(number, &status) }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }
}
