internal import JSON

extension Handover: JSONWritable {
    init(_ object: JSONObject) throws(JSONKeyError) {
        self.init(
            // Up to 136 years, so that differences of such moments are none to overflow.
            phaseBegan: try object.required("phaseBegan", 0...Int64(UInt32.max)),
            isTemporarilyTrusted: try object.required("isTrustLent", object.boolean))
    }

    func writeMembers(to writer: inout JSONWriter) {
        writer.member("isTrustLent", isTemporarilyTrusted)
        writer.member("phaseBegan", phaseBegan)
    }
}
