internal import JSON
internal import SRIOV

/// `runtimeConfig.bandwidth`, as far as a VF can keep it: it limits what it sends.
///
/// Rates there are in bit/s and from the container's side: egress is what it sends. Bursts have no place in a
/// VF's limit; runtimes send them along with every rate.
struct BandwidthLimit: Hashable, Sendable {
    /// Bit/s, above 0.
    let egressRate: UInt64

    private static let bitsPerMegabit: UInt64 = 1_000_000

    /// The limit in Mbit/s: rounded down, so that it is kept, but never to 0, which is no limit.
    var maximumRate: UInt32 {
        UInt32(clamping: max(1, egressRate / Self.bitsPerMegabit))
    }

    /// Whether the limit is below what can be set.
    var isBelowLeast: Bool { egressRate < Self.bitsPerMegabit }

    /// - Parameter bandwidth: The object; one whose rates are absent or 0 asks for nothing.
    /// - Returns: nil if nothing is asked for.
    /// - Throws: `JSONKeyError` for numbers out of range, and for a limit of what the container receives.
    init?(_ bandwidth: JSONObject) throws(JSONKeyError) {
        let highest = UInt64(UInt32.max) * Self.bitsPerMegabit
        let egressRate: UInt64? = try bandwidth.integer("egressRate", 0...highest)
        let ingressRate: UInt64? = try bandwidth.integer("ingressRate", 0...UInt64.max)
        for burst in ["egressBurst", "ingressBurst"] {
            let _: UInt64? = try bandwidth.integer(burst, 0...UInt64.max)
        }
        guard ingressRate ?? 0 == 0 else {
            throw JSONKeyError(
                bandwidth.path("ingressRate"),
                "cannot be kept, a VF limits only what it sends")
        }
        guard let egressRate, egressRate > 0 else { return nil }
        self.egressRate = egressRate
    }
}
