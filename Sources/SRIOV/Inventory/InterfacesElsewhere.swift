package import LinuxSystem
package import Netlink

/// The interfaces of VFs that are not in the host.
///
/// Namespaces that cannot be entered, for lack of rights or because they have just gone, are skipped:
/// the result is then unknown.
package struct InterfacesElsewhere<H: Host> {
    private let host: H
    private let deadline: Deadline
    /// Those of all namespaces except the host's; nil until the first query for one that no record names.
    private var all: [PCIAddress: (link: Link, path: String)]?
    /// Whether all namespaces were searched completely.
    private(set) var sawAll = false

    /// - Parameter deadline: When searching namespaces that no record names ends. Every user can make any
    ///   number of them.
    package init(host: H, until deadline: Deadline) {
        self.host = host
        self.deadline = deadline
    }

    /// The interface of a VF, and the path of the namespace it is in; nil if it is not found.
    ///
    /// - Parameter attachment: The VF's record, whose namespace is searched first.
    package mutating func find(
        _ function: VirtualFunction, _ attachment: Attachment?
    ) -> (link: Link, path: String)? {
        guard let driver = function.driver, !UserspaceDriver.isKnown(driver) else { return nil }
        if let path = attachment?.namespace?.path,
            let namespace = try? host.openNamespace(path),
            let link = try? host.link(
                of: function.address, expectedName: attachment?.expectedName, in: namespace)
        {
            return (link, path)
        }
        // Each namespace is read once, however many VFs are looked for.
        let found = all ?? everywhere()
        all = found
        return found[function.address]
    }

    private mutating func everywhere() -> [PCIAddress: (link: Link, path: String)] {
        var found: [PCIAddress: (link: Link, path: String)] = [:]
        guard let paths = try? host.otherNamespaces() else { return found }
        sawAll = true
        for path in paths {
            if deadline.hasPassed { break }
            let links: [Link]
            let namespace: H.Namespace
            do {
                namespace = try host.openNamespace(path)
                links = try host.linksOfPCIFunctions(in: namespace, until: deadline)
            } catch {
                // One that is gone holds nothing.
                if !(error is NetworkNamespaceError) { sawAll = false }
                continue
            }
            for link in links {
                guard let address = link.pciAddress, found[address] == nil else { continue }
                // With its alternative names.
                let whole = try? host.link(index: link.index, in: namespace)
                let isSame = whole?.isOwnInterface(of: address) == true
                found[address] = (isSame ? whole ?? link : link, path)
            }
        }
        if deadline.hasPassed { sawAll = false }
        return found
    }
}
