internal import Node
internal import SRIOV

/// Steps as lines for people, in which VFs with the same step stand together.
enum StepLines {
    /// - Parameters:
    ///   - steps: With what is to be said of each, a line each; a step with nothing to say has one line.
    ///   - name: The PF's.
    static func lines(_ steps: [(step: NodeStep, remarks: [String])], of name: String) -> [String] {
        struct Group {
            let step: NodeStep
            let remarks: [String]
            var indexes: [Int]
        }
        var groups: [Group] = []
        var positions: [[String]: Int] = [:]
        for (step, remarks) in steps {
            let key = [step.description(of: "")] + remarks
            if let index = step.index, let position = positions[key] {
                groups[position].indexes.append(index)
            } else {
                positions[key] = groups.count
                groups.append(
                    Group(step: step, remarks: remarks, indexes: [step.index].compactMap(\.self)))
            }
        }
        return groups.flatMap { group in
            let noun = group.indexes.count == 1 ? "VF" : "VFs"
            let what = group.step.description(of: "\(noun) \(ranges(group.indexes))")
            return (group.remarks.isEmpty ? [""] : group.remarks.map { ": \($0)" })
                .map { "\(name): \(what)\($0)" }
        }
    }

    /// A plan or a report for people: its lines, or that it has none, and then which elements select no PF.
    ///
    /// - Parameters:
    ///   - configuration: The file's path.
    ///   - unmatched: The keys of the elements whose selectors select nothing.
    static func text(
        of lines: [String], configuration: String, unmatched: [String]
    ) -> String {
        let lines =
            lines.isEmpty ? ["nothing to do: everything is as \(configuration) asks"] : lines
        let warnings = unmatched.map {
            "\($0): warning: its selectors select no physical function with SR-IOV"
        }
        return (lines + warnings).map { printable($0) + "\n" }.joined()
    }

    /// `0-3,5`
    static func ranges(_ indexes: [Int]) -> String {
        var ranges: [ClosedRange<Int>] = []
        for index in indexes.sorted() {
            if let last = ranges.last, last.upperBound + 1 == index {
                ranges[ranges.count - 1] = last.lowerBound...index
            } else {
                ranges.append(index...index)
            }
        }
        return ranges.map {
            $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
        }.joined(separator: ",")
    }
}
