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
        // Of thousands of lines each cell is measured once.
        let sizes = lines.map { $0.map { displayWidth(of: $0) } }
        var widths = columns.map { _ in 0 }
        for sizes in sizes {
            for column in columns.indices { widths[column] = max(widths[column], sizes[column]) }
        }
        var text = ""
        text.reserveCapacity(lines.count * (widths.reduce(0, +) + 2 * columns.count))
        for (cells, sizes) in zip(lines, sizes) {
            Self.append(cells, sizes, columns, widths, to: &text)
            text.append("\n")
        }
        return text
    }

    /// One line of a table, for rows that come one by one.
    ///
    /// - Parameter widths: Those of the columns; a wider cell moves what follows it.
    static func line(of cells: [String], _ columns: [Column], _ widths: [Int]) -> String {
        var line = ""
        append(cells, cells.map { displayWidth(of: $0) }, columns, widths, to: &line)
        return line
    }

    /// - Parameter sizes: The widths of the cells.
    private static func append(
        _ cells: [String], _ sizes: [Int], _ columns: [Column], _ widths: [Int],
        to text: inout String
    ) {
        for column in columns.indices {
            if column > 0 { text.append("  ") }
            let padding = max(0, widths[column] - sizes[column])
            switch columns[column].alignment {
            case .right:
                for _ in 0..<padding { text.append(" ") }
                text.append(cells[column])
            case .left:
                text.append(cells[column])
                if column < columns.count - 1 { for _ in 0..<padding { text.append(" ") } }
            }
        }
    }
}
