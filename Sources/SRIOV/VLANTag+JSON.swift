internal import Netlink

extension VLANTag: JSONWritable {
    init(_ object: JSONObject) throws(JSONKeyError) {
        self.init(
            identifier: try object.required("identifier", object.number),
            qualityOfService: try object.required("qualityOfService", object.number),
            protocol: VLANProtocol(rawValue: try object.required("protocol", object.number)))
    }

    func writeMembers(to writer: inout JSONWriter) {
        writer.member("identifier", identifier)
        writer.member("protocol", `protocol`.rawValue)
        writer.member("qualityOfService", qualityOfService)
    }
}
