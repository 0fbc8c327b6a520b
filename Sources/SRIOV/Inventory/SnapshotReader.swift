package import LinuxSystem
internal import Netlink

/// Reads the present state of PFs and VFs, for everything that lists them or decides by it: `list`, metrics, plans,
/// pools, and what a change would disturb.
///
/// Nothing is changed, waited for, or kept between two readers.
package struct SnapshotReader<H: Host>: Sendable {
    private let engine: Engine<H>
    private let detail: SnapshotDetail
    private let records: KnownRecords
    private let search: Deadline
    /// What was read of the host as a whole, shared by all snapshots of this reader.
    package let host: HostView<H>

    /// - Parameters:
    ///   - isForOne: Whether it will read a single VF, or a few, rather than PFs.
    ///   - search: When searching network namespaces ends: a container in one that was not reached
    ///     counts as present.
    package init(
        _ engine: Engine<H>, _ detail: SnapshotDetail, _ records: KnownRecords,
        isForOne: Bool = false, searchingUntil search: Deadline
    ) {
        self.engine = engine
        self.detail = detail
        self.records = records
        self.search = search
        host = HostView(
            of: engine, isForOne: isForOne, counters: detail.counters,
            toleratesUnreadableClaims: detail.staleness == .seen, searchingUntil: search)
    }

    /// A PF with its VFs.
    ///
    /// - Throws: What the host does. What went since the PF was read is missing.
    package func snapshot(of function: PhysicalFunction) throws -> PFSnapshot {
        let info =
            detail.counters
            ? try engine.host.vfInfosWithStatistics(
                ofPF: function.address, count: function.virtualFunctions.count)
            : try engine.host.vfInfos(ofPF: function.address)
        let children = try engine.host.virtualFunctions(of: function, detail: detail.functions)
        let seen = try see(children)
        let whole = VirtualFunction(
            address: function.address, interfaceName: function.interfaceName,
            driver: function.driver)
        return PFSnapshot(
            function: function, link: info?.link,
            occupancy: try occupancy(
                of: whole, info?.link, elsewhere: nil, seen, isSearchedFor: false),
            virtualFunctions: try children.map {
                var snapshot = try snapshot(of: $0, seen)
                if let index = $0.index { snapshot.info = info?.vf(index) }
                return snapshot
            })
    }

    /// A VF that is gone and still has a record.
    ///
    /// - Throws: `ManagerError` if the staleness of the record cannot be found out, only where
    ///   `SnapshotDetail.staleness` is `certain`.
    package func snapshot(ofVanished record: Attachment) throws -> VFSnapshot {
        VFSnapshot(
            function: VirtualFunction(
                address: record.function, physicalFunction: record.physicalFunction,
                index: record.index),
            occupancy: try occupancy(of: record))
    }

    /// A VF without what its PF reports of it.
    ///
    /// - Throws: As for a PF.
    package func snapshot(of function: VirtualFunction) throws -> VFSnapshot {
        try snapshot(of: function, try see([function]))
    }

    private func snapshot(of function: VirtualFunction, _ seen: Seen) throws -> VFSnapshot {
        let record = records.record(of: function.address)
        let home = try host.interface(of: function, among: seen.interfaces)
        let isSearchedFor: Bool =
            switch detail.reach {
            case .host: false
            case .unrecorded: home == nil && record == nil
            case .everywhere: home == nil
            }
        let away = isSearchedFor ? host.interfaceElsewhere(of: function, record) : nil
        return VFSnapshot(
            function: function, link: home?.link ?? away?.link, namespacePath: away?.path,
            occupancy: try occupancy(
                of: function, home?.link, elsewhere: away?.path, seen,
                isSearchedFor: isSearchedFor),
            counters: home?.counters)
    }

    /// Data of many VFs that is read at once.
    private struct Seen {
        let interfaces: HostView<H>.Interfaces
        let claims: [PCIAddress: ForeignClaim]
        /// The programs that have VFs open.
        let programs: [PCIAddress: [String]]
    }

    private func see(_ functions: [VirtualFunction]) throws -> Seen {
        Seen(
            interfaces: try host.allInterfaces(),
            // Nothing follows from them where not even the records are known.
            claims: records.areReadable ? try host.allClaims() : [:],
            programs: try programs(using: functions))
    }

    /// The programs that have VFs open, by VF; none unless they are asked for.
    private func programs(
        using functions: [VirtualFunction]
    ) throws -> [PCIAddress: [String]] {
        guard detail.programs else { return [:] }
        let bound = functions.filter(\.hasUserspaceDriver)
        return bound.isEmpty ? [:] : try engine.host.programs(using: bound)
    }

    /// Whether a claim keeps its VF. For a list one whose namespace may not be looked at does.
    private func isInUse(_ claim: ForeignClaim) throws -> Bool {
        do {
            return try engine.isInUse(claim)
        } catch  where detail.staleness == .seen {
            return true
        }
    }

    private func occupancy(of record: Attachment) throws -> Occupancy {
        let staleness: Staleness? =
            switch detail.staleness {
            case .ignored: nil
            case .seen: engine.knownStaleness(of: record, searchingUntil: search)
            case .certain: try engine.stalenessNow(of: record, searchingUntil: search)
            }
        return staleness.map { .stale(record, $0) } ?? .recorded(record)
    }

    /// - Parameters:
    ///   - link: The interface in the host.
    ///   - path: Where the interface is otherwise.
    ///   - isSearchedFor: Whether the interface was looked for in all network namespaces.
    private func occupancy(
        of function: VirtualFunction, _ link: Link?, elsewhere path: String?, _ seen: Seen,
        isSearchedFor: Bool
    ) throws -> Occupancy {
        if let record = records.record(of: function.address) { return try occupancy(of: record) }
        guard records.isKnown(function.address) else { return .unknown }
        let claim = try host.claim(on: function.address, among: seen.claims)
        if let claim, try isInUse(claim) { return .claimed(claim) }
        if let path { return .elsewhere(path: path) }
        if let link, let use = try HostUse(link, defaultRoutes: host.defaultRoutes) {
            return .usedByHost(use)
        }
        if let programs = seen.programs[function.address] { return .open(in: programs) }
        let isUserspace = function.hasUserspaceDriver
        if let claim { return .abandoned(claim, isUserspace: isUserspace) }
        if link != nil { return .free }
        guard let driver = function.driver else { return .driverless }
        return isUserspace
            ? .userspace(driver: driver)
            : .withoutInterface(isProved: isSearchedFor && host.sawAllNamespaces)
    }
}
