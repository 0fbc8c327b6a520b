internal import JSON
internal import LinuxSystem
internal import Netlink

extension AttachmentSubject: JSONWritable {
    /// Reads what `writeMembers` writes.
    init(_ object: JSONObject) throws(JSONKeyError) {
        let address = try object.required("address", object.pciAddress)
        switch try object.required("kind", object.subjectKind) {
        case .virtualFunction:
            self = .virtualFunction(
                address, of: try object.required("parent", object.pciAddress),
                index: try object.integer("index", VFState.indexes))
        case .physicalFunction: self = .physicalFunction(address)
        case .function: self = .function(address)
        }
    }

    func writeMembers(to writer: inout JSONWriter) {
        writer.member("address", address.description)
        writer.member("index", index)
        writer.member("kind", recordedKind.rawValue)
        writer.member("parent", parent?.description)
    }

    /// The words of a record.
    fileprivate enum Kind: String {
        case virtualFunction, physicalFunction, function
    }

    private var recordedKind: Kind {
        switch self {
        case .virtualFunction: .virtualFunction
        case .physicalFunction: .physicalFunction
        case .function: .function
        }
    }
}

extension JSONObject {
    /// A PCI address in a record; nil if it is absent.
    func pciAddress(_ key: String) throws(JSONKeyError) -> PCIAddress? {
        try parsed(key) { PCIAddress($0) }
    }

    fileprivate func subjectKind(_ key: String) throws(JSONKeyError) -> AttachmentSubject.Kind? {
        try parsed(key) { AttachmentSubject.Kind(rawValue: $0) }
    }
}
