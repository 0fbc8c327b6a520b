package import LinuxSystem
internal import Netlink
package import SRIOV

/// Reads a PF, its VFs, and what they have received and sent.
package struct FunctionReader<H: Host>: Sendable {
    private let manager: Manager<H>

    package init(manager: Manager<H>) {
        self.manager = manager
    }

    private var host: H { manager.host }

    /// Reads one PF.
    ///
    /// The PF's driver is believed if it counts at all: a driver that does not says zero of all its VFs, which looks
    /// like silence. Then come the driver's files, and at last the VF's own interface, whose counters begin anew
    /// with its driver. Where none of them tells, nothing is said.
    ///
    /// - Parameters:
    ///   - attachments: By VF.
    ///   - pools: nil where nobody asks for them.
    /// - Throws: What the host does; an interface that has gone meanwhile is one without counters.
    package func read(
        _ parent: PhysicalFunction, attachments: [PCIAddress: Attachment], pools: PoolList?
    ) throws -> FunctionReading {
        let info = try host.vfInfosWithStatistics(
            ofPF: parent.address, count: parent.virtualFunctions.count)
        let driver = Self.trustworthy(info?.vfs ?? [])
        let own = try host.hostNamespace()
        let search = Deadline(after: .seconds(1))
        var elsewhere = InterfacesElsewhere(host: host, until: search)
        var vfs: [FunctionReading.VF] = []
        for function in try host.virtualFunctions(of: parent, isDescribed: true) {
            guard let index = function.index else { continue }
            let attachment = attachments[function.address]
            let home = try function.interfaceName.flatMap {
                try host.link(of: function.address, expectedName: $0, in: own)
            }
            let away = home == nil ? elsewhere.find(function, attachment) : nil
            var counters = driver[index].map { TrafficCounters($0) }
            if counters == nil {
                counters = try host.counterFiles(ofVF: index, ofPF: parent.address)
                    .map { TrafficCounters(files: $0) }
            }
            if counters == nil {
                counters =
                    home.flatMap { self.counters(of: $0, in: own) }
                    ?? away.flatMap { self.counters(of: $0.link, behind: $0.path) }
            }
            vfs.append(
                FunctionReading.VF(
                    function: function, attachment: attachment, link: home ?? away?.link,
                    isElsewhere: away != nil, counters: counters))
        }
        for position in vfs.indices {
            vfs[position].isStale =
                vfs[position].attachment.flatMap {
                    manager.knownStaleness(of: $0, searchingUntil: search)
                } != nil
            assess(&vfs[position], on: parent, pools)
        }
        return FunctionReading(function: parent, link: info?.link, vfs: vfs)
    }

    private func assess(
        _ vf: inout FunctionReading.VF, on parent: PhysicalFunction, _ pools: PoolList?
    ) {
        guard let pool = pools?.pool(of: vf.function, on: parent) else { return }
        vf.pool = pool.fullName
        // What cannot be told is not told, and the page says so.
        vf.use =
            vf.attachment != nil
            ? .taken
            : try? manager.use(of: vf.function, in: pool, on: parent, isElsewhere: vf.isElsewhere)
    }

    /// What a driver counts, by the index of the VF; nothing of one that does not count.
    private static func trustworthy(_ vfs: [VFInfo]) -> [Int: VFStatistics] {
        let counts = vfs.compactMap { vf in vf.statistics.map { (vf.index, $0) } }
        guard counts.contains(where: { $0.1 != VFStatistics() }) else { return [:] }
        return Dictionary(counts, uniquingKeysWith: { first, _ in first })
    }

    /// nil also for an interface that has just gone.
    private func counters(of link: Link, in namespace: H.Namespace) -> TrafficCounters? {
        ((try? host.statistics(of: link, in: namespace)) ?? nil).map { TrafficCounters($0) }
    }

    /// nil also for a namespace that has gone, or may not be entered.
    private func counters(of link: Link, behind path: String) -> TrafficCounters? {
        guard let namespace = try? host.openNamespace(path) else { return nil }
        return counters(of: link, in: namespace)
    }
}
