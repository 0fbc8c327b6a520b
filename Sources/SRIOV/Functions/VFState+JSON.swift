internal import JSON
internal import LinuxSystem
internal import Netlink

extension VFState: JSONWritable {
    init(_ object: JSONObject) throws(JSONKeyError) {
        var vlans: [VLANTag] = []
        for tag in try object.required("vlans", object.objects) {
            vlans.append(try VLANTag(tag))
        }
        self.init(
            index: try object.required("index", Self.indexes),
            macAddress: try object.required("macAddress", object.macAddress), vlans: vlans,
            transmitRate: try object.requiredObject("transmitRate", TransmitRate.init),
            spoofCheck: try object.boolean("spoofCheck"), trust: try object.boolean("trust"),
            linkState: try object.linkState("linkState"),
            rssQuery: try object.boolean("rssQuery"),
            statistics: try object.object("statistics", VFStatistics.init))
    }

    func writeMembers(to writer: inout JSONWriter) {
        writer.member("index", index)
        writer.member("linkState", linkState?.rawValue)
        writer.member("macAddress", macAddress.description)
        writer.member("rssQuery", rssQuery)
        writer.member("spoofCheck", spoofCheck)
        writer.member("statistics", statistics)
        writer.member("transmitRate", transmitRate)
        writer.member("trust", trust)
        writer.member("vlans", vlans)
    }
}

extension VFState {
    /// The indexes that a VF can have: `TotalVFs` of the SR-IOV capability has 16 bits.
    static var indexes: ClosedRange<Int> { 0...65_535 }
}

extension TransmitRate: JSONWritable {
    init(_ object: JSONObject) throws(JSONKeyError) {
        self.init(
            minimum: try object.required("minimum", object.number),
            maximum: try object.required("maximum", object.number))
    }

    func writeMembers(to writer: inout JSONWriter) {
        writer.member("maximum", maximum)
        writer.member("minimum", minimum)
    }
}
