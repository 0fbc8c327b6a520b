internal import JSON

/// A network interface that an attachment gives to its container.
package struct RecordedInterface: Hashable, Sendable {
    /// As it was in the host, to which it goes back.
    package var original: InterfaceOriginal

    package init(original: InterfaceOriginal) {
        self.original = original
    }
}

extension RecordedInterface: JSONWritable {
    /// Reads what `writeMembers` writes.
    init(_ object: JSONObject) throws(JSONKeyError) {
        original = try object.requiredObject("original", InterfaceOriginal.init)
    }

    func writeMembers(to writer: inout JSONWriter) {
        writer.member("original", original)
    }
}
