internal import FrontEndSupport
internal import LinuxSystem
internal import Netlink
package import SRIOV

extension NodeReading {
    /// Writes everything about PFs, VFs and attachments.
    ///
    /// - Parameter pools: Those that were asked for; nil without a configuration.
    package func write(to text: inout MetricsText, pools: PoolList?) {
        text.add(.stateFileUsable, attachments != nil)
        if let attachments {
            for phase in AttachmentPhase.allCases {
                text.add(
                    .attachments, attachments.count { $0.phase == phase },
                    labels: [phase.rawValue])
            }
        }
        if let staleAttachments { text.add(.staleAttachments, staleAttachments) }
        for name in failures.keys.sorted() { text.add(.scrapeError, true, labels: [name]) }
        for function in functions { function.write(to: &text) }
        // A pool of which a PF could not be read would look smaller than it is, and its VFs free that are not.
        if failures.isEmpty, attachments != nil { writePools(pools?.pools ?? [], to: &text) }
        text.add(.scrapeDuration, .number(seconds))
    }

    private func writePools(_ pools: [Pool], to text: inout MetricsText) {
        let vfs = functions.flatMap(\.vfs)
        for pool in pools where pool.deviceType == .netDevice {
            for use in VFUse.allCases {
                text.add(
                    .poolVFs, vfs.count { $0.pool == pool.fullName && $0.use == use },
                    labels: [pool.fullName, use.rawValue])
            }
        }
    }
}

extension FunctionReading {
    fileprivate func write(to text: inout MetricsText) {
        let labels = [function.displayName, "\(function.address)"]
        text.add(
            .pfInfo, true, labels: labels + [function.numaLabel, function.driver ?? ""])
        text.add(.pfVFs, function.virtualFunctions.count, labels: labels)
        text.add(.pfMaximumVFs, function.maximumVFs, labels: labels)
        if let link {
            text.add(.pfUp, link.isUp, labels: labels)
            text.add(.pfCarrier, link.hasCarrier, labels: labels)
        }
        for vf in vfs { vf.write(to: &text, of: function) }
        text.add(.scrapeError, !isComplete, labels: [function.displayName])
    }

    /// Whether every VF that the PF has was read, and what it is used for.
    private var isComplete: Bool {
        vfs.count == function.virtualFunctions.count
            && vfs.allSatisfy {
                $0.pool == nil || $0.use != nil || $0.snapshot.occupancy == .unknown
            }
    }
}

extension FunctionReading.VF {
    fileprivate func write(
        to text: inout MetricsText, of parent: PhysicalFunction
    ) {
        let labels = [
            parent.displayName, function.index.map(String.init) ?? "", "\(function.address)",
        ]
        text.add(
            .vfInfo, true,
            labels: labels + [
                function.numaLabel, function.driver ?? "", interfaceLabel, pool ?? "",
            ])
        if let attachment = snapshot.attachment {
            let owner = attachment.owner
            text.add(
                .vfAttached, true,
                labels: labels + [
                    FrontEnd.label(of: owner), owner.network ?? "", owner.container,
                    owner.interfaceName ?? "", attachment.phase.rawValue,
                ])
        }
        guard let counters else { return }
        for (family, value) in counters.samples {
            guard let value else { continue }
            text.add(
                family, .whole(value),
                labels: labels + [function.numaLabel, counters.source.rawValue])
        }
    }
}

extension FunctionReading.VF {
    /// The interface's name as far as no container chooses it, which could make a series of every name.
    ///
    /// The recorded name also of a VF that is in the host: it comes home under the name that it had in its container.
    private var interfaceLabel: String {
        if let attachment = snapshot.attachment { return attachment.owner.interfaceName ?? "" }
        return snapshot.namespacePath == nil ? snapshot.link?.name.description ?? "" : ""
    }
}

extension TrafficCounters {
    fileprivate var samples: [(MetricFamily, UInt64?)] {
        [
            (.receivedBytes, receivedBytes), (.transmittedBytes, transmittedBytes),
            (.receivedPackets, receivedPackets), (.transmittedPackets, transmittedPackets),
            (.receivedDropped, receivedDropped), (.transmittedDropped, transmittedDropped),
            (.receivedBroadcasts, receivedBroadcasts), (.receivedMulticasts, receivedMulticasts),
        ]
    }
}

/// The kernel says -1 of a function that belongs to no node, and the existing exporter passes that on.
extension PhysicalFunction {
    fileprivate var numaLabel: String { numaNode.map(String.init) ?? "-1" }
}

extension VirtualFunction {
    fileprivate var numaLabel: String { numaNode.map(String.init) ?? "-1" }
}
