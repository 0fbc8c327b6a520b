/// Where standard output leads.
package struct Screen: Sendable {
    /// How many lines a terminal shows now, 0 if it does not tell; nil for what is no terminal.
    package let lines: @Sendable () -> Int?

    package init(lines: @escaping @Sendable () -> Int?) {
        self.lines = lines
    }
}
