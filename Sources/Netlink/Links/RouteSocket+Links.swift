internal import CNetlink
package import LinuxSystem

extension RouteSocket {
    /// The interface with an index.
    ///
    /// - Returns: nil if there is none (now).
    /// - Throws: `NetlinkError` for any other answer.
    package func link(index: Int32) throws(NetlinkError) -> Link? {
        let request = NetlinkRequest(
            "look for", nil, "interface with index \(index)", type: Int(RTM_GETLINK), flags: 0
        ) { message in
            message.append(ifinfomsg(index: index))
            message.put(Int(IFLA_EXT_MASK), integer: UInt32(RTEXT_FILTER_SKIP_STATS))
        }
        return try foundLink(request)
    }

    /// The interface with a name or alternative name.
    ///
    /// - Returns: nil if there is none (now), and for a text that can be no interface's name.
    /// - Throws: `NetlinkError` for any other answer.
    package func link(named name: KernelText) throws(NetlinkError) -> Link? {
        let size = name.bytes.count
        // ALTIFNAMSIZ and IFNAMSIZ, each with the zero byte at the end.
        guard (1..<128).contains(size), !name.bytes.contains(0) else { return nil }
        let request = NetlinkRequest(
            "look for", nil, "interface \(name)", type: Int(RTM_GETLINK), flags: 0
        ) { message in
            message.append(ifinfomsg(index: 0))
            // The kernel looks for both kinds of name in both attributes; only their room differs.
            message.put(size < 16 ? Int(IFLA_IFNAME) : Int(IFLA_ALT_IFNAME), text: name)
            message.put(Int(IFLA_EXT_MASK), integer: UInt32(RTEXT_FILTER_SKIP_STATS))
        }
        return try foundLink(request)
    }

    private func foundLink(_ request: NetlinkRequest) throws(NetlinkError) -> Link? {
        do {
            return try conversation.answer(to: request) { reply throws(MalformedReply) in
                try Link(reply)
            }
        } catch  where error.errno == .noDevice {
            return nil
        }
    }

    /// All interfaces of the namespace.
    ///
    /// - Throws: `NetlinkError`; with `EINTR` if they changed during each of ten readings.
    package func links() throws(NetlinkError) -> [Link] {
        try conversation.list(listRequest) { reply throws(MalformedReply) in
            reply.type == Int(RTM_NEWLINK) ? try Link(reply) : nil
        }
    }

    /// All interfaces of the namespace, each with its counters; nil for an interface that has none.
    ///
    /// - Throws: `NetlinkError`; with `EINTR` if they changed during each of ten readings.
    package func linksWithStatistics() throws(NetlinkError) -> [(
        link: Link, counters: LinkStatistics?
    )] {
        let request = NetlinkRequest(
            "list", nil, "interfaces", type: Int(RTM_GETLINK), flags: Int(NLM_F_DUMP)
        ) { $0.append(ifinfomsg(index: 0)) }
        return try conversation.list(request) { reply throws(MalformedReply) in
            reply.type == Int(RTM_NEWLINK) ? (try Link(reply), try LinkStatistics(reply)) : nil
        }
    }

    private var listRequest: NetlinkRequest {
        NetlinkRequest(
            "list", nil, "interfaces", type: Int(RTM_GETLINK), flags: Int(NLM_F_DUMP)
        ) { message in
            message.append(ifinfomsg(index: 0))
            message.put(Int(IFLA_EXT_MASK), integer: UInt32(RTEXT_FILTER_SKIP_STATS))
        }
    }

    /// The interface of a PCI function itself: neither a virtual one made on top of it, nor the
    /// representor of one of its VFs.
    ///
    /// The kernel names the device behind an interface since Linux 5.14 (`IFLA_PARENT_DEV_NAME`),
    /// also in namespaces where sysfs does not show it.
    ///
    /// What a list shows counts once the interface itself, asked for by its index, confirms it. So it is found also
    /// where interfaces come and go without end, and nothing is kept of the others: whoever controls the namespace
    /// decides how many of them there are.
    ///
    /// - Parameter deadline: When the search is given up if the list changes during every reading.
    /// - Returns: nil if the function has no interface in this namespace; of several, as a card
    ///   with two ports on one function has, the first that the kernel lists.
    /// - Throws: `NetlinkError`; with `EINTR` if the deadline has passed.
    package func link(
        ofPCIFunction address: PCIAddress, until deadline: Deadline
    ) throws(NetlinkError) -> Link? {
        while true {
            let index = try conversation.first(of: listRequest, until: deadline) {
                reply throws(MalformedReply) in
                try Link.provenOnPCI(reply).flatMap {
                    $0.isOwnInterface(of: address) ? $0.index : nil
                }
            }
            guard let index else { return nil }
            // The list may have shown what has changed since, and it does not show alternative names.
            if let link = try link(index: index), link.isOwnInterface(of: address) { return link }
            guard !deadline.hasPassed else { throw listRequest.error(.interrupted) }
        }
    }

    /// The interfaces of PCI functions themselves, each without its alternative names.
    ///
    /// Whoever controls the namespace decides how many other interfaces and names there are: none of those is kept.
    ///
    /// - Parameter deadline: When a list that changes again and again is taken as it is.
    /// - Throws: `NetlinkError`.
    package func linksOfPCIFunctions(until deadline: Deadline) throws(NetlinkError) -> [Link] {
        var links: [Link] = []
        _ = try conversation.first(of: listRequest, until: deadline) {
            reply throws(MalformedReply) -> Never? in
            if let link = try Link.provenOnPCI(reply),
                !links.contains(where: { $0.index == link.index })
            {
                links.append(link)
            }
            return nil
        }
        return links
    }

    /// Changes an interface, in one message.
    ///
    /// The kernel applies address, MTU, name, alias, flags and queue length in this order and stops
    /// at the first that fails: what came before it stays changed. Where that matters, send them
    /// one by one. Before Linux 6.2 an interface that is up refuses another name (`EBUSY`).
    ///
    /// - Parameters:
    ///   - index: 0 for the interface of this name, which no setting changes then.
    ///   - name: The interface's name, for the error.
    /// - Throws: `NetlinkError`.
    package func setLink(
        index: Int32, named name: KernelText, _ settings: LinkSettings
    ) throws(NetlinkError) {
        try conversation.perform(settings.request(index: index, named: name))
    }

    /// Gives an interface one more name.
    ///
    /// - Parameters:
    ///   - alternativeName: 1 to 127 bytes, unique among all names of the namespace.
    ///   - name: The interface's name, for the error.
    /// - Throws: `NetlinkError`; with `EEXIST` if the name is taken, by this interface too.
    package func addAlternativeName(
        _ alternativeName: KernelText, toLink index: Int32, named name: KernelText
    ) throws(NetlinkError) {
        try conversation.perform(
            NetlinkRequest(
                "add alternative name \(alternativeName)", "to", "interface \(name)",
                type: Int(RTM_NEWLINKPROP),
                flags: Int(NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND)
            ) { $0.putAlternativeName(alternativeName, index: index) })
    }

    /// Takes an alternative name from an interface.
    ///
    /// - Parameter name: The interface's name, for the error.
    /// - Throws: `NetlinkError`; with `ENOENT` if the interface does not have it.
    package func removeAlternativeName(
        _ alternativeName: KernelText, fromLink index: Int32, named name: KernelText
    ) throws(NetlinkError) {
        try conversation.perform(
            NetlinkRequest(
                "remove alternative name \(alternativeName)", "from", "interface \(name)",
                type: Int(RTM_DELLINKPROP), flags: Int(NLM_F_ACK)
            ) { $0.putAlternativeName(alternativeName, index: index) })
    }

    /// Removes a virtual interface.
    ///
    /// - Parameter name: The interface's name, for the error.
    /// - Throws: `NetlinkError`; with `EOPNOTSUPP` for the interface of a device.
    package func removeLink(index: Int32, named name: KernelText) throws(NetlinkError) {
        try conversation.perform(
            NetlinkRequest(
                "remove", nil, "interface \(name)", type: Int(RTM_DELLINK), flags: Int(NLM_F_ACK)
            ) { $0.append(ifinfomsg(index: index)) })
    }

    /// Moves an interface to another namespace, and gives it a name and an index there in the same step.
    ///
    /// The kernel takes it down and drops its addresses and routes; altnames go along.
    ///
    /// - Parameters:
    ///   - name: The interface's name, for the error.
    ///   - newName: Its name there; nil keeps the one it has.
    ///   - newIndex: Its index there, from 1 (`IFLA_NEW_IFINDEX`, Linux 5.13); nil keeps the one it has, if that is
    ///     free.
    /// - Throws: `NetlinkError`; with `EBUSY` if the new index is taken there; with `EEXIST` if a name is taken there.
    ///   Unless `newName` is nil the interface can nevertheless have been moved then, with its old name: look for it in
    ///   both namespaces.
    package func moveLink(
        index: Int32, named name: KernelText, to namespace: NetworkNamespace,
        renamedTo newName: KernelText?, newIndex: Int32? = nil
    ) throws(NetlinkError) {
        let renaming = newName.map { " as \($0)" } ?? ""
        try namespace.withDescriptor { descriptor throws(NetlinkError) in
            try conversation.perform(
                NetlinkRequest(
                    "move", nil, "interface \(name) to namespace \(namespace.path)\(renaming)",
                    type: Int(RTM_SETLINK), flags: Int(NLM_F_ACK)
                ) { message in
                    message.append(ifinfomsg(index: index))
                    message.put(Int(IFLA_NET_NS_FD), integer: descriptor)
                    if let newName { message.put(Int(IFLA_IFNAME), text: newName) }
                    if let newIndex { message.put(Int(IFLA_NEW_IFINDEX), integer: newIndex) }
                })
        }
    }
}

extension NetlinkMessage {
    /// Writes the body of an `RTM_NEWLINKPROP` or `RTM_DELLINKPROP`.
    fileprivate mutating func putAlternativeName(_ name: KernelText, index: Int32) {
        append(ifinfomsg(index: index))
        nest(Int(IFLA_PROP_LIST)) { $0.put(Int(IFLA_ALT_IFNAME), text: name) }
    }
}
