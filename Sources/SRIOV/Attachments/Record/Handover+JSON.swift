internal import JSON

extension Handover: JSONWritable {
    /// Reads what `writeMembers` writes.
    init(_ object: JSONObject) throws(JSONKeyError) {
        self.init(
            namespace: try object.object("namespace", NamespaceReference.init),
            phaseBegan: try object.required("phaseBegan", Self.moments),
            isTemporarilyTrusted: try object.required("isTemporarilyTrusted", object.boolean))
    }

    func writeMembers(to writer: inout JSONWriter) {
        writer.member("isTemporarilyTrusted", isTemporarilyTrusted)
        writer.member("namespace", namespace)
        writer.member("phaseBegan", phaseBegan)
    }

    /// Up to 136 years of uptime, so that differences of such moments are none to overflow.
    static var moments: ClosedRange<Int64> { 0...Int64(UInt32.max) }
}
