/// What PFs and VFs are and who has them.
extension MetricFamily {
    private static var pfLabels: [String] { ["pf", "pciAddr"] }

    package static let pfInfo = MetricFamily(
        "vfmap_pf_info", .gauge, pfLabels + ["numa_node", "driver"], "1 for each PF")
    package static let pfVFs = MetricFamily(
        "vfmap_pf_vfs", .gauge, pfLabels, "VFs that the PF has now")
    package static let pfMaximumVFs = MetricFamily(
        "vfmap_pf_vfs_max", .gauge, pfLabels, "VFs that the PF's hardware offers")
    package static let pfUp = MetricFamily(
        "vfmap_pf_up", .gauge, pfLabels, "Whether the PF's interface is administratively up")
    package static let pfCarrier = MetricFamily(
        "vfmap_pf_carrier", .gauge, pfLabels, "Whether the PF's interface has carrier")
    package static let vfInfo = MetricFamily(
        "vfmap_vf_info", .gauge,
        ["pf", "vf", "pciAddr", "numa_node", "driver", "interface", "pool"], "1 for each VF")
    package static let vfAttached = MetricFamily(
        "vfmap_vf_attached", .gauge,
        [
            "pf", "vf", "pciAddr", "kind", "network", "container", "interface", "phase",
        ], "1 for each VF with an attachment")
    package static let poolVFs = MetricFamily(
        "vfmap_pool_vfs", .gauge, ["pool", "state"],
        "VFs of a pool that are free, taken or unusable")
    package static let attachments = MetricFamily(
        "vfmap_attachments", .gauge, ["phase"], "Attachments by phase")
    package static let staleAttachments = MetricFamily(
        "vfmap_attachments_stale", .gauge,
        "Attachments that are not in use any more and were not brought back yet")
    package static let stateFileUsable = MetricFamily(
        "vfmap_state_file_usable", .gauge, "Whether the state file can be read")
    package static let scrapeError = MetricFamily(
        "vfmap_scrape_error", .gauge, ["pf"],
        "1 if the PF could not be read, or not in time; its other samples are absent then")
    package static let scrapeDuration = MetricFamily(
        "vfmap_scrape_duration_seconds", .gauge, "How long PFs and VFs took to be read")

    static let node: [MetricFamily] = [
        pfInfo, pfVFs, pfMaximumVFs, pfUp, pfCarrier, vfInfo, vfAttached, poolVFs, attachments,
        staleAttachments, stateFileUsable, scrapeError, scrapeDuration,
    ]
}

extension MetricFamily {
    init(_ name: String, _ kind: Kind, _ help: String) {
        self.init(name, kind, [], help)
    }
}
