internal import Netlink

extension VFStatistics {
    init(_ object: JSONObject) throws(JSONKeyError) {
        self.init()
        receivedPackets = try object.required("receivedPackets", object.number)
        transmittedPackets = try object.required("transmittedPackets", object.number)
        receivedBytes = try object.required("receivedBytes", object.number)
        transmittedBytes = try object.required("transmittedBytes", object.number)
        receivedBroadcasts = try object.required("receivedBroadcasts", object.number)
        receivedMulticasts = try object.required("receivedMulticasts", object.number)
        receivedDropped = try object.required("receivedDropped", object.number)
        transmittedDropped = try object.required("transmittedDropped", object.number)
    }

    var json: JSONValue {
        var members = JSONMembers(capacity: 8)
        members.set("receivedPackets", receivedPackets)
        members.set("transmittedPackets", transmittedPackets)
        members.set("receivedBytes", receivedBytes)
        members.set("transmittedBytes", transmittedBytes)
        members.set("receivedBroadcasts", receivedBroadcasts)
        members.set("receivedMulticasts", receivedMulticasts)
        members.set("receivedDropped", receivedDropped)
        members.set("transmittedDropped", transmittedDropped)
        return members.object
    }
}
