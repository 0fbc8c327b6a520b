package import LinuxSystem
package import Netlink
package import SRIOV

/// A PF and its VFs as they are now, with what a plan must know of them.
package struct PhysicalFunctionState: Hashable, Sendable {
    package struct VF: Hashable, Sendable {
        /// The VF as sysfs shows it.
        package var function: VirtualFunction
        /// The PF's view; nil if the PF has no interface here.
        package var info: VFState?
        /// The interface in this namespace; nil without one.
        package var link: Link?
        /// Who uses the VF; nil if nobody does, as far as can be told.
        package var user: Obstacle?

        package init(
            function: VirtualFunction, info: VFState? = nil, link: Link? = nil,
            user: Obstacle? = nil
        ) {
            self.function = function
            self.info = info
            self.link = link
            self.user = user
        }
    }

    /// The PF as sysfs shows it.
    package var function: PhysicalFunction
    /// nil if the PF has no interface in this namespace.
    package var link: Link?
    /// nil where the kernel, the driver or the device has no such modes.
    package var eswitchMode: EswitchMode?
    /// Whether the kernel binds drivers to new VFs (`sriov_drivers_autoprobe`); nil if it does not tell.
    package var bindsDrivers: Bool?
    /// Who has the PF as a whole; nil for nobody.
    package var user: Obstacle?
    /// What changing the number of VFs would disturb.
    package var obstacles: [Obstacle]
    /// The names of drivers that are asked for and not there.
    package var missingDrivers: Set<String>
    /// By index.
    package var virtualFunctions: [Int: VF]

    package init(
        function: PhysicalFunction, link: Link? = nil, eswitchMode: EswitchMode? = nil,
        bindsDrivers: Bool? = true, user: Obstacle? = nil, obstacles: [Obstacle] = [],
        missingDrivers: Set<String> = [], virtualFunctions: [Int: VF] = [:]
    ) {
        self.function = function
        self.link = link
        self.eswitchMode = eswitchMode
        self.bindsDrivers = bindsDrivers
        self.user = user
        self.obstacles = obstacles
        self.missingDrivers = missingDrivers
        self.virtualFunctions = virtualFunctions
    }

    /// The interface's name; nil without one in this namespace.
    package var name: KernelText? { link?.name ?? function.interfaceName }

    /// The name for messages: the interface's, or the address where there is none.
    package var displayName: String { name?.description ?? function.address.description }
}
