package import LinuxSystem

/// What a runtime tells the plugin by environment variables.
package struct CNIEnvironment: Hashable, Sendable {
    /// CNI_COMMAND.
    package let command: CNICommand
    /// CNI_CONTAINERID as it came; empty if it is not set, which only commands without a container allow.
    package let containerID: String
    /// The path of the container's namespace; empty if the runtime does not know it (any more).
    package let namespacePath: String
    /// The name that the interface gets in the container.
    package let interfaceName: String
    /// CNI_ARGS as it came.
    package let arguments: String
    /// CNI_PATH as it came.
    private let directories: String

    /// - Parameter variables: The environment; CNI_COMMAND must not be empty.
    /// - Throws: `CNIError` `invalidEnvironment` for a command that is not known, or naming all
    ///   variables that this command needs and that are missing or empty.
    package init(_ variables: EnvironmentVariables) throws(CNIError) {
        let text = variables["CNI_COMMAND"] ?? ""
        guard let command = CNICommand(word: text) else {
            throw CNIError(.invalidEnvironment, "unknown CNI_COMMAND: \(text)")
        }
        let required: [String] =
            switch command {
            case .add, .check: ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_PATH"]
            case .delete: ["CNI_CONTAINERID", "CNI_IFNAME", "CNI_PATH"]
            case .status, .collectGarbage: ["CNI_PATH"]
            case .version: []
            }
        let missing = required.filter { variables.nonEmpty($0) == nil }
        guard missing.isEmpty else {
            let names = missing.joined(separator: ",")
            throw CNIError(.invalidEnvironment, "required env variables [\(names)] missing")
        }
        self.command = command
        containerID = variables["CNI_CONTAINERID"] ?? ""
        namespacePath = variables["CNI_NETNS"] ?? ""
        interfaceName = variables["CNI_IFNAME"] ?? ""
        arguments = variables["CNI_ARGS"] ?? ""
        directories = variables["CNI_PATH"] ?? ""
    }

    /// The directories of CNI_PATH.
    package var searchPath: [String] { directories.split(separator: ":").map(String.init) }

    /// The path of the container's namespace; nil if the runtime does not tell.
    package var knownNamespacePath: String? { namespacePath.isEmpty ? nil : namespacePath }

    /// Checks the container's identity and the interface's name for characters that are not allowed, where the
    /// command is about a container.
    ///
    /// - Throws: `CNIError` `invalidEnvironment`.
    package func validateNames() throws(CNIError) {
        switch command {
        case .status, .collectGarbage, .version: return
        case .add, .delete, .check: break
        }
        guard isIdentifier(containerID) else {
            throw CNIError(
                .invalidEnvironment, "invalid characters in containerID", details: containerID)
        }
        if let problem = Self.problem(ofInterfaceName: interfaceName) {
            throw CNIError(.invalidEnvironment, problem, details: interfaceName)
        }
    }

    /// What the kernel or the specification has against an interface's name; nil for nothing.
    private static func problem(ofInterfaceName name: String) -> String? {
        let scalars = name.unicodeScalars
        if name.utf8.count > 15 { return "interface name is longer than 15 bytes" }
        if name == "." || name == ".." { return "interface name is . or .." }
        if scalars.contains(where: { $0 == "/" || $0 == ":" || $0.properties.isWhitespace }) {
            return "interface name contains / or : or whitespace characters"
        }
        if scalars.contains(where: { $0.properties.generalCategory == .control }) {
            return "interface name contains control characters"
        }
        // The kernel takes % for a pattern to fill in, and the other two are directories below
        // /proc/sys/net that stand for every interface.
        if name.contains("%") { return "interface name contains %" }
        if name == "all" || name == "default" { return "interface name is reserved by the kernel" }
        return nil
    }
}

/// Whether a container's or network's name has the form that the specification demands: a letter or
/// digit, then letters, digits, `_`, `.` and `-`.
package func isIdentifier(_ text: String) -> Bool {
    let isAlphanumeric: (UInt8) -> Bool = { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
    guard let first = text.utf8.first, isAlphanumeric(first) else { return false }
    return text.utf8.allSatisfy { isAlphanumeric($0) || "_.-".utf8.contains($0) }
}
