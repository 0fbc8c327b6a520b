internal import LinuxSystem
internal import Metrics
internal import Netlink
internal import SRIOV

/// One sample of `vfmap top`.
struct TopView: Hashable, Codable {
    struct VF: Hashable, Codable {
        let address: String
        let physicalFunction: String
        /// nil if the PF has none in this namespace.
        let physicalFunctionInterface: String?
        let index: Int?
        /// Where it now is.
        let interface: String?
        /// Who counts: `pf`, `sysfs`, `interface`; nil if nobody does.
        let source: String?
        /// nil for rates that nobody can tell.
        let rxBitsPerSecond: Double?
        let txBitsPerSecond: Double?
        let rxPacketsPerSecond: Double?
        let txPacketsPerSecond: Double?
        let rxDropsPerSecond: Double?
        let txDropsPerSecond: Double?
        /// nil if nobody has it, and where that is not known.
        let owner: OwnerView?
    }

    /// Seconds since 1970.
    let time: Int64
    /// Seconds since the sample before.
    let interval: Double
    let virtualFunctions: [VF]
    /// Why PFs are missing, by name.
    let failures: [String: String]

    /// - Parameters:
    ///   - before: The reading `seconds` before.
    ///   - time: Seconds since 1970.
    init(
        from before: NodeReading, to now: NodeReading, seconds: Double, at time: Int64,
        _ order: TopOrder
    ) {
        let earlier = Dictionary(
            before.functions.flatMap(\.vfs).map { ($0.function.address, $0) },
            uniquingKeysWith: { first, _ in first })
        self.time = time
        interval = (seconds * 1000).rounded() / 1000
        failures = now.failures
        virtualFunctions = now.functions.flatMap { parent in
            parent.vfs.map { vf in
                // A VF that changed hands may have been removed and made again in between.
                VF(
                    vf, of: parent.function,
                    vf.counters.map {
                        TrafficRates(
                            from: earlier[vf.function.address]?.counters, to: $0, seconds: seconds)
                    })
            }
        }.sorted(by: order)
    }
}

extension TopView.VF {
    fileprivate init(
        _ vf: FunctionReading.VF, of parent: PhysicalFunction, _ rates: TrafficRates?
    ) {
        func rounded(_ rate: Double?) -> Double? { rate.map { ($0 * 10).rounded() / 10 } }
        self.init(
            address: "\(vf.function.address)", physicalFunction: "\(parent.address)",
            physicalFunctionInterface: parent.interfaceName?.description, index: vf.function.index,
            interface: vf.snapshot.link?.name.description, source: rates?.source.rawValue,
            rxBitsPerSecond: rounded(rates?.receivedBits),
            txBitsPerSecond: rounded(rates?.transmittedBits),
            rxPacketsPerSecond: rounded(rates?.receivedPackets),
            txPacketsPerSecond: rounded(rates?.transmittedPackets),
            rxDropsPerSecond: rounded(rates?.receivedDropped),
            txDropsPerSecond: rounded(rates?.transmittedDropped),
            owner: vf.snapshot.attachment.map { OwnerView($0.owner) })
    }

    /// nil only if neither direction is known.
    var dropsPerSecond: Double? {
        rxDropsPerSecond == nil && txDropsPerSecond == nil
            ? nil : (rxDropsPerSecond ?? 0) + (txDropsPerSecond ?? 0)
    }
}

extension [TopView.VF] {
    /// Addresses of one length are in order as texts are; what has no rate comes last, and equals stay in order.
    fileprivate func sorted(by order: TopOrder) -> Self {
        func descending(_ rate: (Element) -> Double?) -> Self {
            sorted {
                let (left, right) = (rate($0) ?? -1, rate($1) ?? -1)
                return left == right ? $0.address < $1.address : left > right
            }
        }
        switch order {
        case .address: return sorted { $0.address < $1.address }
        case .rx: return descending(\.rxBitsPerSecond)
        case .rxPackets: return descending(\.rxPacketsPerSecond)
        case .tx: return descending(\.txBitsPerSecond)
        case .txPackets: return descending(\.txPacketsPerSecond)
        case .drops: return descending(\.dropsPerSecond)
        case .owner:
            return sorted {
                let (left, right) = ($0.owner?.text, $1.owner?.text)
                if left == right { return $0.address < $1.address }
                // Whom nobody has comes last.
                guard let left else { return false }
                guard let right else { return true }
                return left < right
            }
        }
    }
}
