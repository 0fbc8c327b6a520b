internal import JSON
internal import LinuxSystem
package import SRIOV

/// One `selectors` object of a PF's configuration: a PF must satisfy all that it has; what is empty lets every PF
/// pass.
package struct PhysicalFunctionSelector: Hashable, Sendable {
    /// PCI vendor numbers of the PF itself.
    package var vendors: Set<UInt16> = []
    /// PCI device numbers of the PF itself.
    package var devices: Set<UInt16> = []
    /// Names of the PF's driver: `ice`, `mlx5_core`.
    package var drivers: Set<String> = []
    /// Types of the PF's interface.
    package var linkTypes: Set<LinkType> = []
    /// Numbers of NUMA nodes, from 0.
    package var numaNodes: Set<Int> = []

    package init() {}

    package func matches(_ state: PhysicalFunctionState) -> Bool {
        let function = state.function
        return (vendors.isEmpty || vendors.contains(function.vendor))
            && (devices.isEmpty || devices.contains(function.device))
            && (drivers.isEmpty || function.driver.map(drivers.contains) == true)
            && (linkTypes.isEmpty || function.linkType.map(linkTypes.contains) == true)
            && (numaNodes.isEmpty || function.numaNode.map(numaNodes.contains) == true)
    }
}

extension PhysicalFunctionSelector {
    package static var keys: [String] {
        ["vendors", "devices", "drivers", "linkTypes", "numaNodes"]
    }

    init(_ object: JSONObject) throws(JSONKeyError) {
        self.init()
        try object.refuseKeys(otherThan: Self.keys)
        vendors = try object.pciNumbers("vendors")
        devices = try object.pciNumbers("devices")
        drivers = try object.driverNames("drivers")
        linkTypes = try object.linkTypes("linkTypes")
        numaNodes = try object.wholeNumbers("numaNodes")
        guard self != PhysicalFunctionSelector() else {
            throw JSONKeyError(object.ownPath, "selects every PF of the host; say which")
        }
    }
}
