internal import Glibc
package import LinuxSystem
package import Netlink
internal import SRIOV

extension SimulatedHost {
    package func link(
        of function: PCIAddress, expectedName name: String?, in namespace: SimulatedNamespace
    ) throws -> Link? {
        try perform("find interface") { kernel in
            kernel.interfaces(in: namespace.number).first { $0.link.pciAddress == function }?.link
        }
    }

    package func link(named name: String, in namespace: SimulatedNamespace) throws -> Link? {
        try perform("find interface") { kernel in
            kernel.interfaces(in: namespace.number).first {
                $0.link.name == name || $0.link.alternativeNames.contains(name)
            }?.link
        }
    }

    package func links(in namespace: SimulatedNamespace) throws -> [Link] {
        try perform("list interfaces") { $0.interfaces(in: namespace.number).map(\.link) }
    }

    package func setLink(
        _ link: Link, _ settings: LinkSettings, in namespace: SimulatedNamespace
    ) throws {
        try perform("set interface") { kernel in
            let index = try kernel.index(of: link, in: namespace)
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
        _ name: String, to link: Link, in namespace: SimulatedNamespace
    ) throws {
        try perform("add alternative name") { kernel in
            let index = try kernel.index(of: link, in: namespace)
            if kernel.isNameTaken(name, in: namespace.number, except: -1) {
                throw refusal("add alternative name", .exists, of: link.name)
            }
            kernel.interfaces[index]?.link.alternativeNames.append(name)
        }
    }

    package func removeAlternativeName(
        _ name: String, from link: Link, in namespace: SimulatedNamespace
    ) throws {
        try perform("remove alternative name") { kernel in
            let index = try kernel.index(of: link, in: namespace)
            kernel.interfaces[index]?.link.alternativeNames.removeAll { $0 == name }
        }
    }

    package func move(
        _ link: Link, from source: SimulatedNamespace, to target: SimulatedNamespace,
        as name: String
    ) throws {
        try perform("move interface") { kernel in
            let index = try kernel.index(of: link, in: source)
            for taken in link.alternativeNames
            where kernel.isNameTaken(taken, in: target.number, except: index) {
                throw refusal("move", .exists, of: link.name)
            }
            let isNameTaken = kernel.isNameTaken(name, in: target.number, except: index)
            if isNameTaken, kernel.isNameTaken(link.name, in: target.number, except: index) {
                throw refusal("move", .exists, of: link.name)
            }
            kernel.interfaces[index]?.namespace = target.number
            kernel.interfaces[index]?.link.flags &= ~1
            kernel.addresses = kernel.addresses.filter {
                $0.linkIndex != index || $0.namespace != source.number
            }
            kernel.routes = kernel.routes.filter {
                $0.route.interfaceIndex != index || $0.namespace != source.number
            }
            // Seen on Linux 6.1: refused, and moved nevertheless.
            if isNameTaken { throw refusal("move", .exists, of: link.name) }
            kernel.interfaces[index]?.link.name = name
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
            kernel.addresses.filter {
                $0.linkIndex == link.index && $0.namespace == namespace.number
            }.map(\.address).sorted { $0.network.description < $1.network.description }
        }
    }

    package func addAddress(
        _ address: InterfaceAddress, to link: Link, in namespace: SimulatedNamespace
    ) throws {
        try perform("add address") { kernel in
            let index = try kernel.index(of: link, in: namespace)
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
                throw refusal("add route", .exists, of: route.destination.description)
            }
        }
    }

    package func waitForCarrier(
        of link: Link, in namespace: SimulatedNamespace, until deadline: Deadline
    ) throws -> Link? {
        try perform("wait for carrier") { kernel in
            let index = try kernel.index(of: link, in: namespace)
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
            let index = try kernel.index(of: link, in: namespace)
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
    func index(of link: Link, in namespace: SimulatedNamespace) throws -> Int32 {
        if link.index == 0 {
            let found = interfaces.first {
                $1.namespace == namespace.number && $1.link.name == link.name
            }
            guard let found else { throw refusal("find interface", .noDevice, of: link.name) }
            return found.key
        }
        guard interfaces[link.index]?.namespace == namespace.number else {
            throw refusal("find interface", .noDevice, of: link.name)
        }
        return link.index
    }

    mutating func setFlag(_ flag: UInt32, _ value: Bool?, ofLink index: Int32) {
        guard let value, let flags = interfaces[index]?.link.flags else { return }
        interfaces[index]?.link.flags = value ? flags | flag : flags & ~flag
    }
}
