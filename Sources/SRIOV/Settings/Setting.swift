internal import LinuxSystem
internal import Netlink

/// One thing that can be asked of a VF, whatever a front end calls it: the vocabulary that all of them read by.
///
/// A front end adds its spelling of each and its type of error. Kinds, ranges and what depends on what are said here once.
package enum Setting: Int, Hashable, Sendable, CaseIterable {
    case vlan, vlanPriority, vlanProtocol, macAddress, spoofCheck, trust, linkState,
        linkStateTolerance, minimumRate, maximumRate, mtu, promiscuous, allMulticast,
        resetOnRelease

    /// What values a setting takes.
    package enum Kind: Hashable, Sendable {
        /// A unicast address that is not zero.
        case macAddress
        case number(ClosedRange<UInt32>)
        case flag
        case linkState
        case vlanProtocol
    }

    package var kind: Kind {
        switch self {
        case .vlan: .number(0...4094)
        case .vlanPriority: .number(0...7)
        case .vlanProtocol: .vlanProtocol
        case .macAddress: .macAddress
        case .spoofCheck, .trust, .linkStateTolerance, .promiscuous, .allMulticast,
            .resetOnRelease:
            .flag
        case .linkState: .linkState
        case .minimumRate, .maximumRate: .number(0...UInt32.max)
        // What IPv4 needs, and the most that the kernel takes of any driver's.
        case .mtu: .number(68...65_535)
        }
    }

    /// The name for people: `spoof check`.
    package var name: String {
        switch self {
        case .vlan: "VLAN"
        case .vlanPriority: "VLAN QoS"
        case .vlanProtocol: "VLAN protocol"
        case .macAddress: "MAC address"
        case .spoofCheck: "spoof check"
        case .trust: "trust"
        case .linkState: "link state"
        case .linkStateTolerance: "tolerance of a driver without link states"
        case .minimumRate: "minimum rate"
        case .maximumRate: "maximum rate"
        case .mtu: "MTU"
        case .promiscuous: "promiscuous mode"
        case .allMulticast: "all-multicast mode"
        case .resetOnRelease: "reset on release"
        }
    }

    /// Whether only the PF can do it.
    package var needsPhysicalFunction: Bool {
        switch self {
        case .vlan, .vlanPriority, .vlanProtocol, .spoofCheck, .trust, .linkState, .minimumRate,
            .maximumRate:
            true
        case .macAddress, .linkStateTolerance, .mtu, .promiscuous, .allMulticast, .resetOnRelease:
            false
        }
    }

    /// Whether only a VF with an interface can have it. The MAC is not among them: the PF can administer that alone.
    package var needsInterface: Bool {
        switch self {
        case .mtu, .promiscuous, .allMulticast: true
        default: false
        }
    }
}

extension Setting {
    /// The numbers that it takes; empty where it takes none.
    package var range: ClosedRange<UInt32> {
        if case .number(let range) = kind { range } else { 0...0 }
    }

    /// The words that it takes, in the order for messages; empty for one that takes other values.
    package var words: [String] {
        switch kind {
        case .flag: ["on", "off"]
        case .linkState: ["auto", "enable", "disable"]
        case .vlanProtocol: ["802.1q", "802.1ad"]
        case .macAddress, .number: []
        }
    }

    /// What a value must be, for messages: `an integer from 0 to 7`.
    package var expectation: String {
        switch kind {
        case .macAddress: "a MAC address such as 02:11:22:33:44:55"
        case .number(let range): "an integer from \(range.lowerBound) to \(range.upperBound)"
        case .flag, .linkState, .vlanProtocol:
            "\(words.dropLast().joined(separator: ", ")) or \(words.last ?? "")"
        }
    }

    /// Reads a value as people write it. Words are taken in either case.
    ///
    /// - Throws: `SettingFault` for any other text.
    package func value(_ text: String) throws(SettingFault) -> SettingValue {
        let word = text.lowercased()
        switch kind {
        case .macAddress:
            guard let address = MACAddress(text) else { break }
            if address.isZero { throw SettingFault(self, .zeroAddress) }
            if address.isMulticast { throw SettingFault(self, .multicastAddress(text)) }
            return .macAddress(address)
        case .number(let range):
            guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = UInt32(text), range.contains(number)
            else { break }
            return .number(number)
        case .flag:
            switch word {
            case "on": return .flag(true)
            case "off": return .flag(false)
            default: break
            }
        case .linkState:
            switch word {
            case "auto": return .linkState(.automatic)
            case "enable": return .linkState(.enabled)
            case "disable": return .linkState(.disabled)
            default: break
            }
        case .vlanProtocol:
            switch word {
            case "802.1q": return .vlanProtocol(.dot1Q)
            case "802.1ad": return .vlanProtocol(.dot1ad)
            default: break
            }
        }
        throw SettingFault(self, .unknown("\"\(text)\""))
    }

    /// A value that is a number.
    ///
    /// - Throws: `SettingFault` for one out of range, and for a setting that takes no numbers.
    package func value(_ number: UInt64) throws(SettingFault) -> SettingValue {
        guard case .number(let range) = kind, let value = UInt32(exactly: number),
            range.contains(value)
        else { throw SettingFault(self, .unknown("\(number)")) }
        return .number(value)
    }
}
