internal import LinuxSystem
internal import Netlink

/// Moves a VF's interface out of a namespace that a container controls.
///
/// A process with CAP_NET_ADMIN there may rename, move, create and remove interfaces between any two messages of
/// vfmap, and give an index to another interface. So only the PCI address identifies an interface, and only where the
/// container cannot change it: after the arrival.
extension Engine {
    /// Brings the interface back to the host, under its own name if that is free.
    ///
    /// - Returns: The interface as it was seen there; nil if there is none to bring back.
    /// - Throws: If it could not be brought back; it is where it was, or on its way.
    func retrieve(_ attachment: Attachment, hint: H.Namespace?) throws -> Link? {
        guard let original = attachment.originalInterface else { return nil }
        let address = attachment.function
        if let hint, let link = try moveHome(attachment, as: original, from: hint) { return link }
        if let container = attachment.namespace.flatMap(open),
            let link = try moveHome(attachment, as: original, from: container)
        {
            return link
        }
        if let link = try host.link(of: address, expectedName: original.name, in: home) {
            return link
        }
        var unfinishedSearch: SearchCutShort?
        do {
            if let namespace = try otherHolder(of: attachment),
                let link = try moveHome(attachment, as: original, from: namespace)
            {
                return link
            }
        } catch let error as SearchCutShort {
            // The kernel may be returning it all the same.
            unfinishedSearch = error
        }
        guard try host.driver(of: address) == attachment.originalDriver else {
            // Another driver was bound, which removed the interface; there is none to bring back.
            return nil
        }
        // The kernel dismantles a dead namespace in its own time and gives the VF back then.
        let deadline = Deadline(after: timeouts.returnOfInterface)
        if let link = try host.waitForLink(of: address, in: home, until: deadline) { return link }
        throw ManagerError(
            .inUse,
            "VF \(address) has not come back from \(attachment.locationDescription) within "
                + "\(deadline.allowance): something still holds that network namespace",
            causes: unfinishedSearch.map { [$0] } ?? [])
    }

    /// - Returns: The interface in the host; nil if the VF has none in the namespace.
    private func moveHome(
        _ attachment: Attachment, as original: InterfaceOriginal, from container: H.Namespace
    ) throws -> Link? {
        try moveHome(
            attachment.function, expectedName: attachment.expectedName,
            as: original.name, index: original.index, from: container)
    }

    /// Moves the interface of a function to the host, and proves that it has arrived.
    ///
    /// A failure caused by changes in the container is tried again. Another interface that arrives
    /// instead is sent back, or removed where it cannot be.
    ///
    /// - Parameters:
    ///   - expectedName: Its name in the container, where it is looked for first.
    ///   - name: The name that it gets, if that is free in the host; nil keeps its own.
    ///   - index: The index that it gets, if that is free in the host; nil for the one that it has.
    /// - Returns: The interface in the host; nil if the function has none in the namespace.
    /// - Throws: If the interface has not come; it is where it was, or wherever somebody else has moved it.
    func moveHome(
        _ function: PCIAddress, expectedName: KernelText?, as name: KernelText?, index: Int32?,
        from container: H.Namespace
    ) throws -> Link? {
        let deadline = Deadline(after: .seconds(3))
        for attempt in 1... {
            do {
                return try moveHomeOnce(
                    function, expectedName: expectedName, as: name,
                    // One that was free for the first attempt may be the reason for another. The one that it has is no
                    // better: the container chooses that, and may foresee the host's next one.
                    index: attempt == 1 ? index : Int32.random(in: spareIndexes), from: container)
            } catch {
                guard attempt < 50, !deadline.hasPassed, isSignOfChange(error) else { throw error }
            }
        }
        return nil
    }

    private func moveHomeOnce(
        _ function: PCIAddress, expectedName: KernelText?, as wanted: KernelText?,
        index preferred: Int32?, from container: H.Namespace
    ) throws -> Link? {
        // The host is read beforehand, so that the move follows directly after the interface was read.
        var name = try wanted.map { try freeName(preferring: $0, for: function) }
        var index = try preferred.map { try freeIndex(preferring: $0) }
        guard
            var link = try host.link(of: function, expectedName: expectedName, in: container)
        else { return nil }
        if name == nil || index == nil || !link.alternativeNames.isEmpty {
            name = try name ?? freeName(preferring: link.name, for: function)
            index = try index ?? freeIndex(preferring: link.index)
            // A name that is taken in the target makes the kernel refuse, some of it after the move.
            for alternative in link.alternativeNames {
                try host.removeAlternativeName(alternative, from: link, in: container)
            }
            guard let present = try host.link(of: function, expectedName: link.name, in: container)
            else { return nil }
            link = present
        }
        var refusal: (any Error)?
        do {
            try host.move(link, from: container, to: home, as: name, index: index)
        } catch {
            refusal = error
        }
        // The index was free, so the interface that has it now is the one that the kernel has moved.
        let arrival = try index.flatMap { try host.link(index: $0, in: home) }
        if let arrival, arrival.isOwnInterface(of: function) { return arrival }
        // EBUSY says that the index was taken meanwhile, by an interface that has nothing to do with the container.
        if let refusal = refusal as? NetlinkError, refusal.errno == .busy { throw refusal }
        if let arrival { try expel(arrival, to: container) }
        throw refusal ?? WrongArrival(function: function, arrival: arrival)
    }

    /// A name that no interface of the host has.
    ///
    /// - Parameter preferred: The one to take if it is free.
    private func freeName(
        preferring preferred: KernelText, for function: PCIAddress
    ) throws -> KernelText {
        try host.link(named: preferred, in: home) == nil ? preferred : spareName(for: function)
    }

    /// An index that no interface of the host has.
    ///
    /// - Parameter preferred: The one to take if it is free.
    private func freeIndex(preferring preferred: Int32) throws -> Int32 {
        var candidate = preferred
        while try host.link(index: candidate, in: home) != nil {
            candidate = Int32.random(in: spareIndexes)
        }
        return candidate
    }

    /// Indexes that the kernel, which counts up from 1, does not reach.
    private var spareIndexes: ClosedRange<Int32> { 1 << 30...Int32.max - 1 }

    /// Sends an interface back that has arrived instead of a VF's.
    ///
    /// - Throws: `ManagerError` that names it, if it can neither be sent back nor removed; it is down then.
    private func expel(_ arrival: Link, to container: H.Namespace) throws {
        do {
            try host.move(arrival, from: home, to: container, as: nil, index: nil)
            return
        } catch {
            // One of its names is taken there by now. A virtual interface is removed; the interface of
            // a device is moved under an unpredictable name.
            if (try? host.removeLink(arrival, in: home)) != nil { return }
        }
        do {
            for name in arrival.alternativeNames {
                try host.removeAlternativeName(name, from: arrival, in: home)
            }
            let name = KernelText("vf" + String(UInt32.random(in: 0...UInt32.max), radix: 16))
            try host.move(arrival, from: home, to: container, as: name, index: nil)
        } catch {
            throw ManagerError(
                .incomplete, "interface \(arrival.name) of a container is left in the host",
                causes: [error])
        }
    }

    /// Whether an error may come from changes in the namespace between two messages, so that a second attempt may
    /// succeed.
    private func isSignOfChange(_ error: any Error) -> Bool {
        switch error {
        case is WrongArrival: true
        case let error as NetlinkError:
            [.exists, .noDevice, .interrupted, .busy, .noBufferSpace].contains(error.errno)
        default: false
        }
    }

    /// A name that no other interface has, for a VF whose own is taken.
    func spareName(for function: PCIAddress) -> KernelText {
        KernelText("vf" + function.description.filter { $0 != ":" && $0 != "." })
    }

    /// The namespace of a record, if it is still the same behind its path.
    ///
    /// - Returns: nil also if the path cannot be opened, for any reason: whether the VF is home decides then.
    func open(_ reference: NamespaceReference) -> H.Namespace? {
        switch reference {
        case .announced(let path): return try? host.openNamespace(path)
        case .seen(let path, let identity):
            let namespace = try? host.openNamespace(path)
            return namespace.flatMap { host.identity(of: $0) == identity ? $0 : nil }
        case .lost: return nil
        }
    }

    /// A namespace, of all that can be reached, in which the VF is: the container's may have lost its path and
    /// still be held by a process, and an administrator may have moved the VF on.
    ///
    /// - Throws: `SearchCutShort` if there are more than can be looked through in time.
    private func otherHolder(of attachment: Attachment) throws -> H.Namespace? {
        try locate(
            attachment.function, expectedName: attachment.expectedName,
            in: host.otherNamespaces())?.namespace
    }

    /// The first of some namespaces, other than the host's, in which the VF is.
    ///
    /// - Throws: `SearchCutShort` if they cannot all be looked through in time.
    func locate(
        _ function: PCIAddress, expectedName: KernelText?, in paths: [String]
    ) throws -> (path: String, namespace: H.Namespace, link: Link)? {
        let hostIdentity = host.identity(of: home)
        let deadline = Deadline(after: timeouts.search)
        for path in paths {
            if deadline.hasPassed {
                throw SearchCutShort(function: function, allowance: deadline.allowance)
            }
            // A namespace may go during the search, which counts as not holding the VF.
            guard let namespace = try? host.openNamespace(path),
                host.identity(of: namespace) != hostIdentity
            else { continue }
            let link = try? host.link(of: function, expectedName: expectedName, in: namespace)
            if let link { return (path, namespace, link) }
        }
        return nil
    }

    /// Whether the namespace of a record can be reached by any path.
    ///
    /// - Throws: Whatever keeps that from being known.
    private func isReachable(_ reference: NamespaceReference) throws -> Bool {
        switch reference {
        case .announced: open(reference) != nil
        case .seen(let path, let identity):
            try ([path] + host.otherNamespaces()).contains { try leads($0, to: identity) }
        case .lost: false
        }
    }

    /// Whether a path leads to a namespace.
    ///
    /// - Throws: Whatever keeps that from being known.
    func leads(_ path: String, to identity: NamespaceIdentity) throws -> Bool {
        do {
            return host.identity(of: try host.openNamespace(path)) == identity
        } catch is NetworkNamespaceError {
            return false
        }
    }

    /// Whether the namespace of a finished attachment is gone for certain, and the VF with it or home again.
    func namespaceIsGone(of attachment: Attachment) throws(ManagerError) -> Bool {
        do {
            if attachment.namespace.flatMap(open) != nil { return false }
            let address = attachment.function
            let driver = try host.driver(of: address)
            guard attachment.originalInterface != nil, driver == attachment.originalDriver else {
                // No interface shows where the VF is.
                return try attachment.namespace.map { try !isReachable($0) } ?? true
            }
            if try otherHolder(of: attachment) != nil { return false }
            // If nothing holds the namespace, the VF is home, or the kernel is returning it.
            let deadline = Deadline(after: timeouts.returnOfInterface)
            return try host.waitForLink(
                of: address, in: home, until: deadline) != nil
        } catch {
            throw .wrapping(error, "look for the network namespace of \(attachment.owner)")
        }
    }
}

/// Another interface than the VF's has arrived: the container was changed during the move.
private struct WrongArrival: Error, CustomStringConvertible {
    let function: PCIAddress
    /// The interface that has arrived; nil for none.
    let arrival: Link?

    var description: String {
        let instead = arrival.map { "interface \($0.name) came instead and was sent back" }
        return "VF \(function) did not arrive in the host: "
            + (instead ?? "its interface was moved on at once")
    }
}

/// Not all network namespaces of the machine could be searched before the deadline.
struct SearchCutShort: Error, CustomStringConvertible {
    let function: PCIAddress
    let allowance: Duration

    var description: String {
        "there are more network namespaces than can be searched for VF \(function) within \(allowance)"
    }
}
