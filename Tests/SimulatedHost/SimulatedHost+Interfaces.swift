internal import Glibc
package import LinuxSystem
package import Netlink
internal import SRIOV

extension SimulatedHost {
    package func link(
        of function: PCIAddress, expectedName name: KernelText?, in namespace: SimulatedNamespace
    ) throws -> Link? {
        try perform("find interface") { kernel in
            let own = kernel.interfaces(in: namespace.number).map(\.link)
                .filter { $0.isOwnInterface(of: function) }
            // The expected one goes first, where a function has several.
            return own.first { link in name.map(link.isCalled) == true } ?? own.first
        }
    }

    package func link(named name: KernelText, in namespace: SimulatedNamespace) throws -> Link? {
        try perform("find interface") { kernel in
            kernel.interfaces(in: namespace.number).first { $0.link.isCalled(name) }?.link
        }
    }

    package func link(index: Int32, in namespace: SimulatedNamespace) throws -> Link? {
        try perform("find interface") { kernel in
            kernel.interfaces(in: namespace.number).first { $0.link.index == index }?.link
        }
    }

    package func links(counters: Bool) throws -> [(link: Link, counters: LinkStatistics?)] {
        try perform("list interfaces") { kernel in
            kernel.interfaces.filter { $0.value.namespace == 0 }.sorted { $0.key < $1.key }.map {
                ($0.value.link, counters ? kernel.linkStatistics[$0.key] : nil)
            }
        }
    }

    package func linksOfPCIFunctions(
        in namespace: SimulatedNamespace, until deadline: Deadline
    ) throws -> [Link] {
        try perform("list interfaces") { kernel in
            kernel.interfaces(in: namespace.number).map(\.link)
                .filter { $0.pciAddress != nil && $0.kind == nil }
                .map {
                    var link = $0
                    link.alternativeNames = []
                    return link
                }
        }
    }

    package func setLink(
        _ link: Link, _ settings: LinkSettings, in namespace: SimulatedNamespace
    ) throws {
        try perform("set interface") { kernel in
            let index = try kernel.number(of: link, in: namespace)
            if let name = settings.name {
                if kernel.isNameTaken(name, in: namespace.number, except: index)
                    || kernel.interfaces[index]?.link.alternativeNames.contains(name) == true
                {
                    throw refusal("rename", .exists, of: link.name)
                }
                kernel.interfaces[index]?.link.name = name
            }
            if let mac = settings.macAddress, let errno = kernel.setMAC(mac, ofLink: index) {
                throw refusal("set MAC address", errno, of: link.name)
            }
            if let mtu = settings.mtu {
                if mtu > 9216 { throw refusal("set MTU", .invalidArgument, of: link.name) }
                kernel.interfaces[index]?.link.mtu = mtu
            }
            if let length = settings.transmitQueueLength {
                kernel.interfaces[index]?.link.transmitQueueLength = length
            }
            if let alias = settings.alias {
                kernel.interfaces[index]?.link.alias = alias.isEmpty ? nil : alias
            }
            kernel.setFlag(0x100, settings.isPromiscuous, ofLink: index)
            kernel.setFlag(0x200, settings.receivesAllMulticast, ofLink: index)
            if let isUp = settings.isUp { kernel.setUp(isUp, ofLink: index) }
        }
    }

    package func addAlternativeName(
        _ name: KernelText, to link: Link, in namespace: SimulatedNamespace
    ) throws {
        try perform("add alternative name") { kernel in
            let index = try kernel.number(of: link, in: namespace)
            if kernel.isNameTaken(name, in: namespace.number, except: -1) {
                throw refusal("add alternative name", .exists, of: link.name)
            }
            kernel.interfaces[index]?.link.alternativeNames.append(name)
        }
    }

    package func removeAlternativeName(
        _ name: KernelText, from link: Link, in namespace: SimulatedNamespace
    ) throws {
        try perform("remove alternative name") { kernel in
            let index = try kernel.number(of: link, in: namespace)
            // One that is another interface's by now is as good as taken from this one.
            kernel.interfaces[index]?.link.alternativeNames.removeAll { $0 == name }
        }
    }

    package func move(
        _ link: Link, from source: SimulatedNamespace, to target: SimulatedNamespace,
        as name: KernelText?, index: Int32?
    ) throws {
        try perform("move interface") { kernel in
            let number = try kernel.number(of: link, in: source)
            let errno = kernel.moveInterface(number, to: target.number, as: name, index: index)
            if let errno { throw refusal("move", errno, of: link.name) }
        }
    }

    package func removeLink(_ link: Link, in namespace: SimulatedNamespace) throws {
        try perform("remove interface") { kernel in
            let number = try kernel.number(of: link, in: namespace)
            guard kernel.interfaces[number]?.link.kind != nil else {
                throw refusal("remove", .notSupported, of: link.name)
            }
            kernel.interfaces[number] = nil
        }
    }

    package func waitForLink(
        of function: PCIAddress, in namespace: SimulatedNamespace, until deadline: Deadline
    ) throws -> Link? {
        withKernel { $0.settle() }
        let link = try link(of: function, expectedName: nil, in: namespace)
        if link == nil {
            withKernel { $0.waits.append(deadline.allowance) }
            // As on a real machine the time is gone then.
            while !deadline.hasPassed { sched_yield() }
        }
        return link
    }

    package func defaultRouteInterfaces() throws -> Set<Int32> {
        try perform("list routes") { $0.defaultRoutes }
    }

    // MARK: Addresses and routes

    package func addresses(
        of link: Link, in namespace: SimulatedNamespace
    ) throws -> [InterfaceAddress] {
        try perform("list addresses") { kernel in
            let index = try kernel.number(of: link, in: namespace)
            return kernel.addresses.filter {
                $0.linkIndex == index && $0.namespace == namespace.number
            }.map(\.address).sorted { $0.network.description < $1.network.description }
        }
    }

    package func addAddress(
        _ address: InterfaceAddress, to link: Link, in namespace: SimulatedNamespace
    ) throws {
        try perform("add address") { kernel in
            let index = try kernel.number(of: link, in: namespace)
            let entry = SimulatedKernel.Address(
                address: address, linkIndex: index, namespace: namespace.number)
            guard kernel.addresses.insert(entry).inserted else {
                throw refusal("add address", .exists, of: link.name)
            }
        }
    }

    package func routes(in namespace: SimulatedNamespace) throws -> [Route] {
        try perform("list routes") { kernel in
            kernel.routes.filter { $0.namespace == namespace.number }.map(\.route)
                .sorted { $0.destination.description < $1.destination.description }
        }
    }

    package func addRoute(_ route: Route, in namespace: SimulatedNamespace) throws {
        try perform("add route") { kernel in
            let entry = SimulatedKernel.RouteEntry(route: route, namespace: namespace.number)
            guard kernel.routes.insert(entry).inserted else {
                throw refusal("add route", .exists, of: KernelText(route.destination.description))
            }
        }
    }

    package func waitForCarrier(
        of link: Link, in namespace: SimulatedNamespace, until deadline: Deadline
    ) throws -> Link? {
        try perform("wait for carrier") { kernel in
            let index = try kernel.number(of: link, in: namespace)
            guard let interface = kernel.interfaces[index], interface.link.isUp,
                let function = interface.virtualFunction,
                let parent = kernel.vfs[function]?.function.physicalFunction,
                let wire = kernel.pfs[parent].flatMap({ kernel.interfaces[$0.linkIndex] })
            else { return nil }
            return wire.link.isUp ? interface.link : nil
        }
    }

    package func send(
        _ frames: [[UInt8]], through link: Link, in namespace: SimulatedNamespace
    ) throws {
        try perform("send frames") { kernel in
            let index = try kernel.number(of: link, in: namespace)
            kernel.sentFrames += frames.map {
                SimulatedKernel.SentFrame(bytes: $0, linkIndex: index)
            }
        }
    }

    package func setSysctl(
        _ key: String, _ value: String, in namespace: SimulatedNamespace
    ) throws {
        try perform("set sysctl") { $0.sysctls["\(namespace.number):\(key)"] = value }
    }
}

extension SimulatedKernel {
    /// The number of the interface that has the index of a link, or the name if that is 0, at this moment.
    func number(of link: Link, in namespace: SimulatedNamespace) throws -> Int32 {
        let found = interfaces.first {
            $1.namespace == namespace.number
                && (link.index == 0 ? $1.link.isCalled(link.name) : $1.link.index == link.index)
        }
        guard let found else { throw refusal("find interface", .noDevice, of: link.name) }
        return found.key
    }

    /// Moves an interface into another namespace.
    ///
    /// - Returns: The errno of the refusal; nil if it took.
    mutating func moveInterface(
        _ number: Int32, to target: UInt64, as name: KernelText? = nil, index: Int32? = nil
    ) -> ErrorNumber? {
        guard var interface = interfaces[number], let source = interface.namespace else {
            return .noDevice
        }
        let link = interface.link
        if link.alternativeNames.contains(where: {
            isNameTaken($0, in: target, except: number)
        }) {
            return .exists
        }
        let isNewNameTaken = name.map { isNameTaken($0, in: target, except: number) } ?? false
        if name == nil || isNewNameTaken, isNameTaken(link.name, in: target, except: number) {
            return .exists
        }
        if let index, isIndexTaken(index, in: target, except: number) { return .busy }
        addresses = addresses.filter { $0.linkIndex != number || $0.namespace != source }
        routes = routes.filter {
            $0.route.interfaceIndex != link.index || $0.namespace != source
        }
        interface.namespace = target
        interface.link.flags &= ~1
        if let index {
            interface.link.index = index
        } else if isIndexTaken(link.index, in: target, except: number) {
            interface.link.index = nextIndex
            nextIndex += 1
        }
        // Seen on Linux 6.1: refused, and moved nevertheless.
        if let name, !isNewNameTaken { interface.link.name = name }
        interfaces[number] = interface
        return isNewNameTaken ? .exists : nil
    }

    mutating func setFlag(_ flag: UInt32, _ value: Bool?, ofLink index: Int32) {
        guard let value, let flags = interfaces[index]?.link.flags else { return }
        interfaces[index]?.link.flags = value ? flags | flag : flags & ~flag
    }
}

extension Link {
    /// Whether it has a name: names and alternative names are of one kind.
    func isCalled(_ name: KernelText) -> Bool {
        self.name == name || alternativeNames.contains(name)
    }
}
