/// How the subject gets to its owner.
package enum AttachmentPlacement: Hashable, Sendable {
    /// vfmap moves it into a namespace, under the owner's interface name.
    case moved(NamespaceReference)
    /// Handover: the owner's runtime moves it, as Docker does, under a name that it chooses.
    case handedOver(Handover)
}

extension AttachmentPlacement {
    /// The owner's namespace; nil in a handover while the runtime has not named one.
    package var namespace: NamespaceReference? {
        switch self {
        case .moved(let namespace): namespace
        case .handedOver(let handover): handover.namespace
        }
    }

    /// The handover; nil where vfmap moves the interface.
    package var handover: Handover? {
        if case .handedOver(let handover) = self { handover } else { nil }
    }
}
