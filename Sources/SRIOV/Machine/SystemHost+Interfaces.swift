package import LinuxSystem
package import Netlink

extension SystemHost {
    /// - Throws: `NetlinkError`, with `EINTR` after two seconds in another namespace in which interfaces change during
    ///   every reading; `SystemCallError` if sysfs cannot be read.
    package func link(
        of function: PCIAddress, expectedName name: KernelText?, in namespace: SystemNamespace
    ) throws -> Link? {
        let socket = namespace.socket
        if let name, let link = try socket.link(named: name), link.isOwnInterface(of: function) {
            return link
        }
        guard namespace.isOwn else {
            return try socket.link(
                ofPCIFunction: function, until: Deadline(after: searchTime))
        }
        // Here sysfs has the names, so that the cost does not grow with the number of interfaces.
        for name in try functions.namesOfInterfaces(at: function) {
            if let link = try socket.link(named: name), link.isOwnInterface(of: function) {
                return link
            }
        }
        return nil
    }

    /// - Throws: `NetlinkError`.
    package func link(named name: KernelText, in namespace: SystemNamespace) throws -> Link? {
        try namespace.socket.link(named: name)
    }

    /// - Throws: `NetlinkError`.
    package func link(index: Int32, in namespace: SystemNamespace) throws -> Link? {
        try namespace.socket.link(index: index)
    }

    /// - Throws: `NetlinkError`; `SystemCallError` if the namespace of this process cannot be opened.
    package func links(counters: Bool) throws -> [(link: Link, counters: LinkStatistics?)] {
        let socket = try hostNamespace().socket
        return counters ? try socket.linksWithStatistics() : try socket.links().map { ($0, nil) }
    }

    /// - Throws: `NetlinkError`.
    package func linksOfPCIFunctions(
        in namespace: SystemNamespace, until deadline: Deadline
    ) throws -> [Link] {
        try namespace.socket.linksOfPCIFunctions(until: deadline)
    }

    /// - Throws: `NetlinkError` with the first refusal; what the kernel applies before it stays set.
    package func setLink(
        _ link: Link, _ settings: LinkSettings, in namespace: SystemNamespace
    ) throws {
        try namespace.socket.setLink(index: link.index, named: link.name, settings)
    }

    /// - Throws: `NetlinkError`; with `EEXIST` if an interface of the namespace has the name.
    package func addAlternativeName(
        _ name: KernelText, to link: Link, in namespace: SystemNamespace
    ) throws {
        try namespace.socket.addAlternativeName(name, toLink: link.index, named: link.name)
    }

    /// - Throws: `NetlinkError`, but not for a name that the interface does not have (`ENOENT`).
    package func removeAlternativeName(
        _ name: KernelText, from link: Link, in namespace: SystemNamespace
    ) throws {
        do throws(NetlinkError) {
            try namespace.socket.removeAlternativeName(
                name, fromLink: link.index, named: link.name)
        } catch {
            guard error.errno == .noSuchFile else { throw error }
        }
    }

    /// - Throws: `NetlinkError`; the interface may be in the target under its old name then.
    package func move(
        _ link: Link, from source: SystemNamespace, to target: SystemNamespace,
        as name: KernelText?, index: Int32?
    ) throws {
        try source.socket.moveLink(
            index: link.index, named: link.name, to: target.namespace, renamedTo: name,
            newIndex: index)
    }

    /// - Throws: `NetlinkError`; with `EOPNOTSUPP` for the interface of a device.
    package func removeLink(_ link: Link, in namespace: SystemNamespace) throws {
        try namespace.socket.removeLink(index: link.index, named: link.name)
    }

    /// - Throws: `NetlinkError`, or `SystemCallError` if sysfs cannot be read or the monitor fails.
    package func waitForLink(
        of function: PCIAddress, in namespace: SystemNamespace, until deadline: Deadline
    ) throws -> Link? {
        if let link = try link(of: function, expectedName: nil, in: namespace) { return link }
        let monitor =
            namespace.isOwn ? try LinkMonitor() : try LinkMonitor.inside(namespace.namespace)
        while true {
            // Read again after the monitor listens, and after every event that may concern it.
            if let link = try link(of: function, expectedName: nil, in: namespace) { return link }
            let event = try monitor.wait(until: deadline) { event in
                switch event {
                case .changed(let link): link.isOwnInterface(of: function)
                case .removed, .overrun: false
                }
            }
            if event == nil { return nil }
        }
    }

    /// - Throws: `NetlinkError`, or `SystemCallError` if the monitor fails.
    package func waitForCarrier(
        of link: Link, in namespace: SystemNamespace, until deadline: Deadline
    ) throws -> Link? {
        let socket = namespace.socket
        if let present = try socket.link(index: link.index), present.isRunning { return present }
        let monitor =
            namespace.isOwn ? try LinkMonitor() : try LinkMonitor.inside(namespace.namespace)
        while true {
            // Read again after the monitor listens, and after every event that may concern it.
            guard let present = try socket.link(index: link.index) else { return nil }
            if present.isRunning { return present }
            let event = try monitor.wait(until: deadline) { event in
                switch event {
                case .changed(let other), .removed(let other): other.index == link.index
                case .overrun: false
                }
            }
            if event == nil { return nil }
        }
    }

    /// - Throws: `SystemCallError`; the frames before the one that failed are sent.
    package func send(
        _ frames: [[UInt8]], through link: Link, in namespace: SystemNamespace
    ) throws {
        let socket =
            namespace.isOwn ? try PacketSocket() : try PacketSocket.inside(namespace.namespace)
        for frame in frames {
            try socket.send(frame, throughLink: link.index, named: link.name)
        }
    }

    /// - Throws: `NetlinkError`; `SystemCallError` if the namespace of this process cannot be opened.
    package func defaultRouteInterfaces() throws -> Set<Int32> {
        try hostNamespace().socket.defaultRouteInterfaces()
    }

    // MARK: VFs through their PF

    /// - Throws: `NetlinkError`; `SystemCallError` if sysfs cannot be read.
    package func vfInfos(
        ofPF address: PCIAddress, expectedName: KernelText?, only index: Int?
    ) throws -> PhysicalFunctionInfo? {
        try vfInfos(ofPF: address, expectedName: expectedName) {
            socket, name throws(NetlinkError) in
            try socket.virtualFunctions(ofPF: name, only: index)
        }
    }

    /// - Parameter read: Reads the PF of a name.
    func vfInfos(
        ofPF address: PCIAddress, expectedName: KernelText?,
        _ read: (RouteSocket, KernelText) throws(NetlinkError) -> (link: Link, vfs: [VFState])
    ) throws -> PhysicalFunctionInfo? {
        if let expectedName, let info = try vfInfos(ofPF: address, named: expectedName, read) {
            return info
        }
        guard let name = try functions.interfaceName(of: address) else { return nil }
        if let info = try vfInfos(ofPF: address, named: name, read) { return info }
        // It was renamed, moved or removed since sysfs was asked, or another interface has got its name.
        guard let present = try functions.interfaceName(of: address), present != name else {
            return nil
        }
        return try vfInfos(ofPF: address, named: present, read)
    }

    /// - Returns: nil if the name is another function's, or unused.
    private func vfInfos(
        ofPF address: PCIAddress, named name: KernelText,
        _ read: (RouteSocket, KernelText) throws(NetlinkError) -> (link: Link, vfs: [VFState])
    ) throws -> PhysicalFunctionInfo? {
        let socket = try hostNamespace().socket
        let report: (link: Link, vfs: [VFState])
        do throws(NetlinkError) {
            report = try read(socket, name)
        } catch {
            guard error.errno == .noDevice else { throw error }
            return nil
        }
        let present = report.link.pciAddress
        guard present == nil || present == address else { return nil }
        return PhysicalFunctionInfo(address: address, link: report.link, vfs: report.vfs)
    }

    /// - Throws: `NetlinkError`; `SystemCallError` if the namespace of this process cannot be opened.
    package func setVF(
        _ attributes: [VFAttribute], index: Int, of function: PhysicalFunctionInfo
    ) throws {
        try hostNamespace().socket.setVF(
            attributes, index: index, ofPF: function.link.index, named: function.link.name)
    }

    // MARK: Addresses and routes

    /// - Throws: `NetlinkError`.
    package func addresses(
        of link: Link, in namespace: SystemNamespace
    ) throws -> [InterfaceAddress] {
        try namespace.socket.addresses(ofLink: link.index)
    }

    /// - Throws: `NetlinkError`; with `EEXIST` if the interface has the address, with `EACCES` or `EOPNOTSUPP` if IPv6
    ///   is turned off.
    package func addAddress(
        _ address: InterfaceAddress, to link: Link, in namespace: SystemNamespace
    ) throws {
        try namespace.socket.addAddress(address, toLink: link.index, named: link.name)
    }

    /// - Throws: `NetlinkError`; with `EINTR` if they changed during each of ten readings.
    package func routes(in namespace: SystemNamespace) throws -> [Route] {
        try namespace.socket.routes()
    }

    /// - Throws: `NetlinkError`; with `EEXIST` if the same route is there.
    package func addRoute(_ route: Route, in namespace: SystemNamespace) throws {
        try namespace.socket.addRoute(route, besidesOthers: true)
    }
}

/// How long a function is looked for in a namespace in which interfaces change during every reading.
private let searchTime = Duration.seconds(2)
