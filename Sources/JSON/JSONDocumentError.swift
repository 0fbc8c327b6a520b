/// Why a text is not the JSON object that a file must be.
package struct JSONDocumentError: Error, Hashable, Sendable {
    /// What is wrong, and where: `is not a JSON document: line 3, column 7: a value is missing`.
    package let problem: String

    init(_ problem: String) {
        self.problem = problem
    }
}

extension JSONDocumentError: CustomStringConvertible {
    package var description: String { problem }
}
