internal import LinuxSystem
internal import Node
internal import SRIOV

/// What `create` would do, for programs.
struct ResizePlanView: Hashable, Codable {
    /// The PF's address.
    let physicalFunction: String
    let currentVFs: Int
    let requestedVFs: Int
    /// What would be written to `sriov_numvfs`, in order; empty if the number is right already.
    let writes: [Int]
    /// Why it is not done unless forced, one sentence each.
    let obstacles: [String]
    /// The owners who would lose their VFs.
    let bereft: [OwnerView]

    init(_ plan: ResizePlan) {
        physicalFunction = plan.function.address.description
        currentVFs = plan.function.virtualFunctions.count
        requestedVFs = plan.count
        writes = plan.writes
        obstacles = plan.obstacles.map(\.description)
        bereft = plan.attachments.map { OwnerView($0.owner) }
    }

    /// A line for each step; the obstacles, and no steps, if they are not overruled.
    func text(force: Bool) -> String {
        var lines = obstacles.map { "\(force ? "disturbs" : "refused"): \($0)" }
        guard obstacles.isEmpty || force else { return lines.map { printable($0) + "\n" }.joined() }
        for number in writes {
            lines.append(
                number == 0
                    ? "remove \(currentVFs) VFs of \(physicalFunction)"
                    : "create \(number) VFs of \(physicalFunction)")
        }
        if writes.isEmpty {
            lines.append("nothing to do: \(physicalFunction) has \(currentVFs) VFs")
        }
        return lines.map { printable($0) + "\n" }.joined()
    }
}
