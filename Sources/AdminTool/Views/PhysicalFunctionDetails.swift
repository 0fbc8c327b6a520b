/// A PF with its VFs, for programs.
struct PhysicalFunctionDetails: Hashable, Codable {
    let physicalFunction: PhysicalFunctionView
    /// Sorted by address.
    let virtualFunctions: [VirtualFunctionView]

    init(physicalFunction: PhysicalFunctionView, virtualFunctions: [VirtualFunctionView]) {
        self.physicalFunction = physicalFunction
        self.virtualFunctions = virtualFunctions
    }

    /// - Returns: nil if the inventory does not have the PF.
    init?(address: String, in inventory: InventoryView) {
        let match = inventory.physicalFunctions.first { $0.address == address }
        guard let match else { return nil }
        self.init(
            physicalFunction: match,
            virtualFunctions: inventory.virtualFunctions.filter { $0.physicalFunction == address })
    }
}
