package import CNI

/// How an ADD shares out its time. Runtimes kill a plugin after about 60 s, and one that is killed undoes
/// nothing itself.
package struct AddBudget: Sendable {
    /// For the whole of it, but for what comes after a wait that has used up all but nothing.
    package static var total: Duration { .seconds(50) }

    /// What the way back needs once the IPAM plugin has been asked: addresses settle in 5 s, its DEL takes
    /// 10 s at most, the VF's own way takes far less than one.
    package static var rollbackReserve: Duration { .seconds(16) }

    /// With less an IPAM plugin is not asked at all.
    package static var minimumIPAMTime: Duration { .seconds(2) }

    /// How long the IPAM plugin may take to give addresses.
    ///
    /// - Parameter remaining: What is left of the total.
    /// - Throws: `CNIError` `tryAgainLater` if that is too little to ask it and to come back.
    package static func limit(remaining: Duration) throws(CNIError) -> Duration {
        let limit = remaining - rollbackReserve
        guard limit >= minimumIPAMTime else {
            throw CNIError(
                .tryAgainLater,
                "waiting for others took \(total - remaining), which leaves no time for the IPAM plugin"
            )
        }
        return limit
    }
}
