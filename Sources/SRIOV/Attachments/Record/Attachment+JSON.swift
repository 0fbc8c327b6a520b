internal import JSON
internal import LinuxSystem
internal import Netlink

extension Attachment: JSONWritable {
    /// Reads what `writeMembers` writes; keys that are not known are ignored.
    init(_ object: JSONObject) throws(JSONKeyError) {
        guard !object.contains("virtualFunction") else {
            try self.init(former: object)
            return
        }
        self.init(
            owner: try object.requiredObject("owner", AttachmentOwner.init),
            subject: try object.requiredObject("subject", AttachmentSubject.init),
            phase: try object.required("phase", object.phase),
            boot: BootIdentity(rawValue: try object.required("boot", object.string)),
            placement: try object.requiredObject("placement", AttachmentPlacement.init),
            settings: try object.requiredObject("settings", VFSettings.init),
            interfaces: try object.objects("interfaces").map(RecordedInterface.init),
            originalInfo: try object.object("originalInfo", VFState.init),
            originalDriver: try object.string("originalDriver"),
            frontEndData: try object.string("frontEndData"),
            hasLease: try object.boolean("hasLease") ?? false,
            created: try object.required("created", Self.momentsOfCreation),
            functionInstance: try object.number("functionInstance"))
    }

    /// The record as stored in the state file: a key for each property, named like it.
    func writeMembers(to writer: inout JSONWriter) {
        writer.member("boot", boot.rawValue)
        writer.member("created", created)
        writer.member("frontEndData", frontEndData)
        writer.member("functionInstance", functionInstance)
        if hasLease { writer.member("hasLease", hasLease) }
        writer.member("interfaces", interfaces)
        writer.member("originalDriver", originalDriver)
        writer.member("originalInfo", originalInfo)
        writer.member("owner", owner)
        writer.member("phase", phase.rawValue)
        writer.member("placement", placement)
        writer.member("settings", settings)
        writer.member("subject", subject)
    }
}

extension Attachment {
    /// Seconds since 1970, from the year 1 to 9999: the range that ISO 8601 can write.
    static var momentsOfCreation: ClosedRange<Int64> { -62_135_596_800...253_402_300_799 }
}

extension JSONObject {
    /// A phase in a record; nil if it is absent.
    func phase(_ key: String) throws(JSONKeyError) -> AttachmentPhase? {
        try parsed(key) { AttachmentPhase(rawValue: $0) }
    }
}
