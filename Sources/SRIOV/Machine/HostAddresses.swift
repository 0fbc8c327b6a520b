package import LinuxSystem
package import Netlink

/// Addresses and routes inside a namespace, and what the neighbours are told of them.
package protocol HostAddresses: HostNamespaces {
    func addresses(of link: Link, in namespace: Namespace) throws -> [InterfaceAddress]

    func addAddress(_ address: InterfaceAddress, to link: Link, in namespace: Namespace) throws

    func routes(in namespace: Namespace) throws -> [Route]

    /// Adds a route; others to the same destination are no obstacle, the same route is.
    func addRoute(_ route: Route, in namespace: Namespace) throws

    /// Waits until an interface can send: up, and with carrier.
    ///
    /// - Returns: The interface as it is then; nil if the deadline passed first, or it has gone.
    func waitForCarrier(of link: Link, in namespace: Namespace, until deadline: Deadline) throws
        -> Link?

    /// Sends Ethernet frames, whole from the addresses on, through one interface whatever the routes say.
    func send(_ frames: [[UInt8]], through link: Link, in namespace: Namespace) throws

    /// Writes a value below `/proc/sys/net` as seen in the namespace.
    ///
    /// - Parameter key: Relative to `/proc/sys/net`: `ipv6/conf/net1/disable_ipv6`.
    func setSysctl(_ key: String, _ value: String, in namespace: Namespace) throws
}
