internal import LinuxSystem
internal import SRIOV

/// A VF that has just been detached, for programs.
struct DetachResultView: Hashable, Codable {
    let virtualFunction: String
    let owner: OwnerView
    /// What the hardware did not take back; `recover` tries again. Empty if all is as it was.
    let unrestored: [String]

    init(_ attachment: Attachment, unrestored: [String]) {
        virtualFunction = attachment.function.description
        owner = OwnerView(attachment.owner)
        self.unrestored = unrestored
    }

    /// What was not restored is not in it: the verb warns of each when it happens.
    var text: String { printable("\(virtualFunction) detached from \(owner.text)") + "\n" }
}
