/// Why a verb refused or failed: a code to act on, words to read, and what lies beneath.
package struct ManagerError: Error, Sendable {
    package enum Code: String, Sendable, CaseIterable {
        /// The request contradicts itself or names something illegal; nothing was touched.
        case invalidRequest
        /// The VF, PF or attachment named does not exist.
        case notFound
        /// There is no free VF where one was to be chosen.
        case noneFree
        /// Another owner has it, or another process works on it: it may be free later.
        case inUse
        /// Something that vfmap has no part in stands in the way: the host's own use of an interface, or an
        /// interface of the same name.
        case obstructed
        /// The hardware, its driver or the kernel cannot do it.
        case unsupported
        /// The namespace is missing, is none, or is our own.
        case invalidNamespace
        /// The caller lacks the rights.
        case notPermitted
        /// Something is left to do; `causes` says what.
        case incomplete
        /// The state file cannot be used.
        case stateUnusable
        /// Other processes kept the state file locked for as long as we wait: it may be free later.
        case stateBusy
        /// Anything else.
        case `internal`
    }

    /// What a caller acts on.
    package let code: Code
    /// Lower case, no full stop, the subject named.
    package let message: String
    /// What lies beneath, outermost first; several for `incomplete`.
    package let causes: [any Error]

    package init(_ code: Code, _ message: String, causes: [any Error] = []) {
        self.code = code
        self.message = message
        self.causes = causes
    }
}

extension ManagerError: CustomStringConvertible {
    /// The message, then the causes behind a colon, separated by semicolons.
    package var description: String {
        guard !causes.isEmpty else { return message }
        return message + ": " + causes.map { "\($0)" }.joined(separator: "; ")
    }
}
