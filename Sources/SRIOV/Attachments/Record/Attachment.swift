package import LinuxSystem
package import Netlink

/// One VF given to one owner: the record and the undo journal in one.
///
/// It is written before the hardware is touched and dropped when the last of it is restored.
package struct Attachment: Hashable, Sendable {
    package var owner: AttachmentOwner
    package var virtualFunction: PCIAddress
    /// nil where the PF is not visible.
    package var physicalFunction: PCIAddress?
    /// The index on the PF; nil where the PF is not visible.
    package var index: Int?
    package var phase: AttachmentPhase
    /// The boot in which the record was written: it is void in any other.
    package var boot: BootIdentity
    /// Where the VF was moved; nil while a runtime that moves it by itself has not named a place.
    package var namespace: NamespaceReference?
    /// What was asked for.
    package var settings: VFSettings
    /// The interface as it was; nil if the VF had none.
    package var originalInterface: InterfaceOriginal?
    /// The PF's view as it was; nil where the PF is not visible.
    package var originalInfo: VFState?
    /// The driver that was bound; nil for none.
    package var originalDriver: String?
    /// What the front end needs to undo its own part, in a shape of its own; nil for nothing.
    package var frontEndData: String?
    /// Whether the front end's part outlives the boot, as an IPAM's addresses do.
    package var hasLease: Bool
    /// What is open with a runtime that moves the interface by itself; nil where vfmap moves it.
    package var handover: Handover?
    /// Seconds since 1970.
    package var created: Int64
    /// Which device it was that the kernel had made for the function: `Host.functionInstance`. nil in records that
    /// older versions wrote.
    package var functionInstance: UInt64?

    package init(
        owner: AttachmentOwner, virtualFunction: PCIAddress, physicalFunction: PCIAddress?,
        index: Int?, phase: AttachmentPhase, boot: BootIdentity, namespace: NamespaceReference?,
        settings: VFSettings, originalInterface: InterfaceOriginal?, originalInfo: VFState?,
        originalDriver: String?, frontEndData: String?, hasLease: Bool = false,
        handover: Handover? = nil, created: Int64,
        functionInstance: UInt64? = nil
    ) {
        self.owner = owner
        self.virtualFunction = virtualFunction
        self.physicalFunction = physicalFunction
        self.index = index
        self.phase = phase
        self.boot = boot
        self.namespace = namespace
        self.settings = settings
        self.originalInterface = originalInterface
        self.originalInfo = originalInfo
        self.originalDriver = originalDriver
        self.frontEndData = frontEndData
        self.hasLease = hasLease
        self.handover = handover
        self.created = created
        self.functionInstance = functionInstance
    }
}

extension Attachment {
    /// Where the VF is, in words for people: the namespace's path, or the host.
    package var locationDescription: String { namespace?.path ?? "the host" }

    /// What was given away, in words: a VF, or a function that is either a PF as a whole or a VF whose PF is not visible.
    var subject: String { "\(kind) \(virtualFunction)" }

    /// The same without its address.
    var kind: String { index == nil && physicalFunction == nil ? "function" : "VF" }

    /// The interface's name in the container; nil where the runtime chooses it.
    var expectedName: KernelText? {
        owner.interfaceName.isEmpty ? nil : KernelText(owner.interfaceName)
    }
}
