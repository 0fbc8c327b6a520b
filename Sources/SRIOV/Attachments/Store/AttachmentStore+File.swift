internal import Glibc
internal import LinuxSystem
internal import SQLite

extension AttachmentStore {
    /// Opens the file unless it is open already and still the one at the path.
    ///
    /// - Returns: false if there is none.
    func open(_ file: inout StateFile?) throws -> Bool {
        if let moved = file?.database.hasMoved {
            if !moved { return true }
            file = nil
        }
        guard let size = try fileSize() else { return false }
        let failpoint = failpoint
        file = try StateFile(
            path: path, isEmpty: size == 0, access: access == .readOnly ? .readOnly : .readWrite,
            schema: schema
        ) { try failpoint?() }
        return true
    }

    /// The size of the regular file that is there: SQLite opens whatever is there, and takes a device that reads as
    /// nothing for an empty database.
    ///
    /// It looks without opening: closing a descriptor would drop the locks that SQLite has on the file.
    ///
    /// - Returns: nil if there is none.
    /// - Throws: `StoreError` for anything that is neither a regular file nor absent.
    private func fileSize() throws(StoreError) -> Int? {
        var status = stat()
        do throws(SystemCallError) {
            try systemCall("stat", on: path) { stat(path, &status) }
        } catch {
            guard error.errno == .noSuchFile else { throw refusal(error.errno) }
            guard lstat(path, &status) == 0 else { return nil }
            // Else somebody made the file between the two looks.
            guard status.st_mode & S_IFMT == S_IFLNK else { return try fileSize() }
            throw .unusable(path: path, reason: "a symbolic link that leads nowhere")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .unusable(path: path, reason: "not a regular file")
        }
        // SQLite takes a single byte, whatever it is, for an empty database.
        guard status.st_size != 1 else {
            throw .unusable(path: path, reason: "file is not a database")
        }
        return Int(status.st_size)
    }

    /// Makes an empty file and the directories above it, durable with the first transaction.
    func makeFile() throws(SystemCallError) {
        if let slash = path.lastIndex(of: "/") {
            try makeDirectory(String(path[..<slash]))
        }
        do {
            // SQLite would make it readable for all, and open(2) would leave a descriptor to be closed.
            try systemCall("make", on: path) { mknod(path, S_IFREG | StateFile.permissions, 0) }
        } catch  where error.errno == .exists {
            // Another process was faster.
        }
    }

    private func makeDirectory(_ directory: String) throws(SystemCallError) {
        guard Glibc.access(directory, F_OK) != 0 else { return }
        // What lies in it is protected by its own mode.
        try makeOpenDirectory(directory)
        let parent = try Descriptor(opening: directory + "/..", flags: O_RDONLY | O_DIRECTORY)
        let number = parent.rawValue
        try systemCall("synchronise", on: directory + "/..") { fsync(number) }
    }

    func storeError(_ error: SQLiteError) -> StoreError {
        if error.isBusy { return .busy(path: path, waited: StateFile.patience) }
        if let errno = error.errno, errno == .accessDenied { return refusal(errno) }
        if error.isReadOnly && access == .readOnly {
            return .unusable(
                path: path,
                reason: "a writer died amid a change, which the next command of root takes back")
        }
        guard error.isReadOnly else {
            return .unusable(path: path, reason: error.description)
        }
        // SQLite fell back to reading when it was refused writing; ask the kernel why.
        for place in [path, path.lastIndex(of: "/").map { String(path[..<$0]) + "/" } ?? "."] {
            do {
                try systemCall("write to", on: place) { Glibc.access(place, W_OK) }
            } catch {
                return .unusable(path: path, reason: error.description)
            }
        }
        return .unusable(path: path, reason: error.description)
    }

    /// What a refusal of the kernel to open the file means.
    private func refusal(_ errno: ErrorNumber) -> StoreError {
        access == .readOnly && errno == .accessDenied
            ? .notPermitted(path: path, errno: errno)
            : .unusable(path: path, reason: "cannot be opened: \(errno)")
    }
}
