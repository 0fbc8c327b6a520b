extension OwnerView {
    /// `cni sriov-net 4f1c9a/net1`
    var text: String { text(network: network, container: container) }

    /// The same with identities, 64 hexadecimal digits, cut to their first 12 as container tools do.
    var abbreviated: String {
        func cut(_ text: String) -> String {
            let isIdentity = text.utf8.count == 64 && text.allSatisfy(\.isHexDigit)
            return isIdentity ? text.prefix(12) + "…" : text
        }
        return text(network: network.map(cut), container: cut(container))
    }

    private func text(network: String?, container: String) -> String {
        [frontEnd, network, interface.isEmpty ? container : "\(container)/\(interface)"]
            .compactMap(\.self).joined(separator: " ")
    }
}
