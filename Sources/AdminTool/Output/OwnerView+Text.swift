extension OwnerView {
    /// `cni sriov-net 4f1c9a/net1`
    var text: String { text(container: container) }

    /// The same with the identity of a container, 64 hexadecimal digits, cut to its first 12 as
    /// container tools do.
    var abbreviated: String {
        let isIdentity = container.utf8.count == 64 && container.allSatisfy(\.isHexDigit)
        return text(container: isIdentity ? container.prefix(12) + "…" : container)
    }

    private func text(container: String) -> String {
        [frontEnd, network, interface.isEmpty ? container : "\(container)/\(interface)"]
            .compactMap(\.self).joined(separator: " ")
    }
}
