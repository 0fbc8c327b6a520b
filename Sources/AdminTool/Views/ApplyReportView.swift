internal import LinuxSystem
internal import Node
internal import SRIOV

/// What `apply` did, for programs.
struct ApplyReportView: Encodable {
    struct PhysicalFunction: Hashable, Encodable {
        enum Result: String, Hashable, Encodable {
            case done, refused, skipped, failed
        }

        struct Step: Hashable, Encodable {
            /// A sentence: `create 4 VFs`.
            let step: String
            /// Of the VF that it is about; nil for the PF.
            let index: Int?
            let result: Result
            /// What was or would be disturbed, or why it failed, one sentence each.
            let reasons: [String]
        }

        /// The element of the configuration: `physicalFunctions[0]`.
        let key: String
        let name: String
        /// nil for a PF that is not there.
        let address: String?
        /// In the order in which they were tried.
        let steps: [Step]
        /// What is asked for and cannot be done, one sentence each.
        let problems: [String]
        /// Whether the element's selectors select no PF; it has no steps and no problems then.
        let selectsNothing: Bool
    }

    let configuration: String
    let physicalFunctions: [PhysicalFunction]
    private let lines: [String]

    private enum CodingKeys: CodingKey { case configuration, physicalFunctions }

    init(_ report: ApplyReport, of configuration: NodeConfiguration) {
        self.configuration = configuration.path
        physicalFunctions = report.entries.map { entry in
            PhysicalFunction(
                key: entry.key, name: entry.name, address: entry.address?.description,
                steps: entry.steps.map {
                    .init(
                        step: $0.step.description, index: $0.step.index,
                        result: $0.result.kind, reasons: $0.result.reasons)
                }, problems: entry.problems, selectsNothing: entry.selectsNothing)
        }
        lines = report.entries.flatMap { entry in
            StepLines.lines(entry.steps.map { ($0.step, $0.result.words) }, of: entry.name)
                + entry.problems.map { "\(entry.name): cannot be as asked for: \($0)" }
        }
    }

    /// A line for each step, VFs with the same step and result together.
    var text: String {
        StepLines.text(
            of: lines, configuration: configuration,
            unmatched: physicalFunctions.filter(\.selectsNothing).map(\.key))
    }
}

extension ApplyReport.Result {
    fileprivate var kind: ApplyReportView.PhysicalFunction.Result {
        switch self {
        case .done: .done
        case .refused: .refused
        case .skipped: .skipped
        case .failed: .failed
        }
    }

    fileprivate var reasons: [String] {
        switch self {
        case .done(let obstacles), .refused(let obstacles): obstacles.map(\.description)
        case .skipped: []
        case .failed(let reason): [reason]
        }
    }

    fileprivate var words: [String] {
        switch self {
        case .done(let disturbed): ["done"] + disturbed.map { "disturbed: \($0)" }
        case .refused, .failed: reasons.map { "\(kind.rawValue): \($0)" }
        case .skipped: ["skipped"]
        }
    }
}
