internal import JSON
internal import LinuxSystem

extension NamespaceReference: JSONWritable {
    init(_ object: JSONObject) throws(JSONKeyError) {
        self.init(
            path: try object.required("path", object.string),
            identity: try object.object("identity", NamespaceIdentity.init))
    }

    func writeMembers(to writer: inout JSONWriter) {
        writer.member("identity", identity)
        writer.member("path", path)
    }
}

extension NamespaceIdentity: JSONWritable {
    init(_ object: JSONObject) throws(JSONKeyError) {
        self.init(
            device: try object.required("device", object.number),
            inode: try object.required("inode", object.number),
            cookie: try object.number("cookie"))
    }

    func writeMembers(to writer: inout JSONWriter) {
        writer.member("cookie", cookie)
        writer.member("device", device)
        writer.member("inode", inode)
    }
}
