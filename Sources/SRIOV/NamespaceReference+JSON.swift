internal import LinuxSystem

extension NamespaceReference {
    init(_ object: JSONObject) throws(JSONKeyError) {
        self.init(
            path: try object.required("path", object.string),
            identity: try object.object("identity", NamespaceIdentity.init))
    }

    var json: JSONValue {
        var members = JSONMembers(capacity: 2)
        members.set("path", path)
        members.set("identity", identity?.json)
        return members.object
    }
}

extension NamespaceIdentity {
    init(_ object: JSONObject) throws(JSONKeyError) {
        self.init(
            device: try object.required("device", object.number),
            inode: try object.required("inode", object.number),
            cookie: try object.number("cookie"))
    }

    var json: JSONValue {
        var members = JSONMembers(capacity: 3)
        members.set("device", device)
        members.set("inode", inode)
        members.set("cookie", cookie)
        return members.object
    }
}
