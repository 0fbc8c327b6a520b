internal import FoundationEssentials
internal import LinuxSystem
internal import SRIOV

/// A record of the state file for programs, without what the front end keeps in it for itself.
struct AttachmentView: Hashable, Codable {
    /// Where the VF was moved.
    struct Namespace: Hashable, Codable {
        /// Empty if nobody has told.
        let path: String
        /// Inode number of the namespace's file, as `ls -i` and `lsns` show it; nil until it has been seen.
        let inode: UInt64?
        /// `SO_NETNS_COOKIE`; nil on kernels before 5.14.
        let cookie: UInt64?

        init(_ reference: NamespaceReference) {
            path = reference.path ?? ""
            inode = reference.identity?.inode
            cookie = reference.identity?.cookie
        }
    }

    let owner: OwnerView
    /// `preparing`, `reserved`, `joined`, `attached`, `leaving`, `detaching` or `restoring`.
    let phase: String
    /// ISO 8601, in UTC.
    let created: String
    /// nil while a runtime that moves the VF by itself has not named a place.
    let namespace: Namespace?
    /// What was asked for.
    let settings: VFSettingsView
    let original: OriginalView

    init(_ attachment: Attachment) {
        owner = OwnerView(attachment.owner)
        phase = attachment.phase.rawValue
        created = Date(timeIntervalSince1970: Double(attachment.created)).formatted(.iso8601)
        namespace = attachment.namespace.map(Namespace.init)
        settings = VFSettingsView(attachment.settings)
        original = OriginalView(attachment)
    }
}
