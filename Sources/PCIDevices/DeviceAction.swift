/// What has happened to a device.
package enum DeviceAction: String, CaseIterable, Sendable {
    /// It is there: found, made, or, an interface, moved into this network namespace.
    case added
    /// It is gone: unplugged, unmade, or, an interface, moved into another network namespace.
    case removed
    /// Something about it is new; also what a later kernel says and this program does not know.
    case changed
    /// A driver was bound to it.
    case bound
    /// Its driver was unbound.
    case unbound
    /// It has another place in the tree of devices.
    case moved
    /// It is an interface with another name.
    case renamed
}
