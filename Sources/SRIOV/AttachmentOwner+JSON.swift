extension AttachmentOwner {
    init(_ object: JSONObject) throws(JSONKeyError) {
        self.init(
            frontEnd: try object.required("frontEnd", object.string),
            network: try object.required("network", object.string),
            container: try object.required("container", object.string),
            interfaceName: try object.required("interfaceName", object.string))
    }

    var json: JSONValue {
        var members = JSONMembers(capacity: 4)
        members.set("frontEnd", frontEnd)
        members.set("network", network)
        members.set("container", container)
        members.set("interfaceName", interfaceName)
        return members.object
    }
}
