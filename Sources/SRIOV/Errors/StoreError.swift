package import LinuxSystem

/// Why the state file cannot answer.
package enum StoreError: Error, Hashable, Sendable {
    /// The file cannot be read or written: damaged, no database, no rights, no room. It was not changed.
    case unusable(path: String, reason: String)
    /// A reader without root's rights may not read the file.
    case notPermitted(path: String, errno: ErrorNumber)
    /// A later version of this program wrote the file. It was not changed.
    case newer(path: String, version: Int64, supported: Int64)
    /// An earlier version of this program wrote the file, and the reader may not upgrade it. It was not changed.
    case older(path: String, version: Int64, supported: Int64)
    /// The file is somebody else's database. It was not changed.
    case foreign(path: String, applicationID: Int64)
    /// Other processes kept the file locked for as long as we wait.
    case busy(path: String, waited: Duration)
    /// The VF, its PF or the owner's interface has a record already. Nothing was changed.
    case conflict(existing: Attachment)
    /// A network of this identifier was defined otherwise. Nothing was changed.
    case networkExists(identifier: String)
    /// The record that was to be changed or dropped is not there any more.
    case vanished(owner: AttachmentOwner, virtualFunction: PCIAddress)
}

extension StoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unusable(let path, let reason):
            "state file \(path): \(reason)"
        case .notPermitted(let path, let errno):
            "state file \(path): \(errno)"
        case .newer(let path, let version, let supported):
            "state file \(path): written by a later version (schema \(version), "
                + "this program knows \(supported))"
        case .older(let path, let version, let supported):
            "state file \(path): written by an earlier version (schema \(version), this program "
                + "reads \(supported)); any vfmap command run as root upgrades it"
        case .foreign(let path, let applicationID):
            "state file \(path): a database of another program "
                + "(application id 0x\(hexadecimal(applicationID, digits: 8)))"
        case .busy(let path, let waited):
            "state file \(path): locked by other processes, waited \(waited)"
        case .conflict(let existing):
            "\(existing.function) is \(existing.phase.rawValue) by \(existing.owner)"
        case .networkExists(let identifier):
            "network \(identifier) exists with another definition"
        case .vanished(let owner, let virtualFunction):
            "the record of \(virtualFunction) for \(owner) is gone"
        }
    }
}
