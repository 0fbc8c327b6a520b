package import LinuxSystem
package import Netlink

/// Addresses and routes inside a namespace, and what the neighbours are told of them.
///
/// Errors are as `Host` says.
package protocol HostAddresses: HostNamespaces {
    /// The addresses of an interface; none if it has gone.
    func addresses(of link: Link, in namespace: Namespace) throws -> [InterfaceAddress]

    /// Adds an address; the kernel adds the route to its network.
    ///
    /// - Throws: `NetlinkError`; with `EEXIST` if the interface has the address, with `EACCES` or `EOPNOTSUPP` if IPv6
    ///   is turned off.
    func addAddress(_ address: InterfaceAddress, to link: Link, in namespace: Namespace) throws

    /// The routes of a namespace, of both families and all tables.
    ///
    /// - Throws: `NetlinkError`; with `EINTR` if they change during every reading.
    func routes(in namespace: Namespace) throws -> [Route]

    /// Adds a route; others to the same destination are no obstacle, the same route is.
    ///
    /// - Throws: `NetlinkError`; with `EEXIST` if the same route is there, with `ENETUNREACH` if its gateway cannot be
    ///   reached.
    func addRoute(_ route: Route, in namespace: Namespace) throws

    /// Waits until an interface can send: up, and with carrier.
    ///
    /// - Returns: The interface as it is then; nil if the deadline passed first, or it has gone.
    /// - Throws: `NetlinkError` or `SystemCallError`; a deadline that passes is no error.
    func waitForCarrier(of link: Link, in namespace: Namespace, until deadline: Deadline) throws
        -> Link?

    /// Sends Ethernet frames, whole from the addresses on, through one interface whatever the routes say.
    ///
    /// - Throws: `SystemCallError`; the frames before the one that failed are sent.
    func send(_ frames: [[UInt8]], through link: Link, in namespace: Namespace) throws

    /// Writes a value below `/proc/sys/net` as seen in the namespace.
    ///
    /// - Parameter key: Relative to `/proc/sys/net`: `ipv6/conf/net1/disable_ipv6`.
    /// - Throws: `SystemCallError` if the namespace cannot be entered or the kernel refuses the value; it is as it was.
    func setSysctl(_ key: String, _ value: String, in namespace: Namespace) throws
}
