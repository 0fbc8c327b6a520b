/// Why a text is no JSON document.
package struct JSONSyntaxError: Error, Hashable, Sendable {
    /// What is wrong: `a value is missing`.
    package let problem: String
    /// Bytes before the place.
    package let offset: Int
}

extension JSONSyntaxError: CustomStringConvertible {
    package var description: String { "\(problem) at byte \(offset)" }
}
