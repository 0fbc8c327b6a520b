package import LinuxSystem
package import Netlink

/// What another program has written down of a VF that it gave to a container.
package struct ForeignClaim: Hashable, Sendable {
    /// What there is to undo.
    package struct SavedState: Hashable, Sendable {
        /// Whose it is; several where the program's own note can be read in several ways. Never empty.
        package var owners: [AttachmentOwner]
        /// What was asked for.
        package var settings: VFSettings
        /// The interface's name in the host; nil if the VF had none.
        package var interfaceName: String?
        /// nil if it is not known.
        package var macAddress: MACAddress?
        /// Bytes; nil if it is not known.
        package var mtu: UInt32?
        /// The PF's view as it was; its index means nothing.
        package var info: VFState

        package init(
            owners: [AttachmentOwner], settings: VFSettings, interfaceName: String?,
            macAddress: MACAddress?, mtu: UInt32?, info: VFState
        ) {
            self.owners = owners
            self.settings = settings
            self.interfaceName = interfaceName
            self.macAddress = macAddress
            self.mtu = mtu
            self.info = info
        }
    }

    /// The program: `sriov-cni`.
    package var program: String
    /// The file that tells of it, for messages.
    package var path: String
    /// nil if the file does not tell.
    package var virtualFunction: PCIAddress?
    /// Where the VF was moved; nil if that was not written down.
    package var namespacePath: String?
    /// nil if there is nothing that can be used.
    package var savedState: SavedState?
    /// Why there is no saved state, in words; nil if there is.
    package var problem: String?

    package init(
        program: String, path: String, virtualFunction: PCIAddress?, namespacePath: String?,
        savedState: SavedState?, problem: String?
    ) {
        self.program = program
        self.path = path
        self.virtualFunction = virtualFunction
        self.namespacePath = namespacePath
        self.savedState = savedState
        self.problem = problem
    }
}

extension ForeignClaim {
    /// Which program has the VF for whom, in words.
    var holder: String {
        let owner = savedState?.owners.last.map { "\($0)" } ?? "a container"
        let place = namespacePath.map { " in \($0)" } ?? ""
        return "\(program) holds it for \(owner)\(place)"
    }
}
