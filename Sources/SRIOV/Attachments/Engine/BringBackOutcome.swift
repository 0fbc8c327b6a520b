/// What bringing a VF back left undone.
package struct BringBackOutcome: Sendable {
    /// The front end's part: addresses that an IPAM did not take back.
    package var frontEnd: [any Error] = []
    /// The VF is still in its container, or nobody knows where.
    package var interface: [any Error] = []
    /// Settings that the hardware refused to take back now.
    package var settings: [any Error] = []
    /// The state file did not take the news.
    package var store: [any Error] = []

    /// Everything that failed, in order of weight.
    package var failures: [any Error] { interface + settings + frontEnd + store }

    package var isComplete: Bool { failures.isEmpty }

    /// Whether the VF itself is as it was before.
    package var isVFComplete: Bool { interface.isEmpty && settings.isEmpty }
}
