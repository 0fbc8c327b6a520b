/// What bringing a VF back left undone.
package struct BringBackOutcome: Sendable {
    /// The front end's part: addresses that an IPAM plugin did not release.
    package var frontEnd: [any Error] = []
    /// The VF is still in its container, or was not found.
    package var interface: [any Error] = []
    /// Settings that the hardware refused to restore now.
    package var settings: [any Error] = []
    /// The state file could not be written.
    package var store: [any Error] = []

    /// Everything that failed, in order of weight.
    package var failures: [any Error] { interface + settings + frontEnd + store }

    package var isComplete: Bool { failures.isEmpty }

    /// Whether the VF itself is as it was before.
    package var isVFComplete: Bool { interface.isEmpty && settings.isEmpty }
}
