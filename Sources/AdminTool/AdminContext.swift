internal import FrontEndSupport
internal import LinuxSystem
internal import PCIDevices
internal import SRIOV

/// What a command works with.
struct AdminContext<H: Host>: Sendable {
    let sriov: Context<H>
    /// Whether the caller is root.
    let isPrivileged: Bool
    let lookups: DeviceLookups
    let openDeviceFeed: @Sendable (DeviceEventSource?) throws -> DeviceFeed
    let screen: Screen
    let makeTicker: @Sendable () throws -> Ticker
    /// Of it commands read where files and sockets are.
    let installation: Installation

    /// - Throws: `ManagerError` `notPermitted` unless the caller is root.
    func requireRoot() throws(ManagerError) {
        guard isPrivileged else { throw ManagerError(.notPermitted, "needs root") }
    }

    /// - Parameter detail: What is read of each function. Names of ids and the mode of the PF's eswitch are looked up
    ///   only with `all`.
    func inventoryView(detail: FunctionDetail = .all) throws -> InventoryView {
        InventoryView(
            try sriov.inspector.inventory(SnapshotDetail(functions: detail)),
            lookups: detail == .all ? lookups : .none)
    }

    /// The address of the VF that an argument names.
    ///
    /// An address is taken as it is: whether there is a VF is for the verb to find out.
    func virtualFunction(_ reference: FunctionReference) throws -> PCIAddress {
        if case .address(let address) = reference { return address }
        switch try sriov.inspector.inventory().function(reference) {
        case .virtual(let entry): return entry.function.address
        case .physical(let entry):
            throw ManagerError(
                .invalidRequest,
                "\(reference) is a physical function (\(entry.function.address)), "
                    + "not a virtual one")
        }
    }

    /// The PF that an argument names.
    func physicalFunction(_ reference: FunctionReference) throws -> PhysicalFunction {
        switch reference {
        case .address(let address):
            if let function = try sriov.host.physicalFunction(at: address) { return function }
            if try sriov.host.virtualFunction(at: address)?.physicalFunction != nil {
                throw ManagerError(
                    .invalidRequest, "\(address) is a virtual function, not a physical one")
            }
            throw ManagerError(.notFound, "\(address) is not a physical function with SR-IOV")
        case .interface(let name):
            if let function = try sriov.host.physicalFunction(named: name) { return function }
            throw ManagerError(
                .notFound, "no physical function with SR-IOV has an interface called \(name)")
        }
    }
}
