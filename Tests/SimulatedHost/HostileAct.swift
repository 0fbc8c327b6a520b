package import LinuxSystem
internal import Netlink
internal import SRIOV

/// What a container with CAP_NET_ADMIN may do to the VF in its namespace between any two steps of ours.
///
/// All of it is what Linux allows to an unprivileged user in a user namespace of its own.
package enum HostileAct: Sendable, CaseIterable {
    /// Moves the VF into a second namespace of its own, and gives its index, name and alternative names to a veth.
    case swap
    /// The same in a second namespace that no path leads to.
    case swapOutOfSight
    /// Gives the VF's index and name to the other VF of the container, and the other's to it.
    case swapWithAnotherFunction
    /// Moves the VF into a second namespace.
    case moveOn
    /// Gives the VF the name that another interface of the host has, and a veth the VF's.
    case takeName
    /// Gives the VF a name and an alternative name that are not UTF-8.
    case useBytes
    /// Gives the VF alternative names that interfaces of the host have.
    case useNamesOfTheHost
    /// Gives the VF the alternative names that it has at home, and a veth the name.
    case useNamesOfTheVF
    /// Takes the VF down, or up, and changes everything else that it may.
    case changeEverything

    /// The path of the container's second namespace.
    package static let secondNamespace = "/proc/666/ns/net"

    /// Does it, if the VF is in the container.
    ///
    /// - Parameters:
    ///   - function: The VF.
    ///   - path: The container's namespace.
    ///   - other: Another VF that the container may have.
    package func perform(
        on kernel: inout SimulatedKernel, _ function: PCIAddress, in path: String,
        other: PCIAddress
    ) {
        guard let container = kernel.paths[path], let number = kernel.vfs[function]?.linkIndex,
            let link = kernel.interfaces[number]?.link,
            kernel.interfaces[number]?.namespace == container
        else { return }
        switch self {
        case .swap:
            kernel.moveOn(number, to: kernel.secondNamespace())
            kernel.addVeth(like: link, in: container)
        case .swapOutOfSight:
            let hidden = kernel.nextNamespace
            kernel.nextNamespace += 1
            kernel.descriptorsElsewhere.insert(hidden)
            kernel.moveOn(number, to: hidden)
            kernel.addVeth(like: link, in: container)
        case .swapWithAnotherFunction:
            guard let second = kernel.vfs[other]?.linkIndex,
                let otherLink = kernel.interfaces[second]?.link,
                kernel.interfaces[second]?.namespace == container
            else { return }
            kernel.interfaces[number]?.link.index = otherLink.index
            kernel.interfaces[second]?.link.index = link.index
            kernel.interfaces[number]?.link.name = otherLink.name
            kernel.interfaces[second]?.link.name = link.name
        case .moveOn:
            kernel.moveOn(number, to: kernel.secondNamespace())
        case .takeName:
            kernel.interfaces[number]?.link.name = "pf0"
            kernel.addVeth(named: link.name, index: nil, in: container)
        case .useBytes:
            kernel.interfaces[number]?.link.name = KernelText(bytes: [0xff, 0xfe])
            kernel.interfaces[number]?.link.alternativeNames += [
                KernelText(bytes: Array(0x80...0xff)), KernelText(bytes: [0x01, 0x5c, 0x78]),
            ]
        case .useNamesOfTheHost:
            kernel.giveAlternativeNames(["pf0", "pf0v2"], to: number, in: container)
        case .useNamesOfTheVF:
            kernel.giveAlternativeNames(["pf0v0", "enp1s0f0v0"], to: number, in: container)
            kernel.addVeth(named: "eth7", index: nil, in: container)
        case .changeEverything:
            kernel.interfaces[number]?.link.flags ^= 0x301
            kernel.interfaces[number]?.link.mtu = 68
            kernel.interfaces[number]?.link.alias = KernelText(bytes: [0xff])
            kernel.interfaces[number]?.link.transmitQueueLength = 1
        }
    }
}

extension SimulatedKernel {
    /// The host's interfaces that a container has made.
    package var foreignInterfaces: [Interface] {
        interfaces(in: 0).filter { $0.link.kind == "veth" }
    }

    /// The hostile container ends: its second namespaces go.
    package mutating func endHostileContainer() {
        heldPaths[HostileAct.secondNamespace] = nil
        descriptorsElsewhere = []
    }

    fileprivate mutating func secondNamespace() -> UInt64 {
        if let present = heldPaths[HostileAct.secondNamespace] { return present }
        heldPaths[HostileAct.secondNamespace] = nextNamespace
        nextNamespace += 1
        return nextNamespace - 1
    }

    fileprivate mutating func moveOn(_ number: Int32, to namespace: UInt64) {
        _ = moveInterface(number, to: namespace)
    }

    fileprivate mutating func addVeth(like link: Link, in namespace: UInt64) {
        let number = addVeth(named: link.name, index: link.index, in: namespace)
        interfaces[number]?.link.alternativeNames = link.alternativeNames
    }

    @discardableResult
    fileprivate mutating func addVeth(
        named name: KernelText, index: Int32?, in namespace: UInt64
    ) -> Int32 {
        let number = addInterface(named: name, mac: [2, 6, 6, 6, 6, 6], in: namespace)
        interfaces[number]?.link.kind = "veth"
        if let index { interfaces[number]?.link.index = index }
        return number
    }

    fileprivate mutating func giveAlternativeNames(
        _ names: [KernelText], to number: Int32, in namespace: UInt64
    ) {
        for name in names where !isNameTaken(name, in: namespace, except: -1) {
            interfaces[number]?.link.alternativeNames.append(name)
        }
    }
}
