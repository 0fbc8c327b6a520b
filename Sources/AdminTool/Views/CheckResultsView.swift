internal import LinuxSystem
internal import SRIOV

/// How attachments compare with the machine, for programs.
struct CheckResultsView: Hashable, Codable {
    /// Sorted by the VFs' addresses.
    let attachments: [CheckResultView]

    var hasDifferences: Bool { attachments.contains { !$0.differences.isEmpty } }

    /// A row for each difference, and one for each attachment without any.
    var text: String {
        Table(
            columns: [.init("VF"), .init("OWNER"), .init("RESULT")],
            rows: attachments.flatMap { attachment in
                (attachment.differences.isEmpty ? ["ok"] : attachment.differences).map {
                    [attachment.virtualFunction, attachment.owner.abbreviated, $0]
                }
            }
        ).text
    }
}

/// How one attachment compares with the machine.
struct CheckResultView: Hashable, Codable {
    let virtualFunction: String
    let owner: OwnerView
    /// One sentence a difference; empty if all is well.
    let differences: [String]

    init(_ attachment: Attachment, differences: [String]) {
        virtualFunction = attachment.function.description
        owner = OwnerView(attachment.owner)
        self.differences = differences
    }
}
