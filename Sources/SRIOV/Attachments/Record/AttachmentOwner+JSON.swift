internal import JSON

extension AttachmentOwner: JSONWritable {
    /// Reads what `writeMembers` writes; an empty text counts as absent, as earlier versions wrote it.
    init(_ object: JSONObject) throws(JSONKeyError) {
        self.init(
            frontEnd: try object.required("frontEnd", object.string),
            network: try object.nonEmptyString("network"),
            container: try object.required("container", object.string),
            interfaceName: try object.nonEmptyString("interfaceName"))
    }

    func writeMembers(to writer: inout JSONWriter) {
        writer.member("container", container)
        writer.member("frontEnd", frontEnd)
        writer.member("interfaceName", interfaceName)
        writer.member("network", network)
    }
}
