internal import LinuxSystem
internal import Netlink
internal import SRIOV

extension Inventory {
    /// What a reference leads to.
    enum Function {
        case physical(PFSnapshot)
        case virtual(VFSnapshot)

        var address: PCIAddress {
            switch self {
            case .physical(let entry): entry.function.address
            case .virtual(let entry): entry.function.address
            }
        }
    }

    /// Finds the PF or VF that a reference names.
    ///
    /// A name is looked for among the interfaces of this namespace first, then among those in
    /// containers, where many may have the same.
    ///
    /// - Throws: `ManagerError` `notFound`; `invalidRequest` for a name that several have.
    func function(_ reference: FunctionReference) throws(ManagerError) -> Function {
        let everything =
            physicalFunctions.map(Function.physical) + virtualFunctions.map(Function.virtual)
        switch reference {
        case .address(let address):
            guard let match = everything.first(where: { $0.address == address }) else {
                throw ManagerError(.notFound, "\(address) is neither a PF nor a VF")
            }
            return match
        case .interface(let name):
            let here = everything.filter { $0.hostNames.contains(name) }
            let matches =
                here.isEmpty ? everything.filter { $0.containerNames.contains(name) } : here
            guard let match = matches.first else {
                throw ManagerError(.notFound, "no PF or VF has an interface called \(name)")
            }
            guard matches.count == 1 else {
                let addresses = matches.map(\.address.description).joined(separator: ", ")
                throw ManagerError(
                    .invalidRequest,
                    "\(name) is the name of \(matches.count) interfaces, give one of the "
                        + "addresses \(addresses)")
            }
            return match
        }
    }
}

extension Inventory.Function {
    /// The names of its interface in this namespace.
    fileprivate var hostNames: [String] {
        switch self {
        case .physical(let entry):
            return names(entry.link?.name ?? entry.function.interfaceName, of: entry.link)
        case .virtual(let entry):
            guard !entry.isElsewhere else { return [] }
            return names(entry.link?.name ?? entry.function.interfaceName, of: entry.link)
        }
    }

    /// The names of its interface in another namespace.
    fileprivate var containerNames: [String] {
        guard case .virtual(let entry) = self, entry.isElsewhere else { return [] }
        return names(entry.visibleInterfaceName, of: entry.link)
    }

    private func names(_ name: KernelText?, of link: Link?) -> [String] {
        ([name].compactMap(\.self) + (link?.alternativeNames ?? [])).map(\.description)
    }
}

extension VFSnapshot {
    /// Whether its interface is, or must be, in another namespace.
    fileprivate var isElsewhere: Bool {
        namespacePath != nil || (link == nil && function.interfaceName == nil)
    }
}
