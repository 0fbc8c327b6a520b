package import LinuxSystem
package import SRIOV

/// What must be done so that the PFs and VFs are as a configuration asks; with nothing in it they are.
///
/// It is a function of the configuration and of what is, with no machine in sight; what it finds is the drift.
package struct NodePlan: Hashable, Sendable {
    package struct Change: Hashable, Sendable {
        /// What is to be done.
        package let step: NodeStep
        /// What it would disturb; it is done only if forced.
        package let disturbs: [Obstacle]

        package init(_ step: NodeStep, disturbing obstacles: [Obstacle] = []) {
            self.step = step
            disturbs = obstacles
        }
    }

    /// A PF that the configuration names.
    package struct Entry: Hashable, Sendable {
        /// The element of the configuration.
        package let key: String
        /// The PF's interface, or its address, or how the configuration names one that is not there.
        package let name: String
        /// nil for a PF that is not there.
        package let address: PCIAddress?
        /// In the order in which they must be done.
        package var changes: [Change] = []
        /// What is asked for and cannot be done, one sentence each.
        package var problems: [String] = []
        /// Whether no PF here is one that the element's selectors select: no difference, but perhaps a mistake.
        package var selectsNothing = false

        package var isEmpty: Bool { changes.isEmpty && problems.isEmpty }
    }

    /// Every PF that the configuration names, in its order, and those without a difference too; also every element
    /// that names none.
    package let entries: [Entry]

    /// Whether everything is as asked for.
    package var isEmpty: Bool { entries.allSatisfy(\.isEmpty) }

    package init(_ configuration: NodeConfiguration, _ states: [PhysicalFunctionState]) {
        var entries: [Entry] = []
        for wanted in configuration.physicalFunctions {
            let matches = states.filter { configuration.element(for: $0) == wanted }
            entries += matches.map { Entry(wanted, $0) }
            guard !states.contains(where: wanted.matches) else { continue }
            switch wanted.subject {
            case .reference(let reference):
                entries.append(
                    Entry(
                        key: wanted.key, name: "\(reference)", address: nil,
                        problems: ["there is no such physical function with SR-IOV"]))
            case .selectors:
                entries.append(
                    Entry(key: wanted.key, name: wanted.key, address: nil, selectsNothing: true))
            }
        }
        self.entries = entries
    }
}

extension NodeConfiguration {
    /// The element that counts for a PF; nil if none names it.
    package func element(for state: PhysicalFunctionState) -> PhysicalFunctionConfiguration? {
        physicalFunctions.first { $0.matches(state) }
    }
}
