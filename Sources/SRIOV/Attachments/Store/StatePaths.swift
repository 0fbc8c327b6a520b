/// The paths of the state.
package struct StatePaths: Hashable, Sendable {
    /// The file of the attachments, which matter as long as the boot.
    package var state: String
    /// The file of the networks of runtimes.
    package var networks: String
    /// The directory of the leases.
    package var leases: String
    /// The state file of the previous version, which had everything in one; nil where it could only be at `state`.
    package var former: String?

    package init(state: String, networks: String, leases: String, former: String?) {
        self.state = state
        self.networks = networks
        self.leases = leases
        self.former = former
    }

    /// All paths beside a state file whose path was given.
    package init(beside state: String) {
        self.init(
            state: state, networks: state + "-networks", leases: state + "-leases", former: nil)
    }

    /// The default paths: state that ends with the boot is in a directory that the boot empties.
    ///
    /// - Parameter runDirectory: On a file system that a boot begins empty.
    package init(runDirectory: String) {
        let durable = "/var/lib/vfmap"
        self.init(
            state: runDirectory + "/state.db", networks: durable + "/networks.db",
            leases: durable + "/leases", former: durable + "/state.db")
    }

    /// The directory of the in-progress markers.
    var markers: String { state + "-work" }

    /// The symbolic link that names the boot to which the state file belongs.
    var bootMark: String { state + "-boot" }
}
