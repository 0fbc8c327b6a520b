internal import CNetlink
internal import LinuxSystem

extension VFAttribute {
    /// The one `RTM_SETLINK` that sets attributes, in their order: the kernel takes each for a VF's own.
    ///
    /// It is named after the attribute if there is one alone.
    static func request(
        _ attributes: [VFAttribute], function: Int, index: Int32, named name: KernelText
    ) -> NetlinkRequest {
        let what = attributes.count == 1 ? attributes[0].name : "attributes"
        return NetlinkRequest(
            "set \(what)", "of", "VF \(function) of \(name)", type: Int(RTM_SETLINK),
            flags: Int(NLM_F_ACK)
        ) { message in
            message.append(ifinfomsg(index: index))
            message.nest(Int(IFLA_VFINFO_LIST)) { list in
                for attribute in attributes {
                    list.nest(Int(IFLA_VF_INFO)) {
                        attribute.put(in: &$0, function: UInt32(truncatingIfNeeded: function))
                    }
                }
            }
        }
    }

    private func put(in message: inout NetlinkMessage, function: UInt32) {
        switch self {
        case .macAddress(let address):
            // struct ifla_vf_mac: MAX_ADDR_LEN bytes for the address.
            let padding = [UInt8](repeating: 0, count: 32 - 6)
            message.put(Int(IFLA_VF_MAC), bytes: hostBytes(of: function) + address.bytes + padding)
        case .vlan(let tag):
            put(tag, in: &message, function: function)
        case .transmitRate(let rate):
            message.put(Int(IFLA_VF_RATE), words: function, rate.minimum, rate.maximum)
        case .spoofCheck(let enabled):
            message.put(Int(IFLA_VF_SPOOFCHK), words: function, enabled ? 1 : 0)
        case .trust(let enabled):
            message.put(Int(IFLA_VF_TRUST), words: function, enabled ? 1 : 0)
        case .linkState(let state):
            message.put(Int(IFLA_VF_LINK_STATE), words: function, state.rawValue)
        case .rssQuery(let enabled):
            message.put(Int(IFLA_VF_RSS_QUERY_EN), words: function, enabled ? 1 : 0)
        }
    }

    /// Adds the list form only where the protocol needs it: drivers older than Linux 4.9 know only
    /// the plain one, and in it the kernel takes 802.1Q for granted.
    private func put(_ tag: VLANTag, in message: inout NetlinkMessage, function: UInt32) {
        let identifier = UInt32(tag.identifier)
        let quality = UInt32(tag.qualityOfService)
        if tag.protocol == .dot1Q {
            message.put(Int(IFLA_VF_VLAN), words: function, identifier, quality)
        } else {
            // struct ifla_vf_vlan_info ends in two bytes of padding, which the kernel insists on.
            message.nest(Int(IFLA_VF_VLAN_LIST)) {
                $0.put(
                    Int(IFLA_VF_VLAN_INFO),
                    bytes: [function, identifier, quality].flatMap(hostBytes)
                        + hostBytes(of: tag.protocol.rawValue.bigEndian) + [0, 0])
            }
        }
    }
}

extension ifinfomsg {
    /// The header of a request about one interface.
    init(index: Int32, flags: UInt32 = 0, change: UInt32 = 0) {
        self.init()
        ifi_index = index
        ifi_flags = flags
        ifi_change = change
    }
}
