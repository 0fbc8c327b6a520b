/// What the daemon does and has heard of.
extension MetricFamily {
    package static let buildInfo = MetricFamily(
        "vfmap_build_info", .gauge, ["version"], "1, with the daemon's version")
    package static let startTime = MetricFamily(
        "vfmap_start_time_seconds", .gauge, "When the daemon started, in seconds since 1970")
    package static let operations = MetricFamily(
        "vfmap_operations_total", .counter, ["kind", "operation", "result"],
        "Operations of front ends by how they ended")
    package static let operationFailures = MetricFamily(
        "vfmap_operation_failures_total", .counter, ["kind", "operation"],
        "Operations of front ends that did not end in success")
    package static let operationDuration = MetricFamily(
        "vfmap_operation_duration_seconds", .histogram, ["kind", "operation"],
        "How long operations of front ends took")
    package static let rejectedEvents = MetricFamily(
        "vfmap_events_rejected_total", .counter,
        "Datagrams on the daemon's event socket that were no report of an operation")
    package static let reconciliations = MetricFamily(
        "vfmap_reconciliations_total", .counter, "Runs of the reconciler")
    package static let reconciliationFailures = MetricFamily(
        "vfmap_reconciliation_failures_total", .counter,
        "Runs of the reconciler that failed or left something to do")
    package static let reconciliationTime = MetricFamily(
        "vfmap_reconciliation_last_timestamp_seconds", .gauge,
        "When the last run of the reconciler began, in seconds since 1970")
    package static let reconciliationDuration = MetricFamily(
        "vfmap_reconciliation_last_duration_seconds", .gauge,
        "How long the last run of the reconciler took")
    package static let reconciliationLeftOver = MetricFamily(
        "vfmap_reconciliation_left_over", .gauge,
        "Attachments for which the last run of the reconciler left something to do")
    package static let driftSteps = MetricFamily(
        "vfmap_drift_steps", .gauge, ["pf"],
        "Steps that vfmap apply would take so that the PF is as configured")
    package static let driftProblems = MetricFamily(
        "vfmap_drift_problems", .gauge, ["pf"],
        "Things that the configuration asks of the PF and that cannot be")
    package static let driftTime = MetricFamily(
        "vfmap_drift_last_timestamp_seconds", .gauge,
        "When PFs were last compared with the configuration, in seconds since 1970")
    package static let driftFailed = MetricFamily(
        "vfmap_drift_check_failed", .gauge,
        "Whether the last comparison of PFs with the configuration failed")
    package static let driftRemediations = MetricFamily(
        "vfmap_drift_mends_total", .counter, ["result"],
        "Steps that the daemon took to mend drift, by how they ended")

    static let daemon: [MetricFamily] = [
        buildInfo, startTime, operations, operationFailures, operationDuration, rejectedEvents,
        reconciliations, reconciliationFailures, reconciliationTime, reconciliationDuration,
        reconciliationLeftOver, driftSteps, driftProblems, driftTime, driftFailed,
        driftRemediations,
    ]

    /// Every family, in the order in which they are written.
    package static let all: [MetricFamily] = traffic + node + daemon
}
