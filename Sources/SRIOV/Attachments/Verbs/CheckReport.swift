package import Netlink

/// How an attachment is, compared with its record.
package struct CheckReport: Sendable {
    /// The record that was compared.
    package let attachment: Attachment
    /// The interface in its namespace; nil if it has none there.
    package let link: Link?
    /// The PF's view; nil where the PF is not visible.
    package let info: VFState?
    /// What is not as the record says; empty if all is well.
    package let findings: [CheckFinding]
}
