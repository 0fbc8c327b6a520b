internal import JSON
internal import LinuxSystem
internal import Netlink

/// Records as earlier versions wrote them, which are read as long as their boot lasts.
extension Attachment {
    /// - Throws: `JSONKeyError` if the record is damaged.
    init(former object: JSONObject) throws(JSONKeyError) {
        let address = try object.required("virtualFunction", object.pciAddress)
        let parent = try object.pciAddress("physicalFunction")
        let index = try object.integer("index", VFState.indexes)
        let namespace = try object.object("namespace", NamespaceReference.init(former:))
        let interface = try object.object("originalInterface", InterfaceOriginal.init)
        self.init(
            owner: try object.requiredObject("owner", AttachmentOwner.init),
            subject: parent.map { .virtualFunction(address, of: $0, index: index) }
                ?? .function(address),
            phase: try object.required("phase", object.phase),
            boot: BootIdentity(rawValue: try object.required("boot", object.string)),
            placement: try Self.formerPlacement(object, namespace),
            settings: try object.requiredObject("settings", VFSettings.init),
            interfaces: interface.map { [RecordedInterface(original: $0)] } ?? [],
            originalInfo: try object.object("originalInfo", VFState.init),
            originalDriver: try object.string("originalDriver"),
            frontEndData: try object.string("frontEndData"),
            hasLease: try object.boolean("hasLease") ?? false,
            created: try object.required("created", Self.momentsOfCreation),
            functionInstance: try object.number("functionInstance"))
    }

    private static func formerPlacement(
        _ object: JSONObject, _ namespace: NamespaceReference?
    ) throws(JSONKeyError) -> AttachmentPlacement {
        guard var handover = try object.object("handover", Handover.init(former:)) else {
            return .moved(namespace ?? .lost(path: nil))
        }
        handover.namespace = namespace
        return .handedOver(handover)
    }
}

extension Handover {
    fileprivate init(former object: JSONObject) throws(JSONKeyError) {
        self.init(
            phaseBegan: try object.required("phaseBegan", Self.moments),
            isTemporarilyTrusted: try object.required("isTrustLent", object.boolean))
    }
}

extension NamespaceReference {
    /// A namespace that was gone had an empty path, if it was unknown, and an identity of zeros.
    fileprivate init(former object: JSONObject) throws(JSONKeyError) {
        let path = try object.required("path", object.string)
        guard let identity = try object.object("identity", NamespaceIdentity.init) else {
            self = .announced(path: path)
            return
        }
        self =
            identity.inode == 0
            ? .lost(path: path.isEmpty ? nil : path) : .seen(path: path, identity)
    }
}
