internal import LinuxSystem

extension AttachmentStore {
    /// The whole state as indented JSON with sorted keys: the schema's version, this boot, and the
    /// records of all boots, each with whether it is void.
    ///
    /// - Throws: `StoreError`.
    package func export() throws -> String {
        let records = try rows("1").map { attachment in
            guard case .object(var members) = attachment.json else { return JSONValue.null }
            members["void"] = .bool(attachment.boot != boot)
            return .object(members)
        }
        let document = JSONValue.object([
            "schema": .integer(schema.version), "boot": .string(boot.rawValue),
            "attachments": .array(records),
        ])
        return String(decoding: document.indented(), as: UTF8.self)
    }
}
