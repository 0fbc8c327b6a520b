extension TopologyView {
    /// A tree: a line for each PF, and one below it for each VF.
    var text: String {
        guard !physicalFunctions.isEmpty else { return "no physical function with SR-IOV\n" }
        return physicalFunctions.flatMap { function in
            [function.title]
                + function.virtualFunctions.enumerated().map { position, child in
                    let isLast = position == function.virtualFunctions.count - 1
                    return "\(isLast ? "└─" : "├─") \(child.title): \(child.holder)"
                }
        }.map { printable($0) + "\n" }.joined()
    }
}
