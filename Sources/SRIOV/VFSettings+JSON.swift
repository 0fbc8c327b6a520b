internal import LinuxSystem
internal import Netlink

extension VFSettings {
    init(_ object: JSONObject) throws(JSONKeyError) {
        self.init(
            macAddress: try object.macAddress("macAddress"),
            vlan: try object.object("vlan", VLANTag.init),
            minimumRate: try object.number("minimumRate"),
            maximumRate: try object.number("maximumRate"),
            spoofCheck: try object.boolean("spoofCheck"), trust: try object.boolean("trust"),
            linkState: try object.linkState("linkState"), mtu: try object.number("mtu"),
            isPromiscuous: try object.boolean("isPromiscuous"),
            receivesAllMulticast: try object.boolean("receivesAllMulticast"),
            toleratesUnsupportedLinkState: try object.boolean("toleratesUnsupportedLinkState"),
            resetsOnRelease: try object.boolean("resetsOnRelease"))
    }

    var json: JSONValue {
        var members = JSONMembers(capacity: 12)
        members.set("macAddress", macAddress?.description)
        members.set("vlan", vlan?.json)
        members.set("minimumRate", minimumRate)
        members.set("maximumRate", maximumRate)
        members.set("spoofCheck", spoofCheck)
        members.set("trust", trust)
        members.set("linkState", linkState?.rawValue)
        members.set("mtu", mtu)
        members.set("isPromiscuous", isPromiscuous)
        members.set("receivesAllMulticast", receivesAllMulticast)
        members.set("toleratesUnsupportedLinkState", toleratesUnsupportedLinkState)
        members.set("resetsOnRelease", resetsOnRelease)
        return members.object
    }
}

extension JSONObject {
    /// A link state in a record, as the kernel's number; nil if it is absent.
    func linkState(_ key: String) throws(JSONKeyError) -> VFLinkState? {
        try number(key).map(VFLinkState.init)
    }
}
