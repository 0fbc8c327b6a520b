package import Netlink

/// The changes that lead from one state of a VF to another: pure functions, with no machine in sight.
///
/// The MAC is not among them: in which order it must be set on PF and interface depends on what
/// the driver refuses, see `Engine+MAC.swift`.
package enum VFPlan {
    /// What must be set through the PF so that a VF in `state` is as `settings` ask.
    ///
    /// A value that the kernel already reports is left alone: rewriting an equal VLAN breaks hardware in
    /// guest-tagging mode. One that it does not report is always set. The order is fixed: VLAN first, so that a
    /// VF is never open wider than asked while the rest follows.
    package static func changes(for settings: VFSettings, from state: VFState) -> [VFAttribute] {
        var changes: [VFAttribute] = []
        if let vlan = settings.vlan, !hasVLAN(vlan, state) {
            changes.append(.vlan(vlan))
        }
        if let rate = settings.transmitRate(from: state), rate != state.transmitRate {
            changes.append(.transmitRate(rate))
        }
        if let spoofCheck = settings.spoofCheck, spoofCheck != state.spoofCheck {
            changes.append(.spoofCheck(spoofCheck))
        }
        if let trust = settings.trust, trust != state.trust {
            changes.append(.trust(trust))
        }
        if let linkState = settings.linkState, linkState != state.linkState {
            changes.append(.linkState(linkState))
        }
        return changes
    }

    /// What must be set through the PF so that a VF now in `state` is as it was in `original`, as far as `settings`
    /// made it different.
    ///
    /// Attributes that nobody asked for are the administrator's and stay. Where the driver never
    /// reported an original, the kernel's own default for a new VF is the best known: spoof check
    /// on, trust off, link state automatic.
    package static func restoration(
        of original: VFState, from state: VFState, changedBy settings: VFSettings
    ) -> [VFAttribute] {
        changes(for: inverse(of: settings, original: original), from: state)
    }

    /// The settings that undo `settings`.
    package static func inverse(of settings: VFSettings, original: VFState) -> VFSettings {
        var inverse = VFSettings()
        if settings.vlan != nil { inverse.vlan = original.vlan }
        if settings.minimumRate != nil || settings.maximumRate != nil {
            inverse.minimumRate = original.transmitRate.minimum
            inverse.maximumRate = original.transmitRate.maximum
        }
        if settings.spoofCheck != nil { inverse.spoofCheck = original.spoofCheck ?? true }
        if settings.trust != nil { inverse.trust = original.trust ?? false }
        if settings.linkState != nil { inverse.linkState = original.linkState ?? .automatic }
        return inverse
    }

    /// Whether a VF in `state` has a VLAN, or none where that is asked: writing it again breaks hardware in
    /// guest-tagging mode.
    static func hasVLAN(_ tag: VLANTag, _ state: VFState) -> Bool { [tag] == state.effectiveVLANs }

    /// How a VF in `state` differs from what `settings` ask.
    ///
    /// What the driver does not report cannot differ.
    ///
    /// - Parameter source: What the settings are.
    package static func differences(
        of state: VFState, from settings: VFSettings, source: Difference.Source = .request
    ) -> [Difference] {
        var differences: [Difference] = []
        func compare<Value: Equatable>(
            _ wanted: Value?, _ reported: Value?, _ attribute: (Value) -> VFAttribute
        ) {
            guard let wanted, let reported, wanted != reported else { return }
            let asked = attribute(wanted)
            differences.append(
                Difference(
                    attribute: asked.name, present: attribute(reported).valueDescription,
                    wanted: asked.valueDescription, source: source))
        }
        compare(settings.macAddress, state.macAddress) { .macAddress($0) }
        compare(settings.vlan, state.vlan) { .vlan($0) }
        compare(settings.transmitRate(from: state), state.transmitRate) { .transmitRate($0) }
        compare(settings.spoofCheck, state.spoofCheck) { .spoofCheck($0) }
        compare(settings.trust, state.trust) { .trust($0) }
        compare(settings.linkState, state.linkState) { .linkState($0) }
        return differences
    }
}

extension VFSettings {
    /// The limits to send, since both travel together: one that is not asked for stays as it is.
    ///
    /// - Returns: nil if neither is asked for.
    package func transmitRate(from state: VFState) -> TransmitRate? {
        guard minimumRate != nil || maximumRate != nil else { return nil }
        return TransmitRate(
            minimum: minimumRate ?? state.transmitRate.minimum,
            maximum: maximumRate ?? state.transmitRate.maximum)
    }
}

extension VFState {
    /// The tags with "no VLAN" spelled out.
    fileprivate var effectiveVLANs: [VLANTag] { vlans.isEmpty ? [.none] : vlans }
}
