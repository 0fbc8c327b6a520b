package import LinuxSystem
package import SRIOV

/// What became of everything that a configuration asks for.
package struct ApplyReport: Hashable, Sendable {
    package enum Result: Hashable, Sendable {
        /// Done; with `force` at the cost of those who are named.
        case done(disturbed: [Obstacle])
        /// Not done, because it would disturb those who are named.
        case refused([Obstacle])
        /// Not done, because something before it was not.
        case skipped
        /// Tried, and this is what the kernel said.
        case failed(String)
    }

    package struct Step: Hashable, Sendable {
        /// The step of the plan.
        package let step: NodeStep
        /// What became of the step.
        package var result: Result
    }

    /// What became of a PF.
    package struct Entry: Hashable, Sendable {
        /// The element of the configuration: `physicalFunctions[0]`.
        package let key: String
        /// The PF's interface, or its address, or how the configuration names one that is not there.
        package let name: String
        /// nil for a PF that is not there.
        package let address: PCIAddress?
        /// In the order in which they were tried.
        package var steps: [Step] = []
        /// What is asked for and cannot be done, one sentence each.
        package var problems: [String] = []
        /// Whether no PF here is one that the element's selectors select.
        package var selectsNothing = false

        package var isComplete: Bool {
            problems.isEmpty
                && steps.allSatisfy { if case .done = $0.result { true } else { false } }
        }
    }

    /// In the order of the plan, without the PFs that were excluded.
    package var entries: [Entry] = []

    /// Whether everything is as asked for.
    package var isComplete: Bool { entries.allSatisfy(\.isComplete) }

    /// Whether anything was done.
    package var changedSomething: Bool {
        entries.contains { entry in
            entry.steps.contains { if case .done = $0.result { true } else { false } }
        }
    }
}
