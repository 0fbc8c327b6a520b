internal import LinuxSystem
internal import Netlink

extension Engine {
    func foreignClaim(on address: PCIAddress) throws(ManagerError) -> ForeignClaim? {
        do {
            return try foreignClaims.claim(address)
        } catch {
            throw .wrapping(error, "look up whether another program has \(address)")
        }
    }

    /// Whether the namespace of a claim still exists; one that the claim does not name counts as gone.
    func isLive(_ claim: ForeignClaim) throws(ManagerError) -> Bool {
        guard let path = claim.namespacePath else { return false }
        do {
            _ = try host.openNamespace(path)
            return true
        } catch is NetworkNamespaceError {
            return false
        } catch {
            throw .wrapping(error, "look for the network namespace \(path)")
        }
    }

    /// Makes a record of a stale claim of sriov-cni, for a VF whose lock is held and that has no record.
    ///
    /// - Returns: The record, from which the VF is to be brought back; nil if there is nothing to bring back.
    /// - Throws: `ManagerError` `inUse` if the other program's container has the VF.
    func abandonedClaim(on function: VirtualFunction) throws(ManagerError) -> Attachment? {
        guard let claim = try foreignClaim(on: function.address) else { return nil }
        if try isInUse(claim) { throw inUse(function.address, by: claim) }
        guard let savedState = claim.savedState, let owner = savedState.owners.last else {
            warn(
                "\(claim.path): \(claim.problem ?? "tells nothing"), taking \(function.address) as "
                    + "it is")
            forget(claim)
            return nil
        }
        do {
            let attachment = try attachment(
                claim, savedState, of: owner, phase: .detaching, function: function,
                namespace: reference(to: claim.namespacePath))
            guard try namespaceIsGone(of: attachment) else {
                throw inUse(function.address, by: claim)
            }
            try store.insert(attachment)
            return attachment
        } catch {
            throw error as? ManagerError
                ?? .wrapping(error, "take \(function.address) over from \(claim.program)")
        }
    }

    /// Whether a claim keeps its VF: its namespace exists, or that is unknown, as for a VF without an
    /// interface whose namespace the claim does not name.
    func isInUse(_ claim: ForeignClaim) throws(ManagerError) -> Bool {
        if try isLive(claim) { return true }
        guard let savedState = claim.savedState else { return false }
        return claim.namespacePath == nil && savedState.interfaceName == nil
    }

    func inUse(_ address: PCIAddress, by claim: ForeignClaim) -> ManagerError {
        ManagerError(.inUse, "VF \(address) is in use: \(claim.holder)")
    }

    /// Removes sriov-cni's files, once their content is undone or in a record.
    func forget(_ claim: ForeignClaim) {
        do {
            try foreignClaims.forget(claim)
        } catch {
            warn("\(error), proceeding anyway")
        }
    }

    /// Removes sriov-cni's files on an attachment that is undone.
    func forgetForeignClaim(of attachment: Attachment) {
        do {
            guard let claim = try foreignClaims.claimOfOwner(attachment.owner),
                claim.virtualFunction == attachment.function
            else { return }
            try foreignClaims.forget(claim)
        } catch {
            warn("\(error), proceeding anyway")
        }
    }

    /// A reference to what is behind a path now; to nothing if there is nothing.
    func reference(to path: String?) -> NamespaceReference {
        // A path that leads nowhere now does not lead to the container either.
        guard let path, let namespace = try? host.openNamespace(path) else {
            return .lost(path: path)
        }
        return .seen(path: path, host.identity(of: namespace))
    }

    /// The record that vfmap would have written.
    ///
    /// Attributes that sriov-cni does not save stay as they are now, and the interface is at rest: down,
    /// in no special mode.
    func attachment(
        _ claim: ForeignClaim, _ savedState: ForeignClaim.SavedState, of owner: AttachmentOwner,
        phase: AttachmentPhase, function: VirtualFunction, namespace: NamespaceReference
    ) throws -> Attachment {
        let present =
            savedState.interfaceName == nil
            ? nil
            : try presentLink(
                of: function.address, owner.interfaceName.map { KernelText($0) }, namespace)
        var info: VFState?
        if let index = function.index {
            info = savedState.info
            info?.index = index
        }
        return Attachment(
            owner: owner, subject: AttachmentSubject(function), phase: phase, boot: store.boot,
            placement: .moved(namespace), settings: savedState.settings,
            interfaces: savedState.interfaceName.map {
                [RecordedInterface(original: original(savedState, KernelText($0), present))]
            } ?? [],
            originalInfo: info, originalDriver: function.driver, frontEndData: nil,
            created: host.now(),
            functionInstance: host.functionInstance(at: function.address))
    }

    /// The interface where it is, or where it turns up; nil if it does not.
    private func presentLink(
        of address: PCIAddress, _ name: KernelText?, _ namespace: NamespaceReference
    ) throws -> Link? {
        guard host.functionExists(at: address) else { return nil }
        if let container = open(namespace),
            let link = try host.link(of: address, expectedName: name, in: container)
        {
            return link
        }
        if let link = try host.link(of: address, expectedName: nil, in: home) {
            return link
        }
        do {
            let location = try locate(address, expectedName: name, in: host.otherNamespaces())
            if let location { return location.link }
        } catch is SearchCutShort {
            // The kernel may be returning it all the same.
        }
        return try host.waitForLink(
            of: address, in: home, until: Deadline(after: timeouts.returnOfInterface))
    }

    private func original(
        _ savedState: ForeignClaim.SavedState, _ name: KernelText, _ present: Link?
    ) -> InterfaceOriginal {
        var link = present ?? .atRest(name)
        link.name = name
        link.alternativeNames.removeAll { $0 == name }
        link.macAddress = savedState.macAddress ?? link.macAddress
        link.mtu = savedState.mtu ?? link.mtu
        link.flags = 0
        var original = InterfaceOriginal(link)
        // Its present name is the container's.
        original.index = nil
        return original
    }
}

extension Link {
    /// An Ethernet interface as the kernel makes it, for one that cannot be read.
    fileprivate static func atRest(_ name: KernelText) -> Link {
        var link = Link(index: 0, name: name)
        link.mtu = 1500
        link.transmitQueueLength = 1000
        return link
    }
}
