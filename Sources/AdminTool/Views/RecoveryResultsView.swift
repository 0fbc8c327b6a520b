internal import LinuxSystem
internal import SRIOV

/// What recover found and did, for programs.
struct RecoveryResultsView: Hashable, Codable {
    struct Entry: Hashable, Codable {
        enum Result: String, Hashable, Codable {
            /// As it was before the attachment.
            case broughtBack = "brought-back"
            /// A record of an earlier boot, dropped.
            case void
            /// Another process works on the VF; it was left to it.
            case busy
            /// `failures` says what is left to do.
            case incomplete
        }

        let virtualFunction: String
        let owner: OwnerView
        let result: Result
        /// One sentence each; empty unless incomplete.
        let failures: [String]

        init(_ entry: RecoveryReport.Entry) {
            virtualFunction = entry.attachment.function.description
            owner = OwnerView(entry.attachment.owner)
            (result, failures) =
                switch entry.result {
                case .broughtBack: (.broughtBack, [])
                case .void: (.void, [])
                case .busy: (.busy, [])
                case .incomplete(let failures): (.incomplete, failures)
                }
        }

        /// The result in words; several for several failures.
        fileprivate var sentences: [String] {
            switch result {
            case .broughtBack: ["brought back"]
            case .void: ["dropped, it was of an earlier boot"]
            case .busy: ["left alone, another process works on it"]
            case .incomplete: failures.map { "left to do: \($0)" }
            }
        }
    }

    /// Those that needed something; a healthy attachment is not among them.
    let attachments: [Entry]

    init(_ report: RecoveryReport) {
        attachments = report.entries.map(Entry.init)
    }

    /// A row for each result, several for an attachment with several failures.
    var text: String {
        Table(
            columns: [.init("VF"), .init("OWNER"), .init("RESULT")],
            rows: attachments.flatMap { entry in
                entry.sentences.map { [entry.virtualFunction, entry.owner.abbreviated, $0] }
            }
        ).text
    }
}
