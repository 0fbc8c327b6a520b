package import LinuxSystem

/// The locks that work on one VF needs: its PF's, shared, so that nobody changes the number of
/// VFs meanwhile, and its own.
///
/// They are held as long as the value lives. The PF's is always taken first.
package struct AttachmentLocks: Sendable {
    private let physicalFunction: FileLock?
    private let virtualFunction: FileLock

    package init(
        _ function: VirtualFunction, mode: FileLock.Mode = .exclusive, in folder: LockFolder,
        deadline: Deadline
    ) throws(ManagerError) {
        if let address = function.physicalFunction {
            physicalFunction = try folder.lock(address, .shared, deadline: deadline)
        } else {
            physicalFunction = nil
        }
        virtualFunction = try folder.lock(function.address, mode, deadline: deadline)
    }

    /// Takes the locks without waiting.
    ///
    /// - Returns: nil if somebody else has one of them.
    package static func ifFree(
        _ function: VirtualFunction, in folder: LockFolder
    ) throws(ManagerError) -> AttachmentLocks? {
        do {
            return try AttachmentLocks(function, in: folder, deadline: Deadline(after: .zero))
        } catch  where error.code == .inUse {
            return nil
        }
    }
}
