package import LinuxSystem
package import Netlink

/// The steps of an attach, before anything is done.
package struct AttachPlan: Hashable, Sendable {
    /// The VF that would be attached.
    package let virtualFunction: VirtualFunction
    /// What would be set through the PF, in order.
    package let changes: [VFAttribute]
    /// What would be set on the interface itself; empty for nothing.
    package let interface: LinkSettings
    /// The interface's present name; nil if the VF has none.
    package let interfaceName: KernelText?
    /// The path of the namespace that the interface would move into.
    package let namespacePath: String
    /// The interface's name in that namespace.
    package let targetName: String
}
