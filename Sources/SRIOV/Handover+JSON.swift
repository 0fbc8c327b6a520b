extension Handover {
    init(_ object: JSONObject) throws(JSONKeyError) {
        self.init(
            phaseBegan: try object.required("phaseBegan", object.number),
            isTrustLent: try object.required("isTrustLent", object.boolean))
    }

    var json: JSONValue {
        .object(["phaseBegan": .integer(phaseBegan), "isTrustLent": .bool(isTrustLent)])
    }
}
