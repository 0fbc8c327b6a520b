/// The arguments of CNI_ARGS, `A=B;C=D`, as far as they mean something to this plugin.
package struct CNIArguments: Hashable, Sendable {
    /// The MAC that is asked for; nil if none is.
    package let macAddress: String?

    /// No arguments.
    package static var none: Self { Self(macAddress: nil) }

    private init(macAddress: String?) {
        self.macAddress = macAddress
    }

    /// - Parameter text: The variable's value; empty parts of it are skipped.
    /// - Throws: `CNIError` `invalidEnvironment` for a part that is no pair, and for a key that is
    ///   not known unless `IgnoreUnknown` is `1` or `true`.
    package init(parsing text: String) throws(CNIError) {
        var macAddress: String?
        var ignoresUnknown = false
        var unknown: [String] = []
        for part in text.split(separator: ";") {
            let pair = part.split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, !pair[0].isEmpty else {
                throw CNIError(
                    .invalidEnvironment, "CNI_ARGS: \"\(part)\" is not of the form KEY=VALUE")
            }
            switch pair[0] {
            case "MAC":
                macAddress = pair[1].isEmpty ? nil : String(pair[1])
            case "IgnoreUnknown":
                switch pair[1] {
                case "1", "true": ignoresUnknown = true
                case "0", "false": ignoresUnknown = false
                default:
                    throw CNIError(
                        .invalidEnvironment,
                        "CNI_ARGS: IgnoreUnknown must be 1, true, 0 or false, not \"\(pair[1])\"")
                }
            default:
                unknown.append(String(pair[0]))
            }
        }
        guard unknown.isEmpty || ignoresUnknown else {
            throw CNIError(
                .invalidEnvironment,
                "CNI_ARGS: unknown keys [\(unknown.joined(separator: ","))] and no IgnoreUnknown=1")
        }
        self.macAddress = macAddress
    }
}
