internal import JSON
internal import LinuxSystem

extension NamespaceReference: JSONWritable {
    /// Reads what `writeMembers` writes.
    init(_ object: JSONObject) throws(JSONKeyError) {
        if try object.boolean("isLost") == true {
            self = .lost(path: try object.string("path"))
            return
        }
        let path = try object.required("path", object.string)
        if let identity = try object.object("identity", NamespaceIdentity.init) {
            self = .seen(path: path, identity)
        } else {
            self = .announced(path: path)
        }
    }

    func writeMembers(to writer: inout JSONWriter) {
        writer.member("identity", identity)
        if case .lost = self { writer.member("isLost", true) }
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
