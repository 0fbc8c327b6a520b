internal import Glibc
internal import LinuxSystem
internal import SQLite
internal import Synchronization

extension AttachmentStore {
    /// - Returns: nil if there is no file, or an empty one.
    func read<Value: Sendable>(
        _ body: (borrowing SQLiteDatabase) throws -> Value
    ) throws -> Value? {
        try withFile { file in
            let deadline = Deadline(after: .seconds(1))
            while true {
                do {
                    guard try open(&file) else { return nil }
                    return try file?.read(body)
                } catch let error as SQLiteError where error.isReadOnly && !deadline.hasPassed {
                    // There seems to be a dead writer's journal, which this reader must not roll back.
                    // More often the writer lives, and began between two looks of SQLite.
                    file = nil
                    usleep(1000)
                }
            }
        }
    }

    func write<Value: Sendable>(
        _ body: (borrowing SQLiteDatabase, _ beforeWrite: () throws -> Void) throws -> Value
    ) throws -> Value {
        guard access == .readWrite else { throw openedForReading }
        return try withFile { file in
            if try !open(&file) {
                try makeFile()
                _ = try open(&file)
            }
            guard let value = try file?.write(body) else {
                throw StoreError.unusable(path: path, reason: "vanished while it was made")
            }
            return value
        }
    }

    var openedForReading: StoreError {
        .unusable(path: path, reason: "opened for reading only")
    }

    /// Lends the open file, and lets go of it after a failure, so that the next call starts anew.
    private func withFile<Value: Sendable>(
        _ body: (inout StateFile?) throws -> Value
    ) throws -> Value {
        try file.withLock { file in
            do {
                return try body(&file)
            } catch let error as SQLiteError {
                file = nil
                throw storeError(error)
            } catch let error as SystemCallError {
                file = nil
                throw StoreError.unusable(path: path, reason: error.description)
            } catch let error as StoreError {
                // A file that was refused may be another one, or repaired, at the next call.
                file = nil
                throw error
            }
        }
    }
}
