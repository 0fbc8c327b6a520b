internal import LinuxSystem
package import Netlink

/// The interfaces of VFs that are not in the host.
///
/// Namespaces that cannot be entered, for lack of rights or because they just went, are passed over: the answer then
/// is that it is not known.
package struct InterfacesElsewhere<H: Host> {
    private let host: H
    /// Those of all namespaces but the host's; nil until somebody asks for one that no record tells of.
    private var all: [PCIAddress: (link: Link, path: String)]?

    package init(host: H) {
        self.host = host
    }

    /// The interface of a VF, and the path of the namespace it is in; nil if it is not found.
    ///
    /// - Parameter attachment: The VF's record, which tells where to look first.
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

    private func everywhere() -> [PCIAddress: (link: Link, path: String)] {
        var found: [PCIAddress: (link: Link, path: String)] = [:]
        for path in (try? host.otherNamespaces()) ?? [] {
            guard let namespace = try? host.openNamespace(path),
                let links = try? host.links(in: namespace)
            else { continue }
            for link in links {
                if let address = link.pciAddress, found[address] == nil {
                    found[address] = (link, path)
                }
            }
        }
        return found
    }
}
