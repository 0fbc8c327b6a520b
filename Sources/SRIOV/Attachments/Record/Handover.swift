/// What is open between vfmap and a runtime that moves a VF's interface by itself, as Docker does.
package struct Handover: Hashable, Sendable {
    /// When the phase began, in seconds since the machine was booted.
    package var phaseBegan: Int64
    /// Whether the VF is trusted until it is in its container, so that the runtime can set its MAC.
    package var isTemporarilyTrusted: Bool

    package init(phaseBegan: Int64, isTemporarilyTrusted: Bool = false) {
        self.phaseBegan = phaseBegan
        self.isTemporarilyTrusted = isTemporarilyTrusted
    }
}
