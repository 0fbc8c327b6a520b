extension AttachmentOwner {
    init(_ object: JSONObject) throws(JSONKeyError) {
        self.init(
            frontEnd: try object.required("frontEnd", object.string),
            network: try object.required("network", object.string),
            container: try object.required("container", object.string),
            interfaceName: try object.required("interfaceName", object.string))
    }

    var json: JSONValue {
        .object([
            "frontEnd": .string(frontEnd), "network": .string(network),
            "container": .string(container), "interfaceName": .string(interfaceName),
        ])
    }
}
