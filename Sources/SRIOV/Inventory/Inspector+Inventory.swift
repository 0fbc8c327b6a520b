internal import LinuxSystem
internal import Netlink

extension Inspector {
    /// The PFs and VFs of this host, with what is known of each.
    ///
    /// Data that the caller has no right to read stays unknown, the state file with a warning; with no state
    /// file there are no owners.
    ///
    /// - Parameter detail: How much of each is read.
    /// - Throws: `ManagerError` if sysfs or the state file cannot be read.
    package func inventory(
        _ detail: SnapshotDetail = SnapshotDetail(functions: .all)
    ) throws(ManagerError) -> Inventory {
        do {
            let records = try knownRecords()
            let reader = SnapshotReader(
                engine, detail, records, searchingUntil: Deadline(after: .seconds(1)))
            let parents = try host.physicalFunctions().map { try reader.snapshot(of: $0) }
            let present = Set(
                parents.map(\.function.address)
                    + parents.flatMap(\.virtualFunctions).map(\.function.address))
            let vanished = records.all.filter {
                !present.contains($0.function)
                    && !host.functionExists(at: $0.function)
            }
            return Inventory(
                physicalFunctions: parents,
                vanished: try vanished.map { try reader.snapshot(ofVanished: $0) })
        } catch {
            throw error as? ManagerError ?? .wrapping(error, "list virtual functions")
        }
    }

    /// The records of this boot, with a warning of those that are damaged; unknown, with a warning, if the caller cannot
    /// read them for want of rights.
    private func knownRecords() throws -> KnownRecords {
        do {
            let (attachments, damaged) = try store.readableAttachments()
            for record in damaged { warn("an owner is not known: \(record.problem)") }
            return KnownRecords(attachments, unreadable: Set(damaged.compactMap(\.address)))
        } catch let error as StoreError {
            switch error {
            case .notPermitted, .older: break
            default: throw error
            }
            warn("owners are not known: \(error)")
            return .unknown
        }
    }
}
