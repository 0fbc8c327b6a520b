/// Texts cut by bytes: a single character may have any number of combining marks, and so any length.
extension String {
    /// The most bytes of a text in a log or an answer that quotes what others wrote.
    package static var messageLimit: Int { 8192 }

    /// The start of the text with at most so many bytes of UTF-8, cut between two scalars.
    package func prefix(bytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        return String(self[..<scalarStart(utf8.index(utf8.startIndex, offsetBy: max(0, limit)))])
    }

    /// The end of the text with at most so many bytes of UTF-8, cut between two scalars.
    package func suffix(bytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var start = utf8.index(utf8.endIndex, offsetBy: -max(0, limit))
        while start < utf8.endIndex, Self.isContinuation(utf8[start]) {
            utf8.formIndex(after: &start)
        }
        return String(self[start...])
    }

    /// The text, with an ellipsis for what it has beyond the limit, itself not counted.
    package func cut(toBytes limit: Int) -> String {
        utf8.count > limit ? prefix(bytes: limit) + "…" : self
    }

    private func scalarStart(_ index: Index) -> Index {
        var index = index
        while Self.isContinuation(utf8[index]) { utf8.formIndex(before: &index) }
        return index
    }

    /// Whether a byte goes on with a scalar: `10xxxxxx`.
    private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xc0 == 0x80 }
}
