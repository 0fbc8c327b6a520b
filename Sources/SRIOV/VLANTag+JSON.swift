internal import Netlink

extension VLANTag {
    init(_ object: JSONObject) throws(JSONKeyError) {
        self.init(
            identifier: try object.required("identifier", object.number),
            qualityOfService: try object.required("qualityOfService", object.number),
            protocol: VLANProtocol(rawValue: try object.required("protocol", object.number)))
    }

    var json: JSONValue {
        var members = JSONMembers(capacity: 3)
        members.set("identifier", identifier)
        members.set("qualityOfService", qualityOfService)
        members.set("protocol", `protocol`.rawValue)
        return members.object
    }
}
