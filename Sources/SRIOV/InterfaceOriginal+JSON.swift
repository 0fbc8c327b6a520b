internal import LinuxSystem

extension InterfaceOriginal: JSONWritable {
    init(_ object: JSONObject) throws(JSONKeyError) {
        name = try object.required("name", object.string)
        alternativeNames = try object.required("alternativeNames", object.strings)
        macAddress = try object.macAddress("macAddress")
        mtu = try object.required("mtu", object.number)
        isUp = try object.required("isUp", object.boolean)
        isPromiscuous = try object.required("isPromiscuous", object.boolean)
        receivesAllMulticast = try object.required("receivesAllMulticast", object.boolean)
        transmitQueueLength = try object.required("transmitQueueLength", object.number)
        alias = try object.string("alias")
    }

    func writeMembers(to writer: inout JSONWriter) {
        writer.member("alias", alias)
        writer.member("alternativeNames", alternativeNames)
        writer.member("isPromiscuous", isPromiscuous)
        writer.member("isUp", isUp)
        writer.member("macAddress", macAddress?.description)
        writer.member("mtu", mtu)
        writer.member("name", name)
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
