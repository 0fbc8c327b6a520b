package import LinuxSystem
internal import Netlink

/// The PCI functions with SR-IOV as sysfs shows them, read anew by every call.
package struct SysfsInventory: Sendable {
    let sysfs: Sysfs

    package init(sysfs: Sysfs = Sysfs()) {
        self.sysfs = sysfs
    }

    private static let devices = "bus/pci/devices"

    func directory(of address: PCIAddress) -> String { "\(Self.devices)/\(address)" }

    /// Every PF of a network card, sorted by address.
    ///
    /// - Throws: `SystemCallError` if sysfs cannot be read.
    package func physicalFunctions() throws(SystemCallError) -> [PhysicalFunction] {
        try physicalFunctions(
            among: try sysfs.entries(of: Self.devices).compactMap { PCIAddress($0) })
    }

    /// The PFs of network cards among some functions, sorted by address.
    ///
    /// - Throws: `SystemCallError` if sysfs cannot be read; a function that is gone is left out.
    package func physicalFunctions(
        among candidates: [PCIAddress]
    ) throws(SystemCallError) -> [PhysicalFunction] {
        var functions: [PhysicalFunction] = []
        // A VF comes after its PF, and is none itself: of thousands of them no file needs to be looked at.
        var children: Set<PCIAddress> = []
        for address in candidates.sorted() where !children.contains(address) {
            guard let function = try physicalFunction(at: address) else { continue }
            children.formUnion(function.virtualFunctions.values)
            if try isNetworkController(address) { functions.append(function) }
        }
        return functions
    }

    /// Storage controllers and accelerators have VFs too, which are not for us.
    private func isNetworkController(_ address: PCIAddress) throws(SystemCallError) -> Bool {
        try sysfs.value(of: "\(directory(of: address))/class")?.hasPrefix("0x02") ?? false
    }

    /// - Returns: nil if there is no such function, or it can have no VFs (`sriov_totalvfs`).
    /// - Throws: `SystemCallError`.
    package func physicalFunction(
        at address: PCIAddress
    ) throws(SystemCallError) -> PhysicalFunction? {
        let directory = directory(of: address)
        guard let maximum = try sysfs.number(of: "\(directory)/sriov_totalvfs"), maximum > 0 else {
            return nil
        }
        let interfaceName = try interfaceName(of: address)
        return PhysicalFunction(
            address: address, interfaceName: interfaceName,
            driver: try sysfs.linkTarget(of: "\(directory)/driver"),
            vendor: try identifier("\(directory)/vendor"),
            device: try identifier("\(directory)/device"),
            numaNode: try numaNode(of: directory), iommuGroup: try iommuGroup(of: directory),
            rdmaDevice: try sysfs.entries(of: "\(directory)/infiniband").first,
            linkType: try interfaceName.flatMap { name throws(SystemCallError) in
                try sysfs.number(of: "class/net/\(name)/type").map(LinkType.init)
            }, maximumVFs: maximum,
            virtualFunctions: try virtualFunctions(of: directory))
    }

    /// The PF behind an interface of this namespace.
    ///
    /// - Returns: nil if there is no such interface, it is a representor, or its device is no PF.
    /// - Throws: `SystemCallError`.
    package func physicalFunction(
        named name: String
    ) throws(SystemCallError) -> PhysicalFunction? {
        guard InterfaceName.isLegal(name),
            let target = try sysfs.linkTarget(of: "class/net/\(name)/device"),
            let address = PCIAddress(target), try role(of: KernelText(name)) == .own
        else { return nil }
        return try physicalFunction(at: address)
    }

    /// A VF; also a network function of which nobody can tell whether it is one: inside a virtual machine
    /// VFs have no PF.
    ///
    /// - Parameter detail: How much of it is read; the rest stays empty.
    /// - Returns: nil if there is no such function, or it is a PF or no network function.
    /// - Throws: `SystemCallError`.
    package func virtualFunction(
        at address: PCIAddress, detail: FunctionDetail = .all
    ) throws(SystemCallError) -> VirtualFunction? {
        let directory = directory(of: address)
        let parent = try sysfs.linkTarget(of: "\(directory)/physfn").flatMap { PCIAddress($0) }
        if parent == nil {
            let maximum = try sysfs.number(of: "\(directory)/sriov_totalvfs") ?? 0
            guard maximum == 0, try isNetworkController(address) else { return nil }
        }
        if detail == .parentage {
            return VirtualFunction(address: address, physicalFunction: parent)
        }
        let index = try parent.flatMap { parent throws(SystemCallError) in
            try self.index(of: address, on: parent)
        }
        var function = try bareVirtualFunction(at: address, of: parent, index: index)
        if detail.contains(.identifiers) {
            function.vendor = try identifier("\(directory)/vendor")
            function.device = try identifier("\(directory)/device")
        }
        try describe(&function, detail)
        return function
    }

    /// The VFs of a PF, sorted by index; those that have gone since the PF was read are missing.
    ///
    /// What the PF tells of all of them is not asked of each, so that a list of thousands of VFs costs half as much as
    /// it would one by one.
    ///
    /// - Parameter detail: How much of each is read; the rest stays empty.
    /// - Throws: `SystemCallError`.
    package func virtualFunctions(
        of parent: PhysicalFunction, detail: FunctionDetail = .all
    ) throws(SystemCallError) -> [VirtualFunction] {
        // The kernel gives every VF the vendor of its PF, and this for a device.
        var device: UInt16?
        if detail.contains(.identifiers) {
            device = try value(hexadecimal: "\(directory(of: parent.address))/sriov_vf_device")
        }
        var functions: [VirtualFunction] = []
        for (index, address) in parent.virtualFunctions.sorted(by: { $0.key < $1.key }) {
            if detail == .parentage {
                functions.append(
                    VirtualFunction(address: address, physicalFunction: parent.address))
                continue
            }
            var function = try bareVirtualFunction(at: address, of: parent.address, index: index)
            if function.driver == nil, !functionExists(at: address) { continue }
            if detail.contains(.identifiers) {
                function.vendor = parent.vendor
                // Not `??`: it does not pass the type of the error on.
                if let device {
                    function.device = device
                } else {
                    function.device = try identifier("\(directory(of: address))/device")
                }
            }
            try describe(&function, detail.subtracting(.numaNode))
            // The kernel takes the node of a function from its root bus, which a VF shares with its PF.
            if detail.contains(.numaNode) { function.numaNode = parent.numaNode }
            functions.append(function)
        }
        return functions
    }

    private func bareVirtualFunction(
        at address: PCIAddress, of parent: PCIAddress?, index: Int?
    ) throws(SystemCallError) -> VirtualFunction {
        VirtualFunction(
            address: address, physicalFunction: parent, index: index,
            interfaceName: parent == nil
                ? try interfaceName(of: address) : try interfaceName(ofVF: address),
            driver: try sysfs.linkTarget(of: "\(directory(of: address))/driver"))
    }

    /// Adds what no work on the VF needs.
    private func describe(
        _ function: inout VirtualFunction, _ detail: FunctionDetail
    ) throws(SystemCallError) {
        let directory = directory(of: function.address)
        if detail.contains(.numaNode) { function.numaNode = try numaNode(of: directory) }
        if detail.contains(.iommuGroup) { function.iommuGroup = try iommuGroup(of: directory) }
        if detail.contains(.rdmaDevice) {
            function.rdmaDevice = try sysfs.entries(of: "\(directory)/infiniband").first
        }
        if detail.contains(.acpiIndex) {
            function.acpiIndex = try sysfs.value(of: "\(directory)/acpi_index")
        }
    }

    /// The driver bound to a function; nil for none, and without such a function.
    ///
    /// - Throws: `SystemCallError`.
    package func driver(of address: PCIAddress) throws(SystemCallError) -> String? {
        try sysfs.linkTarget(of: "\(directory(of: address))/driver")
    }

    package func functionExists(at address: PCIAddress) -> Bool {
        sysfs.exists(directory(of: address))
    }

    /// Which device the kernel has made for the function: the inode number of its directory.
    ///
    /// sysfs takes it from a counter of 64 bits and never gives it again; it is the same through every mount, the
    /// device number is not.
    ///
    /// - Returns: nil if there is no such function, or its directory cannot be looked at.
    package func functionInstance(at address: PCIAddress) -> UInt64? {
        try? FileIdentity(of: "\(sysfs.root)/\(directory(of: address))").inode
    }

    /// The names of a function's own interfaces in this namespace, sorted, without the representors that stand beside
    /// them.
    ///
    /// - Throws: `SystemCallError`.
    package func interfaceNames(of address: PCIAddress) throws(SystemCallError) -> [KernelText] {
        var names: [KernelText] = []
        for name in try namesOfInterfaces(at: address) where try role(of: name) == .own {
            names.append(name)
        }
        return names
    }

    // MARK: Attributes

    /// The function's own interface; of several the first. Representors of its VFs (`pf0vf1`) stand beside it.
    ///
    /// - Returns: nil if it has none, be there representors.
    /// - Throws: `SystemCallError`.
    package func interfaceName(of address: PCIAddress) throws(SystemCallError) -> KernelText? {
        for name in try namesOfInterfaces(at: address) where try role(of: name) == .own {
            return name
        }
        return nil
    }

    /// The same for a VF: representors stand beside the interface of its PF, so the only one here needs no second look,
    /// which would be one file for each VF of a list.
    private func interfaceName(ofVF address: PCIAddress) throws(SystemCallError) -> KernelText? {
        let names = try namesOfInterfaces(at: address)
        return names.count > 1 ? try interfaceName(of: address) : names.first
    }

    /// The interface that stands for a VF on its PF's switch: among those of the PF the one whose port is the
    /// VF's (`pf0vf1`). One of this host goes before one of another controller's.
    ///
    /// - Returns: nil if there is none, as always outside switchdev mode.
    /// - Throws: `SystemCallError`.
    package func representor(
        of function: VirtualFunction
    ) throws(SystemCallError) -> KernelText? {
        guard let parent = function.physicalFunction, let index = function.index else { return nil }
        var elsewhere: KernelText?
        for name in try namesOfInterfaces(at: parent) {
            guard case .representor(let port) = try role(of: name), port.virtualFunction == index
            else { continue }
            if port.controller == nil { return name }
            elsewhere = elsewhere ?? name
        }
        return elsewhere
    }

    /// The names of everything below a function that is an interface in this namespace, sorted.
    func namesOfInterfaces(at address: PCIAddress) throws(SystemCallError) -> [KernelText] {
        try sysfs.entryNames(of: "\(directory(of: address))/net")
    }

    /// What an interface below a function is to it.
    private func role(of name: KernelText) throws(SystemCallError) -> LinkRole {
        LinkRole(portName: try sysfs.value(of: "class/net/\(name)/phys_port_name"))
    }

    /// Whether the function has a reset of its own: the kernel shows the attribute only then.
    package func canReset(_ address: PCIAddress) -> Bool {
        sysfs.exists("\(directory(of: address))/reset")
    }

    private func virtualFunctions(
        of directory: String
    ) throws(SystemCallError) -> [Int: PCIAddress] {
        var functions: [Int: PCIAddress] = [:]
        for entry in try sysfs.entries(of: directory) where entry.hasPrefix("virtfn") {
            guard let index = Int(entry.dropFirst("virtfn".count)),
                let target = try sysfs.linkTarget(of: "\(directory)/\(entry)"),
                let address = PCIAddress(target)
            else { continue }
            functions[index] = address
        }
        return functions
    }

    /// The index of a VF, computed as the PCI specification does and then confirmed by the PF's link.
    ///
    /// So it costs two files however many VFs there are. A kernel that does not show offset and
    /// stride makes it a search.
    private func index(
        of address: PCIAddress, on parent: PCIAddress
    ) throws(SystemCallError) -> Int? {
        let directory = directory(of: parent)
        if let offset = try sysfs.number(of: "\(directory)/sriov_offset"),
            let stride = try sysfs.number(of: "\(directory)/sriov_stride"), stride > 0
        {
            let distance = address.routingIdentifier - parent.routingIdentifier - offset
            let index = distance / stride
            if distance >= 0, distance % stride == 0,
                try sysfs.linkTarget(of: "\(directory)/virtfn\(index)") == address.description
            {
                return index
            }
        }
        return try virtualFunctions(of: directory).first { $0.value == address }?.key
    }

    /// A hexadecimal number without `0x`, as the kernel writes `sriov_vf_device`; nil if there is none.
    private func value(hexadecimal attribute: String) throws(SystemCallError) -> UInt16? {
        try sysfs.value(of: attribute).flatMap { UInt16($0, radix: 16) }
    }

    private func identifier(_ attribute: String) throws(SystemCallError) -> UInt16 {
        UInt16(truncatingIfNeeded: try sysfs.number(of: attribute) ?? 0)
    }

    /// The kernel says -1 where a device belongs to no node.
    private func numaNode(of directory: String) throws(SystemCallError) -> Int? {
        guard let node = try sysfs.number(of: "\(directory)/numa_node"), node >= 0 else {
            return nil
        }
        return node
    }

    private func iommuGroup(of directory: String) throws(SystemCallError) -> Int? {
        try sysfs.linkTarget(of: "\(directory)/iommu_group").flatMap { Int($0) }
    }
}

extension PCIAddress {
    /// Bus, device and function as one number, in which VFs lie at regular distances.
    fileprivate var routingIdentifier: Int {
        Int(bus) << 8 | Int(device) << 3 | Int(function)
    }
}
