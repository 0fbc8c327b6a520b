internal import LinuxSystem
internal import Netlink
internal import SRIOV

extension SimulatedKernel {
    /// Sets one VF attribute as the PF's driver would.
    ///
    /// - Returns: The errno of the refusal; nil if it took.
    mutating func setVF(_ attribute: VFAttribute, of address: PCIAddress) -> ErrorNumber? {
        guard var vf = vfs[address], let parent = vf.function.physicalFunction,
            let pf = pfs[parent]
        else { return .noDevice }
        if let errno = answerOfBusyDriver() { return errno }
        if swallows.contains(attribute.name) { return nil }
        if unsupported.contains(attribute.name) { return .notSupported }
        let isUp = interfaces[pf.linkIndex]?.link.isUp ?? false
        switch attribute {
        case .macAddress(let mac):
            if mac.isMulticast { return .invalidArgument }
            vf.hasAdministrativeMAC = !mac.isZero
            vf.info.macAddress = mac
        case .vlan(let tag):
            if pf.driver == .igb, tag.protocol != .dot1Q { return .protocolNotSupported }
            let tags = tag == .none ? [] : [tag]
            if mindsEqualVLANs, tags == vf.info.vlans { return .invalidArgument }
            vf.info.vlans = tags
        case .transmitRate(let rate):
            if pf.driver == .igb, !isUp || rate.minimum != 0 { return .invalidArgument }
            vf.info.transmitRate = rate
        case .spoofCheck(let enabled):
            vf.info.spoofCheck = enabled
        case .trust(let enabled):
            vf.info.trust = enabled
        case .linkState(let state):
            if pf.driver == .igb { return .notSupported }
            vf.info.linkState = state
        case .rssQuery(let enabled):
            vf.info.rssQuery = enabled
        }
        vfs[address] = vf
        return nil
    }

    /// The errno of a driver that is busy, which has one answer less left then; nil if it is not.
    private mutating func answerOfBusyDriver() -> ErrorNumber? { busyAnswers.popLast() }

    /// Gives a VF's interface a MAC, as its driver would.
    mutating func setMAC(_ mac: MACAddress, ofLink index: Int32) -> ErrorNumber? {
        guard var interface = interfaces[index] else { return .noDevice }
        if interface.virtualFunction != nil, let errno = answerOfBusyDriver() { return errno }
        if let address = interface.virtualFunction, var vf = vfs[address] {
            let mayChange = !vf.hasAdministrativeMAC || vf.info.trust == true || !vf.hasBeenUp
            if !mayChange { return .addressNotAvailable }
            if reportsInterfaceMAC(vf), !vf.hasAdministrativeMAC || vf.info.trust == true {
                vf.info.macAddress = mac
            }
            vfs[address] = vf
        }
        interface.link.macAddress = mac
        interfaces[index] = interface
        return nil
    }

    /// Brings an interface up or down; coming up resets a VF.
    mutating func setUp(_ isUp: Bool, ofLink index: Int32) {
        guard var interface = interfaces[index] else { return }
        let wasUp = interface.link.isUp
        interface.link.flags = isUp ? interface.link.flags | 1 : interface.link.flags & ~1
        if isUp, !wasUp, let address = interface.virtualFunction, var vf = vfs[address] {
            vf.hasBeenUp = true
            if vf.hasAdministrativeMAC {
                interface.link.macAddress = vf.info.macAddress
            } else if reportsInterfaceMAC(vf), let mac = interface.link.macAddress {
                vf.info.macAddress = mac
            }
            vfs[address] = vf
        }
        interfaces[index] = interface
    }

    private func reportsInterfaceMAC(_ vf: VF) -> Bool {
        guard let parent = vf.function.physicalFunction, let pf = pfs[parent] else { return false }
        return pf.driver.reportsInterfaceMAC
    }
}
