internal import JSON
internal import LinuxSystem
internal import Netlink

extension AttachmentSubject: JSONWritable {
    /// Reads what `writeMembers` writes.
    init(_ object: JSONObject) throws(JSONKeyError) {
        let address = try object.required("address", object.pciAddress)
        switch try object.required("kind", object.string) {
        case "virtualFunction":
            self = .virtualFunction(
                address, of: try object.required("parent", object.pciAddress),
                index: try object.integer("index", VFState.indexes))
        case "physicalFunction": self = .physicalFunction(address)
        case "function": self = .function(address)
        case let kind: throw JSONKeyError(object.path("kind"), "cannot be \"\(kind)\"")
        }
    }

    func writeMembers(to writer: inout JSONWriter) {
        let kind =
            switch self {
            case .virtualFunction: "virtualFunction"
            case .physicalFunction: "physicalFunction"
            case .function: "function"
            }
        writer.member("address", address.description)
        writer.member("index", index)
        writer.member("kind", kind)
        writer.member("parent", parent?.description)
    }
}

extension JSONObject {
    /// A PCI address in a record; nil if it is absent.
    func pciAddress(_ key: String) throws(JSONKeyError) -> PCIAddress? {
        try parsed(key) { PCIAddress($0) }
    }
}
