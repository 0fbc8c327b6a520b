package import LinuxSystem
package import Netlink
internal import Synchronization

/// The data of the host as a whole that a snapshot uses: each is read once, at its first use, by the thread
/// that uses it.
///
/// So the cost of a list of thousands of VFs is one dump of all interfaces, not a request for each. For a single VF
/// a request is cheaper: it costs the same however many interfaces the host has.
package final class HostView<H: Host>: Sendable {
    /// The interfaces of the host by their name, each with its counters where they are asked for.
    typealias Interfaces = [KernelText: (link: Link, counters: LinkStatistics?)]

    private let engine: Engine<H>
    private let isForOne: Bool
    private let counters: Bool
    private let toleratesUnreadableClaims: Bool
    private let interfaces = Mutex<Interfaces?>(nil)
    private let routes = Mutex<Set<Int32>?>(nil)
    private let claims = Mutex<[PCIAddress: ForeignClaim]?>(nil)
    private let elsewhere: Mutex<InterfacesElsewhere<H>>

    /// - Parameters:
    ///   - isForOne: Whether a single VF is asked for, or a few.
    ///   - counters: Whether interfaces come with what they count, if many are asked for.
    ///   - toleratesUnreadableClaims: Whether claims of sriov-cni that cannot be read count as absent, with a
    ///     warning, if many are asked for.
    ///   - search: When searching network namespaces that no record names ends.
    package init(
        of engine: Engine<H>, isForOne: Bool = false, counters: Bool = false,
        toleratesUnreadableClaims: Bool = false, searchingUntil search: Deadline
    ) {
        self.engine = engine
        self.isForOne = isForOne
        self.counters = counters
        self.toleratesUnreadableClaims = toleratesUnreadableClaims
        elsewhere = Mutex(InterfacesElsewhere(host: engine.host, until: search))
    }

    /// The interfaces of the host; none where a single VF is asked for.
    func allInterfaces() throws -> Interfaces {
        if isForOne { return [:] }
        return try interfaces.withLock { known in
            if let known { return known }
            let all = try engine.host.links(counters: counters)
            let read = Interfaces(
                all.map { ($0.link.name, $0) }, uniquingKeysWith: { first, _ in first })
            known = read
            return read
        }
    }

    /// The interface of a function in the host, by the name that sysfs shows for it.
    ///
    /// - Parameter all: What `allInterfaces` gave: asking for each VF would have the threads of several PFs wait for each
    ///   other.
    /// - Returns: nil for none.
    func interface(
        of function: VirtualFunction, among all: Interfaces
    ) throws -> (link: Link, counters: LinkStatistics?)? {
        guard let name = function.interfaceName else { return nil }
        if isForOne {
            let link = try engine.host.link(
                of: function.address, expectedName: name, in: engine.home)
            return link.map { ($0, nil) }
        }
        // Another interface may have got the name since sysfs was read.
        guard let found = all[name],
            found.link.pciAddress == nil || found.link.pciAddress == function.address
        else { return nil }
        return found
    }

    /// The indexes of the interfaces that carry a default route of the host.
    func defaultRoutes() throws -> Set<Int32> {
        try routes.withLock { known in
            if let known { return known }
            let read = try engine.host.defaultRouteInterfaces()
            known = read
            return read
        }
    }

    /// The entries of sriov-cni's cache, by the VF; none where a single VF is asked for.
    func allClaims() throws -> [PCIAddress: ForeignClaim] {
        isForOne ? [:] : try knownClaims()
    }

    /// The entry of sriov-cni's cache on a VF; nil for none.
    ///
    /// - Parameter all: What `allClaims` gave.
    func claim(
        on function: PCIAddress, among all: [PCIAddress: ForeignClaim]
    ) throws -> ForeignClaim? {
        isForOne ? try engine.foreignClaim(on: function) : all[function]
    }

    private func knownClaims() throws -> [PCIAddress: ForeignClaim] {
        try claims.withLock { known in
            if let known { return known }
            let read: [PCIAddress: ForeignClaim]
            do {
                read = try engine.foreignClaims.byFunction()
            } catch  where toleratesUnreadableClaims {
                engine.warn("whether another program has VFs is not known: \(error)")
                read = [:]
            }
            known = read
            return read
        }
    }

    /// The interface of a function in another network namespace, and the path of that; nil if it is not found.
    package func interfaceElsewhere(
        of function: VirtualFunction, _ record: Attachment?
    ) -> (link: Link, path: String)? {
        elsewhere.withLock { $0.find(function, record) }
    }

    /// Whether the search of all network namespaces for an interface was complete.
    var sawAllNamespaces: Bool { elsewhere.withLock { $0.sawAll } }
}
