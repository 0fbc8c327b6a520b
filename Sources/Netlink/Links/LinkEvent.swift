/// News of the interfaces of a namespace.
package enum LinkEvent: Hashable, Sendable {
    /// An interface has appeared, or something about it has changed.
    case changed(Link)
    /// An interface has gone, also by moving to another namespace.
    case removed(Link)
    /// News were lost: only a look at the interfaces tells what has happened.
    case overrun
}
