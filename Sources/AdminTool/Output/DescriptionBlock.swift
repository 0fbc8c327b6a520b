/// One thing described by keys and values, a line each, with the values in one column.
struct DescriptionBlock {
    /// nil for a value that is not known or not there, shown as `-`.
    let entries: [(key: String, value: String?)]

    /// - Parameter entries: In the order of the lines.
    init(_ entries: [(key: String, value: String?)]) {
        self.entries = entries
    }

    /// The block with a line feed after every line.
    var text: String {
        let width = entries.map { displayWidth(of: $0.key) }.max() ?? 0
        return entries.map { key, value in
            let padding = String(repeating: " ", count: width - displayWidth(of: key))
            return "\(key):\(padding)  \(printable(value ?? "-"))\n"
        }.joined()
    }
}
