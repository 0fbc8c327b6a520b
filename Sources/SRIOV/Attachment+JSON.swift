internal import LinuxSystem
internal import Netlink

extension Attachment {
    /// Reads what `json` makes; keys that are not known are ignored.
    init(_ object: JSONObject) throws(JSONKeyError) {
        self.init(
            owner: try object.requiredObject("owner", AttachmentOwner.init),
            virtualFunction: try object.required("virtualFunction", object.address),
            physicalFunction: try object.address("physicalFunction"),
            index: try object.number("index"),
            phase: try object.required("phase", object.phase),
            boot: BootIdentity(rawValue: try object.required("boot", object.string)),
            namespace: try object.object("namespace", NamespaceReference.init),
            settings: try object.requiredObject("settings", VFSettings.init),
            originalInterface: try object.object("originalInterface", InterfaceOriginal.init),
            originalInfo: try object.object("originalInfo", VFInfo.init),
            originalDriver: try object.string("originalDriver"),
            frontEndData: try object.string("frontEndData"),
            handover: try object.object("handover", Handover.init),
            created: try object.required("created", object.number),
            functionInstance: try object.number("functionInstance"))
    }

    /// The record as it lies in the state file: a key for each property, named like it.
    var json: JSONValue {
        var members = JSONMembers(capacity: 15)
        members.set("owner", owner.json)
        members.set("virtualFunction", virtualFunction.description)
        members.set("physicalFunction", physicalFunction?.description)
        members.set("index", index)
        members.set("phase", phase.rawValue)
        members.set("boot", boot.rawValue)
        members.set("namespace", namespace?.json)
        members.set("settings", settings.json)
        members.set("originalInterface", originalInterface?.json)
        members.set("originalInfo", originalInfo?.json)
        members.set("originalDriver", originalDriver)
        members.set("frontEndData", frontEndData)
        members.set("handover", handover?.json)
        members.set("created", created)
        members.set("functionInstance", functionInstance)
        return members.object
    }
}

extension JSONObject {
    fileprivate func address(_ key: String) throws(JSONKeyError) -> PCIAddress? {
        try parsed(key) { PCIAddress($0) }
    }

    fileprivate func phase(_ key: String) throws(JSONKeyError) -> AttachmentPhase? {
        try parsed(key) { AttachmentPhase(rawValue: $0) }
    }
}
