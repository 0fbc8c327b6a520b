package import LinuxSystem

/// How an administrator names a PF: by its PCI address, or by its interface's name in the host.
package enum PhysicalFunctionReference: Hashable, Sendable {
    case address(PCIAddress)
    case interface(String)

    /// Parses a PCI address with its domain, else the name of an interface.
    ///
    /// - Returns: nil for a text that is neither.
    package init?(_ text: String) {
        if let address = PCIAddress(text) {
            self = .address(address)
        } else if InterfaceName.isLegal(text) {
            self = .interface(text)
        } else {
            return nil
        }
    }

    package func matches(_ function: PhysicalFunction) -> Bool {
        switch self {
        case .address(let address): function.address == address
        case .interface(let name): function.interfaceName == KernelText(name)
        }
    }
}

extension PhysicalFunctionReference: CustomStringConvertible {
    package var description: String {
        switch self {
        case .address(let address): address.description
        case .interface(let name): name
        }
    }
}
