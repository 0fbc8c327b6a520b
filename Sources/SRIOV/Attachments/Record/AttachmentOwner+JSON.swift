internal import JSON

extension AttachmentOwner: JSONWritable {
    init(_ object: JSONObject) throws(JSONKeyError) {
        self.init(
            frontEnd: try object.required("frontEnd", object.string),
            network: try object.required("network", object.string),
            container: try object.required("container", object.string),
            interfaceName: try object.required("interfaceName", object.string))
    }

    func writeMembers(to writer: inout JSONWriter) {
        writer.member("container", container)
        writer.member("frontEnd", frontEnd)
        writer.member("interfaceName", interfaceName)
        writer.member("network", network)
    }
}
