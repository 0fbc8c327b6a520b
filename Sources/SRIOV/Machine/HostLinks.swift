package import LinuxSystem
package import Netlink

/// Network interfaces, in whatever namespace.
///
/// Errors are as `Host` says.
package protocol HostLinks: HostNamespaces {
    /// Waits until a condition holds, checking it again whenever an interface of this namespace changes.
    ///
    /// - Returns: Whether it holds; false if the deadline passed first.
    /// - Throws: What the condition throws; `SystemCallError` if the changes cannot be listened to.
    func wait(until deadline: Deadline, for condition: () throws -> Bool) throws -> Bool

    /// The interface of a PCI function in a namespace.
    ///
    /// - Parameter name: Where it is expected; asked first, and trusted only if the PCI address
    ///   agrees. nil searches all interfaces.
    /// - Returns: nil if the function has no interface there.
    /// - Throws: In a namespace where interfaces change without end, and none is found, an error after two seconds.
    func link(
        of function: PCIAddress, expectedName name: KernelText?, in namespace: Namespace
    ) throws -> Link?

    /// The interface with a name, whatever it belongs to.
    func link(named name: KernelText, in namespace: Namespace) throws -> Link?

    /// The interface with an index, whatever it belongs to.
    func link(index: Int32, in namespace: Namespace) throws -> Link?

    /// Every interface of the host.
    ///
    /// - Parameter counters: Whether they come with what they count, as far as they count.
    /// - Throws: `NetlinkError`; with `EINTR` if interfaces change during every reading.
    func links(counters: Bool) throws -> [(link: Link, counters: LinkStatistics?)]

    /// The interfaces of PCI functions themselves in a namespace, each without its alternative names.
    ///
    /// - Parameter deadline: When the search of a namespace in which interfaces change without end stops with the
    ///   interfaces seen so far.
    func linksOfPCIFunctions(in namespace: Namespace, until deadline: Deadline) throws -> [Link]

    /// Paths of the other network namespaces that can be reached from here, one for each: named ones
    /// below `/run/netns` first, then those of processes.
    func otherNamespaces() throws -> [String]

    /// Sets attributes of one interface in one message.
    ///
    /// - Parameter link: Its index counts, or, if that is 0, its name.
    /// - Throws: `NetlinkError` with the first refusal; what the kernel applies before it stays set.
    func setLink(_ link: Link, _ settings: LinkSettings, in namespace: Namespace) throws

    /// Gives an interface one more name.
    ///
    /// - Throws: `NetlinkError`; with `EEXIST` if an interface of the namespace has the name.
    func addAlternativeName(_ name: KernelText, to link: Link, in namespace: Namespace) throws

    /// Removes an alternative name of an interface; one that it does not have (any more) counts as removed.
    ///
    /// udev gives and takes alternative names at any time.
    ///
    /// - Throws: `NetlinkError` for any other refusal.
    func removeAlternativeName(_ name: KernelText, from link: Link, in namespace: Namespace) throws

    /// Moves an interface and gives it a name and an index in one step.
    ///
    /// The interface that has the link's index at that moment is moved: a process in the source namespace may have
    /// given the index to another interface since it was read.
    ///
    /// If the name is taken in the target, the kernel may have moved the interface under its
    /// old name before it refuses (seen on Linux 6.1): an undo must search both namespaces.
    ///
    /// - Parameters:
    ///   - name: nil keeps the name.
    ///   - index: Its index in the target, refused with `EBUSY` if that is taken; nil keeps the one it has, or takes
    ///     another if that is taken.
    /// - Throws: `NetlinkError`; with `EBUSY` if the index is taken, with `EEXIST` if the name is. The interface can be
    ///   in either namespace then.
    func move(
        _ link: Link, from source: Namespace, to target: Namespace, as name: KernelText?,
        index: Int32?
    ) throws

    /// Removes a virtual interface; that of a device is refused (`EOPNOTSUPP`).
    ///
    /// - Throws: `NetlinkError`; the interface stays then.
    func removeLink(_ link: Link, in namespace: Namespace) throws

    /// Waits until a function has an interface in a namespace.
    ///
    /// - Returns: nil if the deadline passed first.
    /// - Throws: `NetlinkError` or `SystemCallError`; a deadline that passes is no error.
    func waitForLink(of function: PCIAddress, in namespace: Namespace, until deadline: Deadline)
        throws -> Link?

    /// The interfaces of this host that carry a default route, by index.
    func defaultRouteInterfaces() throws -> Set<Int32>

    /// The counters of an interface; nil if it has gone, or has none.
    func statistics(of link: Link, in namespace: Namespace) throws -> LinkStatistics?
}
