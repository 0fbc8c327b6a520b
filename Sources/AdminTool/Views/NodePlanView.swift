internal import LinuxSystem
internal import Node
internal import SRIOV

/// What `apply` would do, for programs.
struct NodePlanView: Encodable {
    struct PhysicalFunction: Hashable, Encodable {
        struct Step: Hashable, Encodable {
            /// A sentence: `create 4 VFs`.
            let step: String
            /// Of the VF that it is about; nil for the PF.
            let index: Int?
            /// Why it is not done unless forced, one sentence each.
            let disturbs: [String]
        }

        /// The element of the configuration: `physicalFunctions[0]`.
        let key: String
        let name: String
        /// nil for a PF that is not there.
        let address: String?
        /// In the order in which they are done.
        let steps: [Step]
        /// What is asked for and cannot be done, one sentence each.
        let problems: [String]
        /// Whether the element's selectors select no PF; it has no steps and no problems then.
        let selectsNothing: Bool
    }

    let configuration: String
    let force: Bool
    let physicalFunctions: [PhysicalFunction]
    private let lines: [String]

    private enum CodingKeys: CodingKey { case configuration, force, physicalFunctions }

    init(_ plan: NodePlan, of configuration: NodeConfiguration, force: Bool) {
        self.configuration = configuration.path
        self.force = force
        physicalFunctions = plan.entries.map { entry in
            PhysicalFunction(
                key: entry.key, name: entry.name, address: entry.address?.description,
                steps: entry.changes.map {
                    .init(
                        step: $0.step.description, index: $0.step.index,
                        disturbs: $0.disturbs.map(\.description))
                }, problems: entry.problems, selectsNothing: entry.selectsNothing)
        }
        lines = plan.entries.flatMap { entry in
            StepLines.lines(
                entry.changes.map { change in
                    (
                        change.step,
                        change.disturbs.map { "\(force ? "disturbs" : "refused"): \($0)" }
                    )
                }, of: entry.name)
                + entry.problems.map { "\(entry.name): cannot be as asked for: \($0)" }
        }
    }

    /// Whether everything would be as asked for afterwards.
    var isFeasible: Bool {
        physicalFunctions.allSatisfy { function in
            function.problems.isEmpty
                && (force || function.steps.allSatisfy(\.disturbs.isEmpty))
        }
    }

    var text: String {
        StepLines.text(
            of: lines, configuration: configuration,
            unmatched: physicalFunctions.filter(\.selectsNothing).map(\.key))
    }
}
