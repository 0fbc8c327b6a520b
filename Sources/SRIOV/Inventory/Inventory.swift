internal import LinuxSystem

/// The PFs and VFs of this host, as of now.
package struct Inventory: Sendable {
    /// Sorted by address.
    package let physicalFunctions: [PFSnapshot]
    /// Sorted by address: those of the PFs, and those that are gone and still have a record.
    package let virtualFunctions: [VFSnapshot]

    /// - Parameter vanished: The VFs that are gone and still have a record.
    package init(physicalFunctions: [PFSnapshot], vanished: [VFSnapshot] = []) {
        self.physicalFunctions = physicalFunctions
        virtualFunctions = (physicalFunctions.flatMap(\.virtualFunctions) + vanished)
            .sorted { $0.function.address < $1.function.address }
    }
}
