package import LinuxSystem

/// The locks of VFs and PFs: one file per PCI address.
///
/// They do not follow the state file, so that two state files can never share a VF unnoticed.
package struct LockDirectory: Sendable {
    /// The directory of the lock files.
    package let path: String

    /// - Parameter path: The directory of the lock files; made where missing.
    package init(path: String) {
        self.path = path
    }

    /// Takes the lock of one PCI function.
    ///
    /// - Throws: `ManagerError` `inUse` if somebody else had it until the deadline, `notPermitted`
    ///   without the rights to the directory.
    package func lock(
        _ address: PCIAddress, _ mode: FileLock.Mode, deadline: Deadline
    ) throws(ManagerError) -> FileLock {
        do {
            return try FileLock(path: "\(path)/\(address).lock", mode: mode, deadline: deadline)
        } catch {
            switch error.errno {
            case .wouldBlock:
                throw ManagerError(
                    .inUse,
                    "\(address) is being worked on by another process, waited \(deadline.allowance)"
                )
            case .accessDenied, .notPermitted:
                throw ManagerError(.notPermitted, "lock \(address)", causes: [error])
            default:
                throw ManagerError(.internal, "lock \(address)", causes: [error])
            }
        }
    }

    /// Takes the lock of one PCI function alone, without waiting.
    ///
    /// - Returns: nil if another process has it.
    func lockIfFree(_ address: PCIAddress) throws(ManagerError) -> FileLock? {
        do {
            return try lock(address, .exclusive, deadline: Deadline(after: .zero))
        } catch  where error.code == .inUse {
            return nil
        }
    }
}
