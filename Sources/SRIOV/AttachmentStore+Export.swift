internal import FoundationEssentials
internal import LinuxSystem

extension AttachmentStore {
    /// The whole state as indented JSON with sorted keys: the schema's version, this boot, and the
    /// records of all boots, each with whether it is void.
    ///
    /// - Throws: `StoreError`.
    package func export() throws -> String {
        let records = try rows("1").map { Export.Record(attachment: $0, void: $0.boot != boot) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let data = try encoder.encode(
            Export(schema: schema.version, boot: boot, attachments: records))
        return String(decoding: data, as: UTF8.self)
    }
}

/// The shape of an export.
private struct Export: Encodable {
    let schema: Int64
    let boot: BootIdentity
    let attachments: [Record]

    /// The fields of an attachment and one more.
    struct Record: Encodable {
        let attachment: Attachment
        let void: Bool

        enum CodingKeys: CodingKey {
            case void
        }

        func encode(to encoder: any Encoder) throws {
            try attachment.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(void, forKey: .void)
        }
    }
}
