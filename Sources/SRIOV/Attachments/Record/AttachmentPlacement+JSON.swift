internal import JSON

extension AttachmentPlacement: JSONWritable {
    /// Reads what `writeMembers` writes: one member, whose key is the kind of placement.
    init(_ object: JSONObject) throws(JSONKeyError) {
        if let handover = try object.object("handedOver", Handover.init) {
            self = .handedOver(handover)
        } else {
            self = .moved(try object.requiredObject("moved", NamespaceReference.init))
        }
    }

    func writeMembers(to writer: inout JSONWriter) {
        switch self {
        case .moved(let namespace): writer.member("moved", namespace)
        case .handedOver(let handover): writer.member("handedOver", handover)
        }
    }
}
