package import LinuxSystem

/// The locks that work on one VF needs: its PF's, mostly shared, so that no process changes the number
/// of VFs meanwhile, and its own.
///
/// They are held as long as the value lives. The PF's is always taken first.
package struct AttachmentLocks: Sendable {
    private let physicalFunction: FileLock?
    private let virtualFunction: FileLock

    /// Takes the locks, the PF's first.
    ///
    /// - Parameters:
    ///   - mode: How the VF's is taken.
    ///   - parentMode: How the PF's is taken; exclusive for operations on all its VFs, `sharedOnceMore` with another
    ///     VF's locks in hand.
    ///   - deadline: When waiting ends, for each of them.
    ///   - parentDeadline: When waiting for the PF's ends; nil for the same.
    /// - Throws: `ManagerError` `inUse` if another process held one of them until its deadline, `notPermitted` without
    ///   the rights to the directory; none is held then.
    package init(
        _ function: VirtualFunction, mode: FileLock.Mode = .exclusive,
        parentMode: FileLock.Mode = .shared, in directory: LockDirectory, deadline: Deadline,
        parentDeadline: Deadline? = nil
    ) throws(ManagerError) {
        if let address = function.physicalFunction {
            physicalFunction = try directory.lock(
                address, parentMode, deadline: parentDeadline ?? deadline)
        } else {
            physicalFunction = nil
        }
        virtualFunction = try directory.lock(function.address, mode, deadline: deadline)
    }

    /// Takes the locks without waiting for a process that works on the VF.
    ///
    /// - Parameter parentDeadline: When waiting for a process that changes its PF ends.
    /// - Returns: nil if another process has one of them.
    /// - Throws: `ManagerError` `notPermitted` without the rights to the directory, `internal` if a lock file cannot be
    ///   opened.
    package static func ifFree(
        _ function: VirtualFunction, in directory: LockDirectory,
        parentDeadline: Deadline = Deadline(after: .zero)
    ) throws(ManagerError) -> AttachmentLocks? {
        do {
            return try AttachmentLocks(
                function, in: directory, deadline: Deadline(after: .zero),
                parentDeadline: parentDeadline)
        } catch  where error.code == .inUse {
            return nil
        }
    }
}
