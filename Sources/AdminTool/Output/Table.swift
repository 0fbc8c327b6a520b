/// Rows under headings, in columns as wide as their widest cell.
///
/// Two spaces stand between columns, `-` for a cell without a value, and the last column is not
/// padded, so that no line ends in spaces.
struct Table {
    enum Alignment {
        case left
        case right
    }

    struct Column {
        let title: String
        let alignment: Alignment

        init(_ title: String, _ alignment: Alignment = .left) {
            self.title = title
            self.alignment = alignment
        }
    }

    let columns: [Column]
    /// Each as long as `columns`; nil for a cell without a value.
    let rows: [[String?]]

    /// The table with a line feed after every line.
    var text: String {
        let lines = [columns.map(\.title)] + rows.map { $0.map { printable($0 ?? "-") } }
        let widths = columns.indices.map { column in
            lines.map { displayWidth(of: $0[column]) }.max() ?? 0
        }
        return lines.map { Self.line(of: $0, columns, widths) + "\n" }.joined()
    }

    /// One line of a table, for rows that come one by one.
    ///
    /// - Parameter widths: Those of the columns; a wider cell moves what follows it.
    static func line(of cells: [String], _ columns: [Column], _ widths: [Int]) -> String {
        columns.indices.map { column in
            let padding = String(
                repeating: " ", count: max(0, widths[column] - displayWidth(of: cells[column])))
            switch columns[column].alignment {
            case .right: return padding + cells[column]
            case .left: return cells[column] + (column == columns.count - 1 ? "" : padding)
            }
        }.joined(separator: "  ")
    }
}
