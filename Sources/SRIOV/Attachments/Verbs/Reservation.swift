package import Netlink

/// A configured VF that waits for its runtime to move it.
package struct Reservation: Sendable {
    /// The record, in phase reserved or joined.
    package let attachment: Attachment
    /// The interface in the host.
    package let link: Link
    /// The PF's view after the changes; nil where the PF is not visible, and for a PF itself.
    package let info: VFState?
}
