internal import JSON
internal import LinuxSystem
internal import Netlink

extension Attachment: JSONWritable {
    /// Reads what `writeMembers` writes; keys that are not known are ignored.
    init(_ object: JSONObject) throws(JSONKeyError) {
        self.init(
            owner: try object.requiredObject("owner", AttachmentOwner.init),
            virtualFunction: try object.required("virtualFunction", object.address),
            physicalFunction: try object.address("physicalFunction"),
            index: try object.integer("index", VFState.indexes),
            phase: try object.required("phase", object.phase),
            boot: BootIdentity(rawValue: try object.required("boot", object.string)),
            namespace: try object.object("namespace", NamespaceReference.init),
            settings: try object.requiredObject("settings", VFSettings.init),
            originalInterface: try object.object("originalInterface", InterfaceOriginal.init),
            originalInfo: try object.object("originalInfo", VFState.init),
            originalDriver: try object.string("originalDriver"),
            frontEndData: try object.string("frontEndData"),
            hasLease: try object.boolean("hasLease") ?? false,
            handover: try object.object("handover", Handover.init),
            created: try object.required("created", Self.momentsOfCreation),
            functionInstance: try object.number("functionInstance"))
    }

    /// The record as it lies in the state file: a key for each property, named like it.
    func writeMembers(to writer: inout JSONWriter) {
        writer.member("boot", boot.rawValue)
        writer.member("created", created)
        writer.member("frontEndData", frontEndData)
        writer.member("functionInstance", functionInstance)
        writer.member("handover", handover)
        if hasLease { writer.member("hasLease", hasLease) }
        writer.member("index", index)
        writer.member("namespace", namespace)
        writer.member("originalDriver", originalDriver)
        writer.member("originalInfo", originalInfo)
        writer.member("originalInterface", originalInterface)
        writer.member("owner", owner)
        writer.member("phase", phase.rawValue)
        writer.member("physicalFunction", physicalFunction?.description)
        writer.member("settings", settings)
        writer.member("virtualFunction", virtualFunction.description)
    }
}

extension Attachment {
    /// Seconds since 1970, from the year 1 to 9999: what a clock can tell, and ISO 8601 can write.
    static var momentsOfCreation: ClosedRange<Int64> { -62_135_596_800...253_402_300_799 }
}

extension JSONObject {
    fileprivate func address(_ key: String) throws(JSONKeyError) -> PCIAddress? {
        try parsed(key) { PCIAddress($0) }
    }

    fileprivate func phase(_ key: String) throws(JSONKeyError) -> AttachmentPhase? {
        try parsed(key) { AttachmentPhase(rawValue: $0) }
    }
}
