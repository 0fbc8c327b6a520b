internal import LinuxSystem
internal import Netlink

extension VFInfo {
    init(_ object: JSONObject) throws(JSONKeyError) {
        var vlans: [VLANTag] = []
        for tag in try object.required("vlans", object.objects) {
            vlans.append(try VLANTag(tag))
        }
        self.init(
            index: try object.required("index", object.number),
            macAddress: try object.required("macAddress", object.macAddress), vlans: vlans,
            transmitRate: try object.requiredObject("transmitRate", TransmitRate.init),
            spoofCheck: try object.boolean("spoofCheck"), trust: try object.boolean("trust"),
            linkState: try object.linkState("linkState"),
            rssQuery: try object.boolean("rssQuery"),
            statistics: try object.object("statistics", VFStatistics.init))
    }

    var json: JSONValue {
        var members = JSONMembers(capacity: 9)
        members.set("index", index)
        members.set("macAddress", macAddress.description)
        members.set("vlans", .array(vlans.map(\.json)))
        members.set("transmitRate", transmitRate.json)
        members.set("spoofCheck", spoofCheck)
        members.set("trust", trust)
        members.set("linkState", linkState?.rawValue)
        members.set("rssQuery", rssQuery)
        members.set("statistics", statistics?.json)
        return members.object
    }
}

extension TransmitRate {
    init(_ object: JSONObject) throws(JSONKeyError) {
        self.init(
            minimum: try object.required("minimum", object.number),
            maximum: try object.required("maximum", object.number))
    }

    var json: JSONValue {
        var members = JSONMembers(capacity: 2)
        members.set("minimum", minimum)
        members.set("maximum", maximum)
        return members.object
    }
}
