package import LinuxSystem
package import Netlink

/// One VF, or PF as a whole, given to one owner; its record is also the undo journal.
///
/// It is written before the hardware is changed and dropped when everything is restored.
package struct Attachment: Hashable, Sendable {
    /// Who the function was given to; at most one record of a boot has it.
    package var owner: AttachmentOwner
    /// The VF, or the PF as a whole.
    package let subject: AttachmentSubject
    /// How far the work on it has come.
    package var phase: AttachmentPhase
    /// The boot in which the record was written: it is void in any other.
    package var boot: BootIdentity
    /// Whether vfmap or a runtime moves the interface, and into which namespace.
    package var placement: AttachmentPlacement
    /// What was asked for.
    package var settings: VFSettings
    /// The network interfaces that the owner gets, the subject's own first; empty if it has none.
    package var interfaces: [RecordedInterface]
    /// The PF's view as it was; nil where the PF is not visible.
    package var originalInfo: VFState?
    /// The driver that was bound; nil for none.
    package var originalDriver: String?
    /// What the front end needs to undo its own part, in the front end's format; nil for nothing.
    package var frontEndData: String?
    /// Whether the front end's part outlives the boot, as an IPAM's addresses do.
    package var hasLease: Bool
    /// Seconds since 1970.
    package var created: Int64
    /// The device that the kernel had made for the function: `Host.functionInstance`. nil where that was
    /// unknown, and in records that older versions wrote.
    package var functionInstance: UInt64?

    package init(
        owner: AttachmentOwner, subject: AttachmentSubject, phase: AttachmentPhase,
        boot: BootIdentity, placement: AttachmentPlacement, settings: VFSettings,
        interfaces: [RecordedInterface], originalInfo: VFState?, originalDriver: String?,
        frontEndData: String?, hasLease: Bool = false, created: Int64,
        functionInstance: UInt64? = nil
    ) {
        self.owner = owner
        self.subject = subject
        self.phase = phase
        self.boot = boot
        self.placement = placement
        self.settings = settings
        self.interfaces = interfaces
        self.originalInfo = originalInfo
        self.originalDriver = originalDriver
        self.frontEndData = frontEndData
        self.hasLease = hasLease
        self.created = created
        self.functionInstance = functionInstance
    }
}

extension Attachment {
    /// The PCI function that the owner gets.
    package var function: PCIAddress { subject.address }

    /// The PF of the VF; nil where it is not visible, and for a PF as a whole.
    package var physicalFunction: PCIAddress? { subject.parent }

    /// The VF's index on its PF; nil where the PF is not visible, and for a PF as a whole.
    package var index: Int? { subject.index }

    /// The function with its PF, by which locks are taken. It may have gone.
    var functionToLock: VirtualFunction {
        VirtualFunction(address: function, physicalFunction: physicalFunction)
    }

    /// The owner's namespace; nil in a handover while the runtime has not named one.
    package var namespace: NamespaceReference? { placement.namespace }

    /// The handover; nil where vfmap moves the interface.
    package var handover: Handover? { placement.handover }

    /// The subject's own interface as it was; nil if it had none.
    package var originalInterface: InterfaceOriginal? { interfaces.first?.original }

    /// The interface's name in the container; nil where the runtime chooses it.
    package var expectedName: KernelText? { owner.interfaceName.map { KernelText($0) } }

    /// Where the subject is, as text for users: the namespace's path, or the host.
    package var locationDescription: String {
        switch namespace {
        case nil: "the host"
        case let namespace?: namespace.path ?? "a network namespace of which the path is not known"
        }
    }

    /// Changes the handover; no effect where vfmap moves the interface.
    mutating func changeHandover(_ change: (inout Handover) -> Void) {
        guard case .handedOver(var handover) = placement else { return }
        change(&handover)
        placement = .handedOver(handover)
    }
}
