/// What a runtime asks of the plugin: the value of CNI_COMMAND.
package enum CNICommand: String, Sendable {
    case add = "ADD"
    case delete = "DEL"
    case check = "CHECK"
    case status = "STATUS"
    case collectGarbage = "GC"
    case version = "VERSION"
}
