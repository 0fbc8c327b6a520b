internal import JSON
internal import LinuxSystem

extension AttachmentStore {
    /// The whole state as indented JSON with sorted keys: the schema's version, this boot, the records of this boot, those
    /// of other boots that still have a lease, each with whether it is void, and the networks of runtimes.
    ///
    /// - Throws: `StoreError`.
    package func export() throws -> String {
        let all = try (attachments() + leasesOfOtherBoots().attachments).sorted {
            ($0.function, $0.boot.rawValue) < ($1.function, $1.boot.rawValue)
        }
        let records = try all.map { attachment in
            guard case .object(var members) = try JSONValue(parsing: attachment.encodedJSON())
            else { return JSONValue.null }
            members["void"] = .bool(attachment.boot != boot)
            return .object(members)
        }
        let document = JSONValue.object([
            "schema": .integer(schema.version), "boot": .string(boot.rawValue),
            "attachments": .array(records),
            "networks": .array(try networks(of: nil).map(\.exported)),
        ])
        return String(decoding: document.indented(), as: UTF8.self)
    }
}

extension NetworkRecord {
    /// The definition is shown as the JSON that it is; one that is none, as text.
    fileprivate var exported: JSONValue {
        .object([
            "frontEnd": .string(frontEnd), "identifier": .string(identifier),
            "created": .integer(created),
            "definition": (try? JSONValue(parsing: Array(definition.utf8))) ?? .string(definition),
        ])
    }
}
