package import Netlink

/// The present state of an attachment, compared with its record.
package struct CheckReport: Sendable {
    /// The record that was compared.
    package let attachment: Attachment
    /// The interface in its namespace; nil if it has none there.
    package let link: Link?
    /// The PF's view; nil where the PF is not visible.
    package let info: VFState?
    /// The differences from the record; empty for none.
    package let findings: [CheckFinding]
}
