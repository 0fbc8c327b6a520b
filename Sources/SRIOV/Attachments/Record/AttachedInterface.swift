package import Netlink

/// A VF in its container, while its front end finishes: addresses, routes, the result.
package struct AttachedInterface<H: Host>: Sendable {
    /// The record.
    package let attachment: Attachment
    /// The machine, for what the front end sets in the container.
    package let host: H
    /// The container's namespace, held open.
    package let namespace: H.Namespace
    /// The interface in the container; nil if the VF has none.
    package let link: Link?
    /// The PF's view after the changes; nil where the PF is not visible.
    package let info: VFState?
}
