/// A value of a JSON document that is not what its key demands.
package struct JSONKeyError: Error, Hashable, Sendable {
    /// The key with those above it: `runtimeConfig.mac`, `ips[0].address`.
    package let key: String
    /// What is wrong: `must be a string, not a number`.
    package let problem: String

    package init(_ key: String, _ problem: String) {
        self.key = key
        self.problem = problem
    }
}

extension JSONKeyError: CustomStringConvertible {
    package var description: String { "\(key): \(problem)" }
}
