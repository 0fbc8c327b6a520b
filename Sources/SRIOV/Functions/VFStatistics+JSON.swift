internal import JSON
internal import Netlink

extension VFStatistics: JSONWritable {
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

    func writeMembers(to writer: inout JSONWriter) {
        writer.member("receivedBroadcasts", receivedBroadcasts)
        writer.member("receivedBytes", receivedBytes)
        writer.member("receivedDropped", receivedDropped)
        writer.member("receivedMulticasts", receivedMulticasts)
        writer.member("receivedPackets", receivedPackets)
        writer.member("transmittedBytes", transmittedBytes)
        writer.member("transmittedDropped", transmittedDropped)
        writer.member("transmittedPackets", transmittedPackets)
    }
}
