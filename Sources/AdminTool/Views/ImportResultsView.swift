internal import LinuxSystem
internal import SRIOV

/// What an import found and did, for programs.
struct ImportResultsView: Hashable, Codable {
    struct Entry: Hashable, Codable {
        enum Result: String, Hashable, Codable {
            /// There is a record of it now; in a dry run there would be.
            case imported
            /// There was a record of it before.
            case present
            /// `reason` says why.
            case refused
        }

        /// sriov-cni's file.
        let file: String
        /// nil if the file does not tell.
        let virtualFunction: String?
        /// nil if the file does not tell.
        let owner: OwnerView?
        let result: Result
        /// One sentence; nil unless refused.
        let reason: String?

        init(_ entry: ImportReport.Entry) {
            file = entry.path
            virtualFunction = entry.virtualFunction?.description
            owner = entry.owner.map(OwnerView.init)
            (result, reason) =
                switch entry.result {
                case .imported: (.imported, nil)
                case .present: (.present, nil)
                case .refused(let reason): (.refused, reason)
                }
        }

        fileprivate func sentence(isDryRun: Bool) -> String {
            switch result {
            case .imported: isDryRun ? "can be taken over" : "taken over"
            case .present: "taken over before"
            case .refused: "not taken over, \(file): \(reason ?? "")"
            }
        }
    }

    let dryRun: Bool
    let attachments: [Entry]

    init(_ report: ImportReport, isDryRun: Bool) {
        dryRun = isDryRun
        attachments = report.entries.map(Entry.init)
    }

    var text: String {
        Table(
            columns: [.init("VF"), .init("OWNER"), .init("RESULT")],
            rows: attachments.map { entry in
                [
                    entry.virtualFunction ?? "-", entry.owner?.abbreviated ?? "-",
                    entry.sentence(isDryRun: dryRun),
                ]
            }
        ).text
    }
}
