extension DeviceEventView {
    private static let columns: [Table.Column] = [
        .init("EVENT"), .init("FUNCTION"), .init("WHAT"), .init("OWNER"),
    ]
    /// Of the longest action, of an address, and of most of what is said; the rows come one by one, so that nobody
    /// knows the widest.
    private static let widths = [8, 12, 34, 0]

    /// The headings, which stand in place of the line that tells of the source.
    static var headings: String { Table.line(of: columns.map(\.title), columns, widths) }

    /// The row for people.
    var line: String {
        let cells = [action, address ?? "-", what, owner?.abbreviated ?? "-"]
        return Table.line(of: cells.map(printable), Self.columns, Self.widths)
    }

    private var what: String {
        if action == "overflow" { return "events were lost" }
        if let interface {
            return "interface \(oldInterface.map { "\($0) to " } ?? "")\(interface)"
        }
        let function =
            if let physicalFunction {
                "VF of \(physicalFunction)"
            } else if let currentVFs {
                "PF with \(currentVFs) VF\(currentVFs == 1 ? "" : "s")"
            } else {
                role == nil ? "network function" : "network function, no SR-IOV"
            }
        return function + (driver.map { ", \($0)" } ?? "")
    }
}
