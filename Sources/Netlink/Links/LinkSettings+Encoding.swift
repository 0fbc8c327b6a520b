internal import CNetlink
internal import LinuxSystem

extension LinkSettings {
    /// The one `RTM_SETLINK` with everything that is set.
    ///
    /// - Parameter index: 0 for the interface that has the name, which is not changed then.
    func request(index: Int32, named subject: KernelText) -> NetlinkRequest {
        precondition(index != 0 || name == nil, "a new name for what is named by its name")
        return NetlinkRequest(
            "set \(names)", "of", "interface \(subject)", type: Int(RTM_SETLINK),
            flags: Int(NLM_F_ACK)
        ) { message in
            message.append(ifinfomsg(index: index, flags: flags.value, change: flags.mask))
            // With an index it is a new name, without one it says which interface is meant.
            if let name = index == 0 ? subject : name {
                message.put(Int(IFLA_IFNAME), text: name)
            }
            if let macAddress { message.put(Int(IFLA_ADDRESS), bytes: macAddress.bytes) }
            if let mtu { message.put(Int(IFLA_MTU), integer: mtu) }
            if let transmitQueueLength {
                message.put(Int(IFLA_TXQLEN), integer: transmitQueueLength)
            }
            if let alias { message.put(Int(IFLA_IFALIAS), text: alias) }
        }
    }

    /// The flags to set, and which flags count.
    private var flags: (value: UInt32, mask: UInt32) {
        var value: UInt32 = 0
        var mask: UInt32 = 0
        for (wanted, flag) in [
            (isUp, Link.upFlag), (isPromiscuous, Link.promiscuousFlag),
            (receivesAllMulticast, Link.allMulticastFlag),
        ] {
            guard let wanted else { continue }
            mask |= flag
            if wanted { value |= flag }
        }
        return (value, mask)
    }

    /// What is set, with the values that fit into an error: `MTU 9000, up`.
    private var names: String {
        var names = ""
        // Not an array that is joined: the first of that in a process looks through all conformances of the program.
        func add(_ name: String) { names += names.isEmpty ? name : ", \(name)" }
        if let name { add("name \(name)") }
        if let macAddress { add("MAC address \(macAddress)") }
        if let mtu { add("MTU \(mtu)") }
        if let isUp { add(isUp ? "state up" : "state down") }
        if let isPromiscuous { add("promiscuous mode \(isPromiscuous ? "on" : "off")") }
        if let receivesAllMulticast {
            add("all-multicast mode \(receivesAllMulticast ? "on" : "off")")
        }
        if let transmitQueueLength { add("queue length \(transmitQueueLength)") }
        if alias != nil { add("alias") }
        return names.isEmpty ? "nothing" : names
    }
}
