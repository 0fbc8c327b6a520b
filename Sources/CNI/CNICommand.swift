/// What a runtime asks of the plugin: the value of CNI_COMMAND.
package enum CNICommand: String, Sendable {
    case add = "ADD"
    case delete = "DEL"
    case check = "CHECK"
    case status = "STATUS"
    case collectGarbage = "GC"
    case version = "VERSION"

    /// - Returns: nil for a word that is no command.
    package init?(word: String) {
        // `init(rawValue:)` makes an array of all words, and its type, in every process.
        switch word {
        case Self.add.rawValue: self = .add
        case Self.delete.rawValue: self = .delete
        case Self.check.rawValue: self = .check
        case Self.status.rawValue: self = .status
        case Self.collectGarbage.rawValue: self = .collectGarbage
        case Self.version.rawValue: self = .version
        default: return nil
        }
    }
}
