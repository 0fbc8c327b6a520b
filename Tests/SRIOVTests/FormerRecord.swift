import JSON
import LinuxSystem
import SQLite

@testable import SRIOV

extension StateSchema {
    /// That of the version before, with its other shape of records.
    static let former = StateSchema(steps: Array(current.steps.prefix(2)))
}

extension StoreFixture {
    /// Makes a state file of this boot as the version before had it.
    func makeFormer(_ attachment: Attachment) throws {
        let former = AttachmentStore(path: path, boot: Self.boot, schema: .former)
        try former.insert(NetworkRecord(frontEnd: "x", identifier: "x", definition: "", created: 0))
        try former.records.write { database, _ in try attachment.insertFormer(into: database) }
    }
}

extension Attachment {
    /// The record as the version before wrote it.
    var formerRecord: [UInt8] {
        get throws {
            let document = try JSONValue(parsing: encodedJSON())
            guard case .object(var members) = document else { return [] }
            for key in ["subject", "placement", "interfaces", "hasLease"] {
                members[key] = nil
            }
            members.set("virtualFunction", function.description)
            members.set("physicalFunction", physicalFunction?.description)
            members.set("index", index)
            if let original = interfaces.first?.original {
                members["originalInterface"] = try JSONValue(parsing: original.encodedJSON())
            }
            if let namespace { members["namespace"] = .object(namespace.former) }
            if let handover {
                var open: JSONMembers = [:]
                open.set("isTrustLent", handover.isTemporarilyTrusted)
                open.set("phaseBegan", handover.phaseBegan)
                members["handover"] = .object(open)
            }
            var owner: JSONMembers = [:]
            owner.set("frontEnd", self.owner.frontEnd)
            owner.set("network", self.owner.network ?? "")
            owner.set("container", self.owner.container)
            owner.set("interfaceName", self.owner.interfaceName ?? "")
            members["owner"] = .object(owner)
            return JSONValue.object(members).encoded()
        }
    }

    /// Writes the record as the version before wrote it.
    ///
    /// - Parameter database: Of the former schema.
    func insertFormer(into database: borrowing SQLiteDatabase) throws {
        let record = try formerRecord
        try database.execute(
            """
            INSERT INTO attachments (boot, address, pf, front_end, network, container,
                interface_name, phase, created, record, checksum)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            """,
            [
                .text(boot.rawValue), .text(function.description),
                physicalFunction.map { .text($0.description) } ?? .null, .text(owner.frontEnd),
                .text(owner.network ?? ""), .text(owner.container),
                .text(owner.interfaceName ?? ""), .text(phase.rawValue), .integer(created),
                .bytes(record), .integer(AttachmentRow.checksum(of: record)),
            ])
    }
}

extension NamespaceReference {
    fileprivate var former: JSONMembers {
        var members: JSONMembers = [:]
        members.set("path", path ?? "")
        var identity: JSONMembers = [:]
        switch self {
        case .announced: return members
        case .seen(_, let seen):
            identity.set("device", seen.device)
            identity.set("inode", seen.inode)
            identity.set("cookie", seen.cookie)
        case .lost:
            identity.set("device", 0)
            identity.set("inode", 0)
        }
        members["identity"] = .object(identity)
        return members
    }
}
