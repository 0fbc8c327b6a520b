extension TopologyView {
    /// The tree as a graph in the language of Graphviz.
    var dot: String {
        var lines = [
            "digraph vfmap {", "  rankdir=LR;",
            "  node [shape=box, style=filled, fillcolor=white, fontname=\"sans-serif\"];",
        ]
        for (position, function) in physicalFunctions.enumerated() {
            lines.append("  pf\(position) [label=\(quoted(function.title))];")
            for (number, child) in function.virtualFunctions.enumerated() {
                let name = "pf\(position)vf\(number)"
                lines.append(
                    "  \(name) [label=\(quoted(child.title)), "
                        + "fillcolor=\"\(child.state.colour)\"];")
                lines.append("  pf\(position) -> \(name);")
                guard child.owner != nil else { continue }
                lines.append("  \(name)owner [label=\(quoted(child.holder)), shape=plaintext];")
                lines.append("  \(name) -> \(name)owner;")
            }
        }
        return (lines + ["}"]).map { $0 + "\n" }.joined()
    }

    /// A text in quotes, in which a backslash has no meaning of its own.
    private func quoted(_ text: String) -> String {
        var result = "\""
        for character in printable(text) {
            if character == "\"" || character == "\\" { result += "\\" }
            result.append(character)
        }
        return result + "\""
    }
}

extension VFCondition {
    /// The background of a VF in a drawing, on which black is legible.
    var colour: String {
        switch self {
        case .free: "#d9ead3"
        case .userspace, .reserved, .joined: "#cfe2f3"
        case .attached: "#fff2cc"
        case .foreign, .host, .preparing, .leaving, .detaching, .restoring: "#f4cccc"
        case .noDriver, .noInterface, .unknown: "#eeeeee"
        }
    }
}
