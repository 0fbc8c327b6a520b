package import LinuxSystem
internal import Netlink

extension Engine {
    /// The PF of a VF and its driver's report of it; nil where the PF is not visible.
    func pfInfo(of function: VirtualFunction) throws -> PhysicalFunctionInfo? {
        guard let address = function.physicalFunction else { return nil }
        return try host.vfInfos(ofPF: address, expectedName: nil, only: function.index)
    }

    func vfInfo(of function: VirtualFunction, in parent: PhysicalFunctionInfo?) throws -> VFState? {
        guard let parent, let index = function.index else { return nil }
        guard let info = parent.vf(index) else {
            throw ManagerError(
                .unsupported, "\(parent.link.name) reports nothing of its VF \(index)")
        }
        return info
    }

    /// The VF at an address.
    ///
    /// - Parameter detail: How much of it is read.
    /// - Throws: `ManagerError` that says what is there instead.
    package func virtualFunction(
        at address: PCIAddress, detail: FunctionDetail = .work
    ) throws(ManagerError) -> VirtualFunction {
        do {
            if let function = try host.virtualFunction(at: address, detail: detail) {
                return function
            }
            if try host.physicalFunction(at: address) != nil {
                throw ManagerError(
                    .invalidRequest, "\(address) is a physical function, not a virtual one")
            }
        } catch {
            throw error as? ManagerError ?? .wrapping(error, "read PCI function \(address)")
        }
        guard host.functionExists(at: address) else {
            throw ManagerError(.notFound, "there is no PCI function \(address)")
        }
        throw ManagerError(.invalidRequest, "PCI function \(address) is not a virtual function")
    }
}
