/// The counters of VFs, named and labelled as the exporter for SR-IOV on Kubernetes does, with the source besides.
extension MetricFamily {
    static var trafficLabels: [String] { ["pf", "vf", "pciAddr", "numa_node", "source"] }

    package static let receivedBytes = MetricFamily(
        "sriov_vf_rx_bytes", .counter, trafficLabels, "Bytes that the VF received")
    package static let transmittedBytes = MetricFamily(
        "sriov_vf_tx_bytes", .counter, trafficLabels, "Bytes that the VF sent")
    package static let receivedPackets = MetricFamily(
        "sriov_vf_rx_packets", .counter, trafficLabels, "Packets that the VF received")
    package static let transmittedPackets = MetricFamily(
        "sriov_vf_tx_packets", .counter, trafficLabels, "Packets that the VF sent")
    package static let receivedDropped = MetricFamily(
        "sriov_vf_rx_dropped", .counter, trafficLabels,
        "Packets for the VF that were dropped")
    package static let transmittedDropped = MetricFamily(
        "sriov_vf_tx_dropped", .counter, trafficLabels,
        "Packets from the VF that were dropped")
    package static let receivedBroadcasts = MetricFamily(
        "sriov_vf_rx_broadcast", .counter, trafficLabels,
        "Broadcast packets that the VF received")
    package static let receivedMulticasts = MetricFamily(
        "sriov_vf_rx_multicast", .counter, trafficLabels,
        "Multicast packets that the VF received")

    static let traffic: [MetricFamily] = [
        receivedBytes, transmittedBytes, receivedPackets, transmittedPackets, receivedDropped,
        transmittedDropped, receivedBroadcasts, receivedMulticasts,
    ]
}
