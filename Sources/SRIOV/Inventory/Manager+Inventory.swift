package import LinuxSystem
internal import Netlink

extension Manager {
    /// The PFs and VFs of this host, with what is known of each.
    ///
    /// What the caller has no right to see stays unknown, the state file with a warning; with no state
    /// file there are no owners.
    ///
    /// - Parameter isDescribed: Whether to read also what only describes a VF (ids, NUMA node, IOMMU group, RDMA
    ///   device), which doubles the cost of a long list.
    /// - Throws: `ManagerError` if sysfs or the state file cannot be read.
    package func inventory(isDescribed: Bool = true) throws(ManagerError) -> Inventory {
        do {
            let links = Dictionary(
                try host.links().map { ($0.name, $0) },
                uniquingKeysWith: { first, _ in first })
            let known = try knownAttachments()
            let attachments = known.attachments
            var parents: [Inventory.PFEntry] = []
            var children: [Inventory.VFEntry] = []
            let search = Deadline(after: .seconds(1))
            var elsewhere = InterfacesElsewhere(host: host, until: search)
            func staleness(_ attachment: Attachment?) -> String? {
                attachment.flatMap { knownStaleness(of: $0, searchingUntil: search) }
            }
            for parent in try host.physicalFunctions() {
                let info = try host.vfInfos(ofPF: parent.address)
                let whole = attachments[parent.address]
                parents.append(
                    Inventory.PFEntry(
                        function: parent, link: info?.link, attachment: whole,
                        staleness: staleness(whole)))
                for function in try host.virtualFunctions(of: parent, isDescribed: isDescribed) {
                    let attachment = attachments[function.address]
                    let home = function.interfaceName.flatMap { links[$0] }
                    let away = home == nil ? elsewhere.find(function, attachment) : nil
                    children.append(
                        Inventory.VFEntry(
                            function: function,
                            info: function.index.flatMap { info?.vf($0) },
                            link: home ?? away?.link, namespacePath: away?.path,
                            attachment: attachment,
                            attachmentIsKnown: known.isKnown(function.address),
                            staleness: staleness(attachment)))
                }
            }
            children += vanished(attachments, shown: children, parents, staleness)
            return Inventory(
                physicalFunctions: parents,
                virtualFunctions: children.sorted { $0.function.address < $1.function.address })
        } catch {
            throw error as? ManagerError ?? .wrapping(error, "list virtual functions")
        }
    }

    /// The records of this boot, with a warning of those that are damaged; none, with a warning, if the caller cannot
    /// read them for want of rights.
    private func knownAttachments() throws -> KnownAttachments {
        do {
            let (attachments, damaged) = try store.readableAttachments()
            for record in damaged { warn("an owner is not known: \(record.problem)") }
            return KnownAttachments(
                attachments: Dictionary(
                    attachments.map { ($0.virtualFunction, $0) },
                    uniquingKeysWith: { first, _ in first }),
                unreadable: Set(damaged.compactMap(\.address)), areReadable: true)
        } catch let error as StoreError {
            switch error {
            case .notPermitted, .older: break
            default: throw error
            }
            warn("owners are not known: \(error)")
            return KnownAttachments(attachments: [:], unreadable: [], areReadable: false)
        }
    }

    /// The VFs that are gone and have a record yet.
    private func vanished(
        _ attachments: [PCIAddress: Attachment], shown: [Inventory.VFEntry],
        _ parents: [Inventory.PFEntry], _ staleness: (Attachment?) -> String?
    ) -> [Inventory.VFEntry] {
        let present = Set(shown.map(\.function.address) + parents.map(\.function.address))
        return attachments.values.filter {
            !present.contains($0.virtualFunction) && !host.functionExists(at: $0.virtualFunction)
        }.map { attachment in
            Inventory.VFEntry(
                function: VirtualFunction(
                    address: attachment.virtualFunction,
                    physicalFunction: attachment.physicalFunction, index: attachment.index),
                info: nil, link: nil, namespacePath: nil, attachment: attachment,
                staleness: staleness(attachment))
        }
    }

    /// Why an attachment is not in use any more, without waiting for anything.
    ///
    /// What cannot be looked at, for want of rights, may well be in use.
    ///
    /// - Parameter deadline: When looking through namespaces ends: whoever may be in one that was not reached counts as
    ///   there.
    package func knownStaleness(
        of attachment: Attachment, searchingUntil deadline: Deadline
    ) -> String? {
        switch attachment.phase {
        case .preparing, .detaching, .restoring:
            let function = VirtualFunction(
                address: attachment.virtualFunction, physicalFunction: attachment.physicalFunction)
            // Whoever has the lock is at work.
            let locks = try? AttachmentLocks(
                function, mode: .shared, in: locks, deadline: Deadline(after: .zero))
            guard let locks else { return nil }
            return withExtendedLifetime(locks) {
                confirmed(
                    try? sharing(deadline, search: deadline).staleness(of: attachment), attachment)
            }
        case .reserved, .joined, .attached, .leaving:
            let reason = try? sharing(Deadline(after: .zero), search: deadline).staleness(
                of: attachment)
            return confirmed(reason, attachment)
        }
    }

    /// A reason, if the record is still the one that it was found for: all records are read first, and whoever was at
    /// work then may be done.
    private func confirmed(_ reason: String?, _ attachment: Attachment) -> String? {
        guard reason != nil,
            (try? store.attachment(of: attachment.virtualFunction)) == attachment
        else { return nil }
        return reason
    }
}

/// What the caller may read of the state file.
private struct KnownAttachments {
    let attachments: [PCIAddress: Attachment]
    /// The functions whose record is damaged.
    let unreadable: Set<PCIAddress>
    let areReadable: Bool

    /// Whether it is known if a function has an attachment.
    func isKnown(_ address: PCIAddress) -> Bool {
        areReadable && !unreadable.contains(address)
    }
}
