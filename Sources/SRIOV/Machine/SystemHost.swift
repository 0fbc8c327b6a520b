internal import Glibc
package import LinuxSystem
internal import Netlink
internal import Synchronization

/// This machine: sysfs for PCI functions, netlink for interfaces and settings.
package final class SystemHost: Sendable {
    let sysfs: Sysfs
    let functions: SysfsInventory
    private let enumerate: (@Sendable (Sysfs) throws -> [PCIAddress])?
    private let own = Mutex<SystemNamespace?>(nil)

    /// - Parameters:
    ///   - sysfs: The tree to read functions from.
    ///   - enumerate: Lists the PCI functions of the whole host; nil goes through sysfs, which a program without
    ///     libpci can do as well.
    package init(
        sysfs: Sysfs = Sysfs(),
        enumerate: (@Sendable (Sysfs) throws -> [PCIAddress])? = nil
    ) {
        self.sysfs = sysfs
        self.enumerate = enumerate
        functions = SysfsInventory(sysfs: sysfs)
    }
}

extension SystemHost: Host {
    /// - Throws: `SystemCallError`.
    package func bootIdentity() throws -> BootIdentity { try BootIdentity.current() }

    package func now() -> Int64 { Int64(time(nil)) }

    package func uptime() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec)
    }

    // MARK: PCI functions

    /// - Throws: `SystemCallError` if sysfs cannot be read; what `enumerate` throws.
    package func physicalFunctions() throws -> [PhysicalFunction] {
        guard let enumerate else { return try functions.physicalFunctions() }
        return try functions.physicalFunctions(among: try enumerate(sysfs))
    }

    /// - Throws: `SystemCallError`.
    package func physicalFunction(at address: PCIAddress) throws -> PhysicalFunction? {
        try functions.physicalFunction(at: address)
    }

    /// - Throws: `SystemCallError`.
    package func physicalFunction(named name: String) throws -> PhysicalFunction? {
        try functions.physicalFunction(named: name)
    }

    /// - Throws: `SystemCallError`.
    package func virtualFunction(
        at address: PCIAddress, detail: FunctionDetail
    ) throws -> VirtualFunction? {
        try functions.virtualFunction(at: address, detail: detail)
    }

    /// - Throws: `SystemCallError`.
    package func virtualFunctions(
        of function: PhysicalFunction, detail: FunctionDetail
    ) throws -> [VirtualFunction] {
        try functions.virtualFunctions(of: function, detail: detail)
    }

    package func functionExists(at address: PCIAddress) -> Bool {
        functions.functionExists(at: address)
    }

    /// - Throws: `SystemCallError`.
    package func driver(of address: PCIAddress) throws -> String? {
        try functions.driver(of: address)
    }

    package func functionInstance(at address: PCIAddress) -> UInt64? {
        functions.functionInstance(at: address)
    }

    /// - Throws: `SystemCallError`.
    package func representor(of function: VirtualFunction) throws -> KernelText? {
        try functions.representor(of: function)
    }

    package func canReset(_ address: PCIAddress) -> Bool { functions.canReset(address) }

    /// - Throws: `SystemCallError`: the function has no reset of its own, or the reset failed.
    package func reset(_ address: PCIAddress) throws {
        try sysfs.write("1", to: "\(functions.directory(of: address))/reset")
    }

    // MARK: Namespaces

    /// - Throws: `SystemCallError` if no socket can be opened, `NetworkNamespaceError` if `/proc` does not show the
    ///   namespace; the next call tries again.
    package func hostNamespace() throws -> SystemNamespace {
        try own.withLock { own in
            if let own { return own }
            let socket = try RouteSocket()
            let namespace = SystemNamespace(
                try NetworkNamespace.current(cookie: socket.namespaceCookie), socket: socket,
                isOwn: true)
            own = namespace
            return namespace
        }
    }

    /// - Throws: `NetworkNamespaceError` if the path leads to none, `SystemCallError` if it cannot be opened or
    ///   entered.
    package func openNamespace(_ path: String) throws -> SystemNamespace {
        let (namespace, socket) = try NetworkNamespace.open(
            path, socket: RouteSocket.kind, { try RouteSocket(owning: $0) },
            cookie: \.namespaceCookie)
        return SystemNamespace(namespace, socket: socket, isOwn: false)
    }

    package func identity(of namespace: SystemNamespace) -> NamespaceIdentity {
        namespace.namespace.identity
    }

    /// - Throws: `SystemCallError`; a process that may not be looked at counts as one elsewhere.
    package func hasProcess(in namespace: NamespaceIdentity) throws -> Bool {
        try NetworkNamespace.hasProcess(in: namespace)
    }

    /// - Throws: `SystemCallError`; a namespace that may not be looked at is left out.
    package func otherNamespaces() throws -> [String] {
        try NetworkNamespace.reachablePaths()
    }

    /// - Throws: `SystemCallError` if the namespace cannot be entered or the kernel refuses the value; it is as it was.
    package func setSysctl(
        _ key: String, _ value: String, in namespace: SystemNamespace
    ) throws {
        // /proc/sys/net shows the namespace of the thread that opens a file below it.
        try namespace.namespace.run {
            try Sysfs(root: "/proc/sys/net").write(value, to: key)
        }
    }
}
