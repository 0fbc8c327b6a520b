/// How what is given away comes to its owner.
package enum AttachmentPlacement: Hashable, Sendable {
    /// vfmap moves it into a namespace, under the owner's interface name.
    case moved(NamespaceReference)
    /// The owner's runtime moves it by itself, as Docker does, under a name that it chooses.
    case handedOver(Handover)
}

extension AttachmentPlacement {
    /// The owner's namespace; nil while a runtime that moves interfaces by itself has not named one.
    package var namespace: NamespaceReference? {
        switch self {
        case .moved(let namespace): namespace
        case .handedOver(let handover): handover.namespace
        }
    }

    /// What is open with the owner's runtime; nil where vfmap moves the interface.
    package var handover: Handover? {
        if case .handedOver(let handover) = self { handover } else { nil }
    }
}
