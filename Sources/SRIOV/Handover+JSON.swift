extension Handover: JSONWritable {
    init(_ object: JSONObject) throws(JSONKeyError) {
        self.init(
            phaseBegan: try object.required("phaseBegan", object.number),
            isTrustLent: try object.required("isTrustLent", object.boolean))
    }

    func writeMembers(to writer: inout JSONWriter) {
        writer.member("isTrustLent", isTrustLent)
        writer.member("phaseBegan", phaseBegan)
    }
}
