internal import JSON
internal import Netlink

extension VLANTag: JSONWritable {
    /// Reads a tag that a driver has reported, whatever it made of "none".
    init(_ object: JSONObject) throws(JSONKeyError) {
        try self.init(object, identifiers: 0...UInt16.max, qualities: 0...UInt8.max)
    }

    /// Reads a tag that was asked for.
    init(askedFor object: JSONObject) throws(JSONKeyError) {
        try self.init(
            object, identifiers: 0...UInt16(clamping: Setting.vlan.range.upperBound),
            qualities: 0...UInt8(clamping: Setting.vlanPriority.range.upperBound))
    }

    private init(
        _ object: JSONObject, identifiers: ClosedRange<UInt16>, qualities: ClosedRange<UInt8>
    ) throws(JSONKeyError) {
        self.init(
            identifier: try object.required("identifier", identifiers),
            qualityOfService: try object.required("qualityOfService", qualities),
            protocol: VLANProtocol(rawValue: try object.required("protocol", object.number)))
    }

    func writeMembers(to writer: inout JSONWriter) {
        writer.member("identifier", identifier)
        writer.member("protocol", `protocol`.rawValue)
        writer.member("qualityOfService", qualityOfService)
    }
}
