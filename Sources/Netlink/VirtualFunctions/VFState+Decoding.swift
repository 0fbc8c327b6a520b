internal import CNetlink
internal import LinuxSystem

extension VFState {
    /// Decodes the `IFLA_VF_INFO` of an `RTM_NEWLINK`; none if it has no list of VFs.
    ///
    /// - Parameters:
    ///   - index: The VF that is wanted; nil for all.
    ///   - statistics: Whether the counters were asked for; otherwise they are left out.
    /// - Returns: The VFs, and how many there are in the list.
    static func list(
        in reply: NetlinkReply, only index: Int?, statistics: Bool
    ) throws(MalformedReply) -> (functions: [VFState], count: Int) {
        var functions: [VFState] = []
        var count = 0
        var attributes = try reply.attributes(afterHeader: MemoryLayout<ifinfomsg>.size)
        while let attribute = try attributes.next() {
            guard attribute.type == Int(IFLA_VFINFO_LIST) else { continue }
            var entries = attribute.nested()
            while let entry = try entries.next() {
                guard entry.type == Int(IFLA_VF_INFO) else { continue }
                count += 1
                if let index, try isOther(entry.nested(), than: index) { continue }
                functions.append(try VFState(entry.nested(), statistics: statistics))
            }
        }
        return (functions, count)
    }

    /// Whether a VF is surely another, told by its first attribute, so that the rest of it need not be read.
    private static func isOther(
        _ attributes: AttributeList, than index: Int
    ) throws(MalformedReply) -> Bool {
        var attributes = attributes
        guard let first = try attributes.next(), first.type == Int(IFLA_VF_MAC) else {
            return false
        }
        return Int(try first.word(0)) != index
    }

    private init(_ attributes: AttributeList, statistics: Bool) throws(MalformedReply) {
        var info = VFState(index: -1)
        var plainVLAN = VLANTag.none
        var listedVLANs: [VLANTag]?
        var oldLimit: UInt32 = 0
        var rate: TransmitRate?
        var attributes = attributes
        while let attribute = try attributes.next() {
            switch attribute.type {
            case Int(IFLA_VF_MAC):
                // Every driver's list has it, and it carries the VF's index as its first word.
                info.index = Int(try attribute.word(0))
                guard let mac = MACAddress(bytes: attribute.payload.dropFirst(4).prefix(6)) else {
                    throw MalformedReply("MAC of a VF in \(attribute.payload.count) bytes")
                }
                info.macAddress = mac
            case Int(IFLA_VF_VLAN):
                plainVLAN = try VLANTag(attribute, protocol: .dot1Q)
            case Int(IFLA_VF_VLAN_LIST):
                listedVLANs = try VLANTag.list(attribute.nested())
            case Int(IFLA_VF_TX_RATE): oldLimit = try attribute.word(1)
            case Int(IFLA_VF_RATE):
                rate = TransmitRate(
                    minimum: try attribute.word(1), maximum: try attribute.word(2))
            case Int(IFLA_VF_SPOOFCHK): info.spoofCheck = try attribute.setting()
            case Int(IFLA_VF_TRUST): info.trust = try attribute.setting()
            case Int(IFLA_VF_RSS_QUERY_EN): info.rssQuery = try attribute.setting()
            case Int(IFLA_VF_LINK_STATE):
                info.linkState = VFLinkState(rawValue: try attribute.word(1))
            case Int(IFLA_VF_STATS):
                if statistics { info.statistics = try VFStatistics(attribute.nested()) }
            default: break
            }
        }
        guard info.index >= 0 else { throw MalformedReply("VF without an index") }
        info.vlans = listedVLANs ?? (plainVLAN.isNone ? [] : [plainVLAN])
        info.transmitRate = rate ?? TransmitRate(minimum: 0, maximum: oldLimit)
        self = info
    }
}

extension VLANTag {
    /// Decodes `IFLA_VF_VLAN` or the first words of `IFLA_VF_VLAN_INFO`: VF, VLAN, QoS.
    fileprivate init(
        _ attribute: Attribute, protocol: VLANProtocol
    ) throws(MalformedReply) {
        self.init(
            identifier: UInt16(truncatingIfNeeded: try attribute.word(1)),
            qualityOfService: UInt8(truncatingIfNeeded: try attribute.word(2)),
            protocol: `protocol`)
    }

    /// The tags of an `IFLA_VF_VLAN_LIST`, without those that tag nothing.
    fileprivate static func list(_ attributes: AttributeList) throws(MalformedReply) -> [VLANTag] {
        var tags: [VLANTag] = []
        var attributes = attributes
        while let attribute = try attributes.next() {
            guard attribute.type == Int(IFLA_VF_VLAN_INFO) else { continue }
            let etherType = UInt16(bigEndian: try attribute.integer(at: 12))
            let tag = try VLANTag(attribute, protocol: VLANProtocol(rawValue: etherType))
            if !tag.isNone { tags.append(tag) }
        }
        return tags
    }

    /// Whether it tags nothing. Drivers report the protocol of the last tag with it, or zero.
    fileprivate var isNone: Bool { identifier == 0 && qualityOfService == 0 }
}

extension VFStatistics {
    /// Decodes `IFLA_VF_STATS`; counters that the kernel does not send stay zero.
    fileprivate init(_ attributes: AttributeList) throws(MalformedReply) {
        self.init()
        var attributes = attributes
        while let attribute = try attributes.next() {
            switch attribute.type {
            case Int(IFLA_VF_STATS_RX_PACKETS): receivedPackets = try attribute.uint64()
            case Int(IFLA_VF_STATS_TX_PACKETS): transmittedPackets = try attribute.uint64()
            case Int(IFLA_VF_STATS_RX_BYTES): receivedBytes = try attribute.uint64()
            case Int(IFLA_VF_STATS_TX_BYTES): transmittedBytes = try attribute.uint64()
            case Int(IFLA_VF_STATS_BROADCAST): receivedBroadcasts = try attribute.uint64()
            case Int(IFLA_VF_STATS_MULTICAST): receivedMulticasts = try attribute.uint64()
            case Int(IFLA_VF_STATS_RX_DROPPED): receivedDropped = try attribute.uint64()
            case Int(IFLA_VF_STATS_TX_DROPPED): transmittedDropped = try attribute.uint64()
            default: break
            }
        }
    }
}

extension Attribute {
    /// The word of 32 bits at an index; every structure of VFs is made of them, the first is the
    /// VF.
    fileprivate func word(_ index: Int) throws(MalformedReply) -> UInt32 {
        try integer(at: 4 * index)
    }

    /// The setting in the second word; nil for -1, with which drivers say that they do not tell.
    fileprivate func setting() throws(MalformedReply) -> Bool? {
        let word = try word(1)
        return word == .max ? nil : word != 0
    }
}
