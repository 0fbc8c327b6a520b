/// A network that a runtime has defined, as its front end wants to find it again after any restart.
package struct NetworkRecord: Hashable, Sendable {
    /// The front end that keeps it: `docker`.
    package var frontEnd: String
    /// The runtime's name of it, unique for the front end.
    package var identifier: String
    /// The definition, in the front end's format.
    package var definition: String
    /// Seconds since 1970.
    package var created: Int64

    package init(frontEnd: String, identifier: String, definition: String, created: Int64) {
        self.frontEnd = frontEnd
        self.identifier = identifier
        self.definition = definition
        self.created = created
    }
}
