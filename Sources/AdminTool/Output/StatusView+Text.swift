internal import DaemonInterface
internal import FoundationEssentials
internal import SRIOV

extension StatusView {
    /// A line for each thing, then a line for each of the daemon's last errors.
    var text: String {
        let entries: [(key: String, value: String?)] =
            (daemon.map { $0.entries } ?? [("daemon", "not running: \(daemonError ?? "-")")])
            + [
                ("state file", stateFile.error ?? "\(stateFile.path), usable"),
                ("attachments", attachmentsText),
                ("physical functions", "\(physicalFunctions)"),
                ("virtual functions", "\(virtualFunctions)"),
            ]
        let block = DescriptionBlock(entries).text + (daemon?.drift?.lines ?? "")
        guard let errors = daemon?.lastErrors, !errors.isEmpty else { return block }
        let lines = errors.map { "  \(instant($0.time))  \(printable($0.text))\n" }
        return block + "\nlast errors:\n" + lines.joined()
    }

    /// In the order in which an attachment goes through them.
    private var attachmentsText: String? {
        guard let attachments else { return nil }
        let parts = AttachmentPhase.allCases.compactMap { phase -> String? in
            guard let count = attachments[phase.rawValue], count > 0 else { return nil }
            return "\(count) \(phase.rawValue)"
        }
        return parts.isEmpty ? "none" : parts.joined(separator: ", ")
    }
}

extension DaemonReport {
    fileprivate var entries: [(key: String, value: String?)] {
        let runs = reconciliation.runs == 1 ? "1 run" : "\(reconciliation.runs) runs"
        let last = reconciliation.last.map { last in
            ", last \(instant(last.at)) (\(last.reason)): "
                + "\(last.entries) needed something, \(last.failures) left to do"
        }
        return [
            ("daemon", "running, version \(version), process \(pid), since \(instant(started))"),
            ("configuration", configuration),
            ("Docker socket", sockets.docker ?? "off"),
            ("status socket", sockets.status),
            ("metrics", sockets.metrics ?? "off"),
            ("reconciliation", runs + (last ?? "")),
            (
                "Docker calls",
                "\(requests.total) answered, \(requests.failed) failed, \(requests.active) under way"
            ),
        ] + (drift.map { [("drift", $0.summary)] } ?? [])
    }
}

extension DaemonReport.Drift {
    fileprivate var summary: String {
        if let error { return error }
        let drifted = functions.filter { $0.stepCount > 0 || !$0.problems.isEmpty }
        let names = drifted.map(\.name).joined(separator: ", ")
        let what = drifted.isEmpty ? "none" : "of \(names)"
        return "\(what), last looked \(instant(at)), \(handling == "mend" ? "mended" : "reported")"
    }

    /// A line for each difference; nothing without any.
    fileprivate var lines: String {
        let lines = functions.flatMap { function in
            let more = function.stepCount - function.steps.count
            return
                (function.steps + (more > 0 ? ["and \(more) steps more"] : [])
                + function.problems.map { "cannot be as asked for: \($0)" })
                .map { "  \(printable(function.name)): \(printable($0))\n" }
        }
        return error != nil || lines.isEmpty ? "" : "\ndrift:\n" + lines.joined()
    }
}

/// ISO 8601, in UTC.
private func instant(_ seconds: Int64) -> String {
    Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
}
