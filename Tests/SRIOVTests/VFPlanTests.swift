import LinuxSystem
import Netlink
import SRIOV
import Testing

/// The plan and its inverse are pure: what must be set, and what takes it back.
@Suite struct VFPlanTests {
    private let pristine = VFState(index: 1, spoofCheck: true, trust: false, linkState: .automatic)

    @Test func nothingAskedNothingChanged() {
        #expect(VFPlan.changes(for: VFSettings(), from: pristine).isEmpty)
    }

    @Test func everythingAskedComesInAFixedOrder() {
        let settings = VFSettings(
            vlan: VLANTag(identifier: 100, qualityOfService: 3), minimumRate: 10, maximumRate: 200,
            spoofCheck: false, trust: true, linkState: .enabled)
        #expect(
            VFPlan.changes(for: settings, from: pristine) == [
                .vlan(VLANTag(identifier: 100, qualityOfService: 3)),
                .transmitRate(TransmitRate(minimum: 10, maximum: 200)), .spoofCheck(false),
                .trust(true), .linkState(.enabled),
            ])
    }

    @Test func whatTheKernelReportsAlreadyIsLeftAlone() {
        var present = pristine
        present.vlans = [VLANTag(identifier: 100)]
        let settings = VFSettings(
            vlan: VLANTag(identifier: 100), spoofCheck: true, trust: false, linkState: .automatic)
        #expect(VFPlan.changes(for: settings, from: present).isEmpty)
    }

    @Test func clearingNoVLANIsNoChange() {
        #expect(VFPlan.changes(for: VFSettings(vlan: VLANTag.none), from: pristine).isEmpty)
    }

    @Test func whatTheDriverDoesNotReportIsAlwaysSet() {
        let silent = VFState(index: 1)
        #expect(
            VFPlan.changes(for: VFSettings(spoofCheck: true, trust: false), from: silent) == [
                .spoofCheck(true), .trust(false),
            ])
    }

    @Test func oneLimitKeepsTheOther() {
        var present = pristine
        present.transmitRate = TransmitRate(minimum: 10, maximum: 500)
        #expect(
            VFPlan.changes(for: VFSettings(maximumRate: 200), from: present) == [
                .transmitRate(TransmitRate(minimum: 10, maximum: 200))
            ])
        #expect(
            VFPlan.changes(for: VFSettings(minimumRate: 20), from: present) == [
                .transmitRate(TransmitRate(minimum: 20, maximum: 500))
            ])
    }

    @Test func restorationUndoesOnlyWhatWasAsked() {
        var original = pristine
        original.vlans = [VLANTag(identifier: 7)]
        original.trust = true
        var present = original
        present.vlans = [VLANTag(identifier: 100)]
        present.trust = false
        present.spoofCheck = false
        let asked = VFSettings(vlan: VLANTag(identifier: 100), trust: false)
        #expect(
            VFPlan.restoration(of: original, from: present, changedBy: asked) == [
                .vlan(VLANTag(identifier: 7)), .trust(true),
            ])
    }

    @Test func unreportedOriginalsBecomeTheKernelsDefaults() {
        let silent = VFState(index: 1)
        let asked = VFSettings(spoofCheck: false, trust: true, linkState: .disabled)
        #expect(
            VFPlan.restoration(of: silent, from: silent, changedBy: asked) == [
                .spoofCheck(true), .trust(false), .linkState(.automatic),
            ])
    }

    @Test func applyingChangesAndThenTheirInverseLeadsBack() {
        let attributes: [VFSettings] = [
            VFSettings(vlan: VLANTag(identifier: 5, qualityOfService: 2)),
            VFSettings(minimumRate: 5), VFSettings(maximumRate: 7), VFSettings(spoofCheck: false),
            VFSettings(trust: true), VFSettings(linkState: .disabled),
            VFSettings(vlan: VLANTag.none, spoofCheck: true, trust: true, linkState: .enabled),
        ]
        var other = VFState(index: 1, spoofCheck: false, trust: true, linkState: .enabled)
        other.vlans = [VLANTag(identifier: 9, qualityOfService: 1)]
        other.transmitRate = TransmitRate(minimum: 3, maximum: 4)
        for original in [pristine, other] {
            for settings in attributes {
                let changed = original.applying(VFPlan.changes(for: settings, from: original))
                #expect(VFPlan.differences(of: changed, from: settings).isEmpty)
                let back = changed.applying(
                    VFPlan.restoration(of: original, from: changed, changedBy: settings))
                #expect(back == original)
            }
        }
    }

    @Test func differencesNameBothValues() {
        var present = pristine
        present.vlans = [VLANTag(identifier: 5)]
        let settings = VFSettings(
            macAddress: MACAddress("02:11:22:33:44:55"), vlan: VLANTag(identifier: 100), trust: true
        )
        #expect(
            VFPlan.differences(of: present, from: settings).map(\.description) == [
                "MAC address is none, asked for was 02:11:22:33:44:55",
                "VLAN is 5, asked for was 100", "trust is off, asked for was on",
            ])
    }
}

extension VFState {
    /// The state after changes that all took.
    fileprivate func applying(_ changes: [VFAttribute]) -> VFState {
        changes.reduce(into: self) { info, change in
            switch change {
            case .macAddress(let address): info.macAddress = address
            case .vlan(let tag): info.vlans = tag == .none ? [] : [tag]
            case .transmitRate(let rate): info.transmitRate = rate
            case .spoofCheck(let value): info.spoofCheck = value
            case .trust(let value): info.trust = value
            case .linkState(let value): info.linkState = value
            case .rssQuery(let value): info.rssQuery = value
            }
        }
    }
}
