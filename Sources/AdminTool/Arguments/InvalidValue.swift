/// Why the value of an argument is refused; the parser puts the value and the argument's name before it.
struct InvalidValue: Error, Hashable, CustomStringConvertible {
    /// What the value should have been, lower case, without a full stop.
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
