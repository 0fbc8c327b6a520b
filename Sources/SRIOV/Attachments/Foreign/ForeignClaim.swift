package import LinuxSystem
package import Netlink

/// The entry of sriov-cni's cache on a VF that it gave to a container.
package struct ForeignClaim: Hashable, Sendable {
    /// The saved state: what is to be undone.
    package struct SavedState: Hashable, Sendable {
        /// The possible owners; several where sriov-cni's file is ambiguous. Never empty.
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
    /// The file that contains it, for messages.
    package var path: String
    /// nil if the file does not contain it.
    package var virtualFunction: PCIAddress?
    /// Where the VF was moved; nil if the file does not contain that.
    package var namespacePath: String?
    /// nil if the file contains no usable data.
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
    /// The program and the owner that it gave the VF to, as text.
    var holder: String {
        let owner = savedState?.owners.last.map { "\($0)" } ?? "a container"
        let place = namespacePath.map { " in \($0)" } ?? ""
        return "\(program) holds it for \(owner)\(place)"
    }
}
