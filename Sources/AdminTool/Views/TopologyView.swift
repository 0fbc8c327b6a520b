internal import Node
internal import SRIOV

/// PFs with their VFs and those who have them, for programs.
struct TopologyView: Hashable, Codable {
    struct PhysicalFunction: Hashable, Codable {
        /// nil for the VFs whose PF is not visible.
        let address: String?
        let interface: String?
        let driver: String?
        let link: LinkCondition?
        let numaNode: Int?
        let eswitchMode: String?
        let maximumVFs: Int?
        /// Who has the PF as a whole; nil for nobody.
        let owner: OwnerView?
        /// In order of index.
        let virtualFunctions: [VirtualFunction]
    }

    struct VirtualFunction: Hashable, Codable {
        let address: String
        let index: Int?
        let driver: String?
        let interface: String?
        /// nil for this one.
        let namespace: String?
        let state: VFCondition
        let owner: OwnerView?
        /// Why the attachment is not in use any more; nil if it may be.
        let staleness: String?
    }

    let physicalFunctions: [PhysicalFunction]

    init(_ inventory: InventoryView) {
        func children(of address: String?) -> [VirtualFunction] {
            inventory.virtualFunctions.filter { $0.physicalFunction == address }
                .sorted { ($0.index ?? 0, $0.address) < ($1.index ?? 0, $1.address) }
                .map(VirtualFunction.init)
        }
        var functions = inventory.physicalFunctions.map { function in
            PhysicalFunction(
                address: function.address, interface: function.interface,
                driver: function.driver, link: function.link, numaNode: function.numaNode,
                eswitchMode: function.eswitchMode, maximumVFs: function.maximumVFs,
                owner: function.attachment?.owner,
                virtualFunctions: children(of: function.address))
        }
        let shown = Set(inventory.physicalFunctions.map(\.address))
        let orphans = inventory.virtualFunctions.filter {
            $0.physicalFunction.map { !shown.contains($0) } ?? true
        }
        if !orphans.isEmpty {
            functions.append(
                PhysicalFunction(
                    address: nil, interface: nil, driver: nil, link: nil, numaNode: nil,
                    eswitchMode: nil, maximumVFs: nil, owner: nil,
                    virtualFunctions: orphans.map(VirtualFunction.init)))
        }
        physicalFunctions = functions
    }
}

extension TopologyView.VirtualFunction {
    fileprivate init(_ function: VirtualFunctionView) {
        self.init(
            address: function.address, index: function.index, driver: function.driver,
            interface: function.interface, namespace: function.namespace, state: function.state,
            owner: function.attachment?.owner, staleness: function.staleness)
    }
}

extension TopologyView.PhysicalFunction {
    /// The PF in a line: `pf0 (0000:01:00.0, igb, up, legacy, 2 of 7 VFs)`.
    var title: String {
        guard let address else { return "VFs whose physical function is not visible" }
        let facts = [
            interface.map { _ in address }, driver ?? "no driver", link?.rawValue,
            numaNode.map { "NUMA node \($0)" }, eswitchMode,
            maximumVFs.map { "\(virtualFunctions.count) of \($0) VFs" },
        ]
        return "\(interface ?? address) (\(facts.compactMap(\.self).joined(separator: ", ")))"
            + (owner.map { ": as a whole to \($0.abbreviated)" } ?? "")
    }
}

extension TopologyView.VirtualFunction {
    /// The VF in a line: `0: 0000:01:10.0, igbvf, net1 in /run/netns/blue`.
    var title: String {
        let place = interface.map { name in namespace.map { "\(name) in \($0)" } ?? name }
        let facts = [address, driver ?? "no driver", place].compactMap(\.self)
        return (index.map { "\($0): " } ?? "") + facts.joined(separator: ", ")
    }

    /// Who has it: `attached to cli blue/net1`, or the state alone.
    var holder: String {
        (owner.map { "\(state.rawValue) to \($0.abbreviated)" } ?? state.rawValue)
            + (staleness.map { " (stale: \($0))" } ?? "")
    }
}
