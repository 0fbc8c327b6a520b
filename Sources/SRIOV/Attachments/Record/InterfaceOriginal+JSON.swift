internal import JSON
internal import LinuxSystem

extension InterfaceOriginal: JSONWritable {
    init(_ object: JSONObject) throws(JSONKeyError) {
        index = try object.integer("index", 1...Int32.max)
        name = KernelText(escaped: try object.required("name", object.string))
        alternativeNames = try object.required("alternativeNames", object.strings)
            .map { KernelText(escaped: $0) }
        macAddress = try object.macAddress("macAddress")
        mtu = try object.required("mtu", object.number)
        isUp = try object.required("isUp", object.boolean)
        isPromiscuous = try object.required("isPromiscuous", object.boolean)
        receivesAllMulticast = try object.required("receivesAllMulticast", object.boolean)
        transmitQueueLength = try object.required("transmitQueueLength", object.number)
        alias = try object.string("alias").map { KernelText(escaped: $0) }
    }

    func writeMembers(to writer: inout JSONWriter) {
        writer.member("alias", alias?.description)
        writer.member("alternativeNames", alternativeNames.map(\.description))
        writer.member("index", index)
        writer.member("isPromiscuous", isPromiscuous)
        writer.member("isUp", isUp)
        writer.member("macAddress", macAddress?.description)
        writer.member("mtu", mtu)
        writer.member("name", name.description)
        writer.member("receivesAllMulticast", receivesAllMulticast)
        writer.member("transmitQueueLength", transmitQueueLength)
    }
}

extension JSONObject {
    /// A MAC address in a record; nil if it is absent.
    func macAddress(_ key: String) throws(JSONKeyError) -> MACAddress? {
        try parsed(key) { MACAddress($0) }
    }
}
