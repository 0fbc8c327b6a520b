internal import CNetlink
package import LinuxSystem

extension RouteSocket {
    /// The addresses of one interface, in the kernel's order, IPv4 first.
    ///
    /// - Returns: None also if there is no such interface.
    /// - Throws: `NetlinkError`.
    package func addresses(ofLink index: Int32) throws(NetlinkError) -> [InterfaceAddress] {
        // Asking for one index alone fails on interfaces that have IPv4 or IPv6 turned off, so the
        // choice is made here.
        let request = NetlinkRequest(
            "list", nil, "addresses", type: Int(RTM_GETADDR), flags: Int(NLM_F_DUMP)
        ) { $0.append(ifaddrmsg()) }
        return try conversation.list(request) { reply throws(MalformedReply) in
            guard reply.type == Int(RTM_NEWADDR),
                let (address, linkIndex) = try InterfaceAddress.decode(reply), linkIndex == index
            else { return nil }
            return address
        }
    }

    /// Gives an interface an address; the kernel adds the route to its network.
    ///
    /// IPv4 addresses get no broadcast address. Of `address.flags` nothing is sent.
    ///
    /// - Parameters:
    ///   - name: The interface's name, for the error.
    ///   - noDuplicateDetection: Whether an IPv6 address is usable at once (`IFA_F_NODAD`).
    /// - Throws: `NetlinkError`; with `EEXIST` if the interface has the address, with `EACCES` or
    ///   `EOPNOTSUPP` if IPv6 is turned off.
    package func addAddress(
        _ address: InterfaceAddress, toLink index: Int32, named name: KernelText,
        noDuplicateDetection: Bool = false
    ) throws(NetlinkError) {
        let noDetection = noDuplicateDetection && address.network.isIPv6
        try conversation.perform(
            NetlinkRequest(
                "add address \(address.network)", "to", "interface \(name)",
                type: Int(RTM_NEWADDR), flags: Int(NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL)
            ) {
                address.put(
                    in: &$0, linkIndex: index, flags: noDetection ? UInt32(IFA_F_NODAD) : 0)
            })
    }

    /// Takes an address from an interface; the kernel removes the routes that need it.
    ///
    /// - Parameter name: The interface's name, for the error.
    /// - Throws: `NetlinkError`; with `EADDRNOTAVAIL` if the interface does not have it.
    package func removeAddress(
        _ address: InterfaceAddress, fromLink index: Int32, named name: KernelText
    ) throws(NetlinkError) {
        try conversation.perform(
            NetlinkRequest(
                "remove address \(address.network)", "from", "interface \(name)",
                type: Int(RTM_DELADDR), flags: Int(NLM_F_ACK)
            ) { address.put(in: &$0, linkIndex: index) })
    }
}
