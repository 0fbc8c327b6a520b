internal import LinuxSystem

extension InterfaceOriginal {
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

    var json: JSONValue {
        var members = JSONMembers(capacity: 9)
        members.set("name", name)
        members.set("alternativeNames", .array(alternativeNames.map(JSONValue.string)))
        members.set("macAddress", macAddress?.description)
        members.set("mtu", mtu)
        members.set("isUp", isUp)
        members.set("isPromiscuous", isPromiscuous)
        members.set("receivesAllMulticast", receivesAllMulticast)
        members.set("transmitQueueLength", transmitQueueLength)
        members.set("alias", alias)
        return members.object
    }
}

extension JSONObject {
    /// A MAC address in a record; nil if it is absent.
    func macAddress(_ key: String) throws(JSONKeyError) -> MACAddress? {
        try parsed(key) { MACAddress($0) }
    }
}
