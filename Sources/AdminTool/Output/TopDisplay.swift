internal import FoundationEssentials

/// Writes samples of `vfmap top` one after the other: over each other on a terminal, else in blocks.
struct TopDisplay {
    let format: OutputFormat
    let screen: Screen
    private var isFirst = true

    init(format: OutputFormat, screen: Screen) {
        self.format = format
        self.screen = screen
    }

    /// What to write for the next sample.
    mutating func text(of view: TopView) throws -> String {
        defer { isFirst = false }
        if format == .json { return try format.renderLine(view) { "" } }
        guard let height = screen.lines() else { return (isFirst ? "" : "\n") + view.text }
        var lines = view.text.split(separator: "\n", omittingEmptySubsequences: false)
            .dropLast().map(String.init)
        // The last line stays free for the cursor; one that tells of what does not fit takes its place.
        if height > 4, lines.count > height - 1 {
            let hidden = lines.count - (height - 2)
            lines = lines.prefix(height - 2) + ["and \(hidden) lines more"]
        }
        // Lines are written over those of before, and what is left of them is erased: no flicker.
        let clear = isFirst ? "\u{1b}[2J" : ""
        return clear + "\u{1b}[H" + lines.map { "\($0)\u{1b}[K\n" }.joined() + "\u{1b}[J"
    }
}

extension TopView {
    /// A heading, a table, and a line for each PF that could not be read.
    var text: String {
        let moment = Date(timeIntervalSince1970: Double(time)).formatted(.iso8601)
        let table = Table(
            columns: [
                .init("VF"), .init("PF"), .init("#", .right), .init("RX bit/s", .right),
                .init("TX bit/s", .right), .init("RX pkt/s", .right), .init("TX pkt/s", .right),
                .init("DROP/s", .right), .init("SOURCE"), .init("OWNER"),
            ],
            rows: virtualFunctions.map { vf in
                [
                    vf.address, vf.physicalFunctionInterface ?? vf.physicalFunction,
                    vf.index.map(String.init), vf.rxBitsPerSecond.map(shortened),
                    vf.txBitsPerSecond.map(shortened), vf.rxPacketsPerSecond.map(shortened),
                    vf.txPacketsPerSecond.map(shortened), vf.dropsPerSecond.map(shortened),
                    vf.source, vf.owner?.abbreviated,
                ]
            }
        ).text
        let problems = failures.sorted(by: { $0.key < $1.key })
            .map { "\(printable($0)): \(printable($1))\n" }
        return "\(moment), over \(shortened(interval)) s\n" + table + problems.joined()
    }
}

/// A number in at most three digits and a point, with the letter of its thousands: `0`, `12.3k`, `1.25G`.
func shortened(_ number: Double) -> String {
    var number = number
    var letters = ["", "k", "M", "G", "T", "P"][...]
    // What would be rounded to 1000 is 1 of the next.
    while number >= 999.5, letters.count > 1 {
        number /= 1000
        letters = letters.dropFirst()
    }
    let digits = number >= 99.95 ? 0 : (number >= 9.995 ? 1 : 2)
    let factor = [1.0, 10, 100][digits]
    var text = "\((number * factor).rounded() / factor)"
    if text.hasSuffix(".0") { text.removeLast(2) }
    return text + (letters.first ?? "")
}
