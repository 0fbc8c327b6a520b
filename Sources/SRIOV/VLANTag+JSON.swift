internal import Netlink

extension VLANTag {
    init(_ object: JSONObject) throws(JSONKeyError) {
        self.init(
            identifier: try object.required("identifier", object.number),
            qualityOfService: try object.required("qualityOfService", object.number),
            protocol: VLANProtocol(rawValue: try object.required("protocol", object.number)))
    }

    var json: JSONValue {
        .object([
            "identifier": .integer(Int64(identifier)),
            "qualityOfService": .integer(Int64(qualityOfService)),
            "protocol": .integer(Int64(`protocol`.rawValue)),
        ])
    }
}
