package import LinuxSystem
package import Netlink

/// Everything that may be done to the machine.
///
/// `SystemHost` is the machine; the tests have one that keeps its state in memory and fails, or dies,
/// at any call. Errors are those of LinuxSystem and Netlink, passed on as they are.
package protocol Host: Sendable {
    /// A network namespace held open: it stays alive as long as the value does.
    associatedtype Namespace: Sendable

    /// The identity of this boot.
    func bootIdentity() throws -> BootIdentity

    /// Seconds since 1970.
    func now() -> Int64

    /// Seconds since the machine was booted, counting those asleep; no change of the clock disturbs them.
    func uptime() -> Int64

    // MARK: PCI functions

    /// Every function with SR-IOV, sorted by address.
    func physicalFunctions() throws -> [PhysicalFunction]

    /// - Returns: nil if there is no such function or it has no SR-IOV.
    func physicalFunction(at address: PCIAddress) throws -> PhysicalFunction?

    /// Finds a PF by its interface's name in the host.
    func physicalFunction(named name: String) throws -> PhysicalFunction?

    /// A VF, or a network function that may be one whose PF is not visible, as inside a virtual machine.
    ///
    /// - Parameter detail: How much of it is read; the rest stays empty.
    /// - Returns: nil if there is no such function, or it is anything else.
    func virtualFunction(at address: PCIAddress, detail: FunctionDetail) throws -> VirtualFunction?

    /// The VFs of a PF, sorted by index; those that have gone since the PF was read are missing.
    ///
    /// - Parameter detail: How much of each is read; the rest stays empty.
    func virtualFunctions(of function: PhysicalFunction, detail: FunctionDetail) throws
        -> [VirtualFunction]

    /// Whether there is a PCI function at the address, of whatever kind.
    func functionExists(at address: PCIAddress) -> Bool

    /// Which device the kernel has made for a function: a number that it gives to no other while the host is up.
    ///
    /// A function that was unplugged, or a VF that was removed, and then came back at its address is another
    /// device; one that was reset or bound to another driver is the same.
    ///
    /// - Returns: nil if there is no such function, or that cannot be told.
    func functionInstance(at address: PCIAddress) -> UInt64?

    /// Changes how many VFs a PF has (`sriov_numvfs`), and waits until their interfaces are there, as far as
    /// a driver makes any, and the PF has its carrier back if it had one.
    ///
    /// - Parameter count: 0 removes them all; another number is taken only when there are none.
    func setNumberOfVFs(_ count: Int, of function: PhysicalFunction, deadline: Deadline) throws

    /// The driver bound to a PCI function of whatever kind; nil for none, and without such a function.
    func driver(of address: PCIAddress) throws -> String?

    /// The interface that stands for a VF on its PF's switch; nil for none, as outside switchdev mode.
    func representor(of function: VirtualFunction) throws -> KernelText?

    /// Whether a function has a reset of its own, which leaves the others alone.
    func canReset(_ address: PCIAddress) -> Bool

    /// Resets a function by itself (sysfs `reset`). What the PF administers stays, what the VF has told it goes.
    func reset(_ address: PCIAddress) throws

    // MARK: Drivers and switches

    /// Whether the kernel has a driver for PCI functions with this name, loaded now.
    func driverExists(_ name: String) -> Bool

    /// Binds a VF to another driver, by `driver_override` and `drivers_probe`, and waits for its interface as far
    /// as the driver makes any.
    ///
    /// - Parameter driver: nil for the one that the kernel chooses, which needs `bindsDrivers(to:)` of its PF.
    /// - Throws: If the driver does not take the VF; the one before is bound again then.
    func bindDriver(_ driver: String?, to address: PCIAddress, deadline: Deadline) throws

    /// The programs that have VFs open through a driver of user space, `qemu-system-x86 (4711)`, by the VF; a VF that
    /// none has open is missing.
    ///
    /// - Parameter functions: With their IOMMU groups: one is open as a whole.
    func programs(using functions: [VirtualFunction]) throws -> [PCIAddress: [String]]

    /// Whether the kernel binds drivers to new VFs of a PF (`sriov_drivers_autoprobe`); nil if it does not tell.
    func bindsDrivers(to function: PCIAddress) throws -> Bool?

    func setBindsDrivers(_ binds: Bool, to function: PCIAddress) throws

    /// The mode of a PF's switch; nil where the kernel, the driver or the device has no such modes.
    func eswitchMode(of function: PCIAddress) throws -> EswitchMode?

    func setEswitchMode(_ mode: EswitchMode, of function: PCIAddress) throws

    /// Waits until a condition holds, looking anew whenever an interface of this namespace changes.
    ///
    /// - Returns: Whether it holds; false if the deadline passed first.
    func wait(until deadline: Deadline, for condition: () throws -> Bool) throws -> Bool

    // MARK: Namespaces

    /// The namespace of this process.
    func hostNamespace() throws -> Namespace

    /// - Throws: `NetworkNamespaceError` if the path leads to none.
    func openNamespace(_ path: String) throws -> Namespace

    func identity(of namespace: Namespace) -> NamespaceIdentity

    /// Whether a process lives in a namespace: one that only a path keeps alive has none.
    func hasProcess(in namespace: NamespaceIdentity) throws -> Bool

    // MARK: Interfaces

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
    func links(counters: Bool) throws -> [(link: Link, counters: LinkStatistics?)]

    /// The interfaces of PCI functions themselves in a namespace, each without its alternative names.
    ///
    /// - Parameter deadline: When a namespace in which interfaces change without end is left as far as it was seen.
    func linksOfPCIFunctions(in namespace: Namespace, until deadline: Deadline) throws -> [Link]

    /// Paths of the other network namespaces that can be reached from here, one for each: named ones
    /// below `/run/netns` first, then those of processes.
    func otherNamespaces() throws -> [String]

    /// Sets attributes of one interface in one message.
    ///
    /// - Parameter link: Its index counts, or, if that is 0, its name.
    func setLink(_ link: Link, _ settings: LinkSettings, in namespace: Namespace) throws

    func addAlternativeName(_ name: KernelText, to link: Link, in namespace: Namespace) throws

    /// Takes an alternative name from an interface; one that it does not have (any more) is as good as taken.
    ///
    /// udev gives and takes alternative names at any time.
    func removeAlternativeName(_ name: KernelText, from link: Link, in namespace: Namespace) throws

    /// Moves an interface and gives it a name and an index in one step.
    ///
    /// What is moved is what has the link's index at that moment: whoever controls the source may have given that to
    /// another interface since it was looked at.
    ///
    /// Should the name be taken in the target, the kernel may have moved the interface under its old
    /// name before it refuses (seen on Linux 6.1): whoever undoes must look in both places.
    ///
    /// - Parameters:
    ///   - name: nil keeps the name.
    ///   - index: Its index in the target, refused with `EBUSY` if that is taken; nil keeps the one it has, or takes
    ///     another if that is taken.
    func move(
        _ link: Link, from source: Namespace, to target: Namespace, as name: KernelText?,
        index: Int32?
    ) throws

    /// Removes a virtual interface; that of a device is refused (`EOPNOTSUPP`).
    func removeLink(_ link: Link, in namespace: Namespace) throws

    /// Waits until a function has an interface in a namespace.
    ///
    /// - Returns: nil if the deadline passed first.
    func waitForLink(of function: PCIAddress, in namespace: Namespace, until deadline: Deadline)
        throws -> Link?

    /// The interfaces of this host that carry a default route, by index.
    func defaultRouteInterfaces() throws -> Set<Int32>

    // MARK: VFs through their PF

    /// The PF's interface and the state of its VFs.
    ///
    /// - Parameters:
    ///   - name: Where the interface is expected; asked first, and trusted unless the PCI address disagrees. nil
    ///     looks for it.
    ///   - index: The VF of which the state is wanted; nil for all.
    /// - Returns: nil if there is no such PF, or it has no interface in this namespace.
    func vfInfos(
        ofPF address: PCIAddress, expectedName name: KernelText?, only index: Int?
    ) throws -> PhysicalFunctionInfo?

    /// The same with the VFs' counters, as the PF's driver keeps them.
    ///
    /// - Parameter count: How many VFs there are; of more than fit into the kernel's answer come no counters.
    func vfInfosWithStatistics(ofPF address: PCIAddress, count: Int) throws -> PhysicalFunctionInfo?

    /// Whether a PF's driver shows files of its VFs (`sriov`), among which may be counters.
    func hasFilesOfVFs(ofPF address: PCIAddress) -> Bool

    /// The counters of a VF that its PF's driver shows as files (`sriov/<index>/stats`), by their names; nil if it
    /// shows none.
    func counterFiles(ofVF index: Int, ofPF address: PCIAddress) throws -> [String: UInt64]?

    /// The counters of an interface; nil if it has gone, or has none.
    func statistics(of link: Link, in namespace: Namespace) throws -> LinkStatistics?

    /// Sets attributes of a VF in their order, with one message.
    ///
    /// - Throws: The kernel's first refusal, which does not tell what it is about where there are several; what came
    ///   before it is set.
    func setVF(_ attributes: [VFAttribute], index: Int, of function: PhysicalFunctionInfo) throws

    // MARK: Addresses and routes inside a namespace

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

extension Host {
    /// The VF with everything that sysfs tells of it.
    package func virtualFunction(at address: PCIAddress) throws -> VirtualFunction? {
        try virtualFunction(at: address, detail: .all)
    }

    /// The PF's interface, whatever its name is, and the state of all its VFs.
    package func vfInfos(ofPF address: PCIAddress) throws -> PhysicalFunctionInfo? {
        try vfInfos(ofPF: address, expectedName: nil, only: nil)
    }
}

extension Host {
    /// Sets one attribute of a VF; a refusal names it.
    package func setVF(
        _ attribute: VFAttribute, index: Int, of function: PhysicalFunctionInfo
    ) throws {
        try setVF([attribute], index: index, of: function)
    }
}
