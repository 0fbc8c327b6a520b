package import Netlink
package import SRIOV

/// A PF with its VFs as they were read, together with their counters.
package struct FunctionReading: Hashable, Sendable {
    package struct VF: Hashable, Sendable {
        /// The VF with its attachment and its interface, as they were read.
        package let snapshot: VFSnapshot
        /// nil if nobody counts.
        package let counters: TrafficCounters?
        /// The full name of its pool; nil if it is in none.
        package let pool: String?
        /// How its pool counts it; nil without a pool, and where that is not known.
        package let use: VFUse?

        package var function: VirtualFunction { snapshot.function }
    }

    /// The PF.
    package let function: PhysicalFunction
    /// nil if the PF has no interface in this namespace.
    package let link: Link?
    /// In order of their index.
    package let vfs: [VF]
}

extension FunctionReading {
    /// Adds what counts to a snapshot that was read with counters.
    ///
    /// The PF's driver is believed if it counts at all: a driver that does not says zero of all its VFs, which looks
    /// like silence. Then come the driver's files, and at last the VF's own interface, whose counters begin anew
    /// with its driver. Where none of them tells, nothing is said.
    ///
    /// - Parameter pools: nil where nobody asks for them.
    /// - Throws: What the host does; an interface that has gone meanwhile is one without counters.
    init<H: Host>(
        _ snapshot: PFSnapshot, on host: H, _ view: HostView<H>, pools: PoolList?
    ) throws {
        let hasFiles = host.hasFilesOfVFs(ofPF: snapshot.function.address)
        let driver = Self.trustworthy(snapshot.virtualFunctions.compactMap(\.info))
        self.init(
            function: snapshot.function, link: snapshot.link,
            vfs: try snapshot.virtualFunctions.compactMap { vf in
                guard let index = vf.function.index else { return nil }
                var counters = driver[index].map { TrafficCounters($0) }
                if counters == nil, hasFiles {
                    counters = try host.counterFiles(
                        ofVF: index, ofPF: snapshot.function.address
                    ).map { TrafficCounters(files: $0) }
                }
                if counters == nil {
                    counters = (vf.counters ?? Self.counters(ofInterfaceOf: vf, on: host, view))
                        .map { TrafficCounters($0) }
                }
                let pool = pools?.pool(of: vf.function, on: snapshot.function)
                return VF(
                    snapshot: vf, counters: counters, pool: pool?.fullName,
                    use: pool.flatMap {
                        vf.occupancy.use(
                            asUserspace: $0.wantsUserspace(vf.function, on: snapshot.function))
                    })
            })
    }

    /// What a driver counts, by the index of the VF; nothing of one that does not count.
    private static func trustworthy(_ vfs: [VFState]) -> [Int: VFStatistics] {
        let counts = vfs.compactMap { vf in vf.statistics.map { (vf.index, $0) } }
        guard counts.contains(where: { $0.1 != VFStatistics() }) else { return [:] }
        return Dictionary(counts, uniquingKeysWith: { first, _ in first })
    }

    /// What an interface counts that is in another namespace; nil also if either has gone or cannot be entered.
    private static func counters<H: Host>(
        ofInterfaceOf vf: VFSnapshot, on host: H, _ view: HostView<H>
    ) -> LinkStatistics? {
        var place = vf.namespacePath.flatMap { path in vf.link.map { (link: $0, path: path) } }
        // A snapshot of less reach left it out.
        if place == nil, vf.link == nil {
            place = view.interfaceElsewhere(of: vf.function, vf.attachment)
        }
        guard let place, let namespace = try? host.openNamespace(place.path) else { return nil }
        return (try? host.statistics(of: place.link, in: namespace)) ?? nil
    }
}
