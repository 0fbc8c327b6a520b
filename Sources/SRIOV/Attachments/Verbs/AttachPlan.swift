package import LinuxSystem
package import Netlink

/// What an attach would do, step by step, before anything is done.
package struct AttachPlan: Hashable, Sendable {
    package let virtualFunction: VirtualFunction
    /// What would be set through the PF, in order.
    package let changes: [VFAttribute]
    /// What would be set on the interface itself; empty for nothing.
    package let interface: LinkSettings
    /// The interface's present name; nil if the VF has none.
    package let interfaceName: KernelText?
    /// The namespace, and the name there.
    package let namespacePath: String
    package let targetName: String
}
