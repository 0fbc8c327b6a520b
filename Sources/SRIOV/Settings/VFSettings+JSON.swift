internal import JSON
internal import LinuxSystem
internal import Netlink

extension VFSettings: JSONWritable {
    init(_ object: JSONObject) throws(JSONKeyError) {
        self.init(
            macAddress: try object.macAddress("macAddress"),
            vlan: try object.object("vlan", VLANTag.init(askedFor:)),
            minimumRate: try object.number("minimumRate"),
            maximumRate: try object.number("maximumRate"),
            spoofCheck: try object.boolean("spoofCheck"), trust: try object.boolean("trust"),
            linkState: try object.linkState("linkState"),
            mtu: try object.integer("mtu", Setting.mtu.range),
            isPromiscuous: try object.boolean("isPromiscuous"),
            receivesAllMulticast: try object.boolean("receivesAllMulticast"),
            toleratesUnsupportedLinkState: try object.boolean("toleratesUnsupportedLinkState"),
            resetsOnRelease: try object.boolean("resetsOnRelease"))
    }

    func writeMembers(to writer: inout JSONWriter) {
        writer.member("isPromiscuous", isPromiscuous)
        writer.member("linkState", linkState?.rawValue)
        writer.member("macAddress", macAddress?.description)
        writer.member("maximumRate", maximumRate)
        writer.member("minimumRate", minimumRate)
        writer.member("mtu", mtu)
        writer.member("receivesAllMulticast", receivesAllMulticast)
        writer.member("resetsOnRelease", resetsOnRelease)
        writer.member("spoofCheck", spoofCheck)
        writer.member("toleratesUnsupportedLinkState", toleratesUnsupportedLinkState)
        writer.member("trust", trust)
        writer.member("vlan", vlan)
    }
}

extension JSONObject {
    /// A link state in a record, as the kernel's number; nil if it is absent.
    func linkState(_ key: String) throws(JSONKeyError) -> VFLinkState? {
        try number(key).map(VFLinkState.init)
    }
}
