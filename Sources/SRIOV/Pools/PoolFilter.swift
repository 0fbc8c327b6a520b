internal import LinuxSystem

/// One key of a pool's selector, held against one VF.
package struct PoolFilter: Hashable, Sendable {
    /// As the configuration spells it: `pfNames`.
    package let key: String
    /// What the configuration asks for, one of these.
    package let wanted: [String]
    /// What the VF has in its place, in words.
    package let found: String
    /// Whether `found` is one of `wanted`.
    package let passes: Bool
}

extension PoolSelector {
    /// Every key that the selector has, held against a VF; the VF is selected if all pass.
    package func filters(
        of function: VirtualFunction, on parent: PhysicalFunction
    ) -> [PoolFilter] {
        var filters: [PoolFilter] = []
        func compare(_ key: String, _ wanted: [String], _ found: String?, passes: Bool) {
            guard !wanted.isEmpty else { return }
            filters.append(
                PoolFilter(key: key, wanted: wanted, found: found ?? "none", passes: passes))
        }
        let member = function.index.map { "#\($0)" } ?? ""
        let vendor = hexadecimal(function.vendor, digits: 4)
        let device = hexadecimal(function.device, digits: 4)
        compare(
            "vendors", vendors.sorted().map { hexadecimal($0, digits: 4) }, vendor,
            passes: vendors.contains(function.vendor))
        compare(
            "devices", devices.sorted().map { hexadecimal($0, digits: 4) }, device,
            passes: devices.contains(function.device))
        compare(
            "drivers", drivers.sorted(), function.driver,
            passes: function.driver.map(drivers.contains) == true)
        compare(
            "pciAddresses", addresses.sorted().map(\.description), "\(function.address)",
            passes: addresses.contains(function.address))
        compare(
            "acpiIndexes", acpiIndexes.sorted(), function.acpiIndex,
            passes: function.acpiIndex.map(acpiIndexes.contains) == true)
        compare(
            "pfNames", physicalFunctions.map(\.description),
            parent.interfaceName.map { "\($0)\(member)" } ?? "\(parent.address)\(member)",
            passes: physicalFunctions.contains { $0.matches(function, on: parent) })
        compare(
            "rootDevices", rootDevices.map(\.description), "\(parent.address)\(member)",
            passes: rootDevices.contains { $0.matches(function, on: parent) })
        compare(
            "linkTypes", linkTypes.map(\.description).sorted(), parent.linkType?.description,
            passes: parent.linkType.map(linkTypes.contains) == true)
        if needsRDMA {
            compare("isRdma", ["true"], function.rdmaDevice, passes: function.rdmaDevice != nil)
        }
        return filters
    }
}

extension PoolMember: CustomStringConvertible {
    /// `ens1f0#0,2-5`, as the configuration spells it.
    package var description: String {
        let ranges = indexes.map {
            $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
        }
        return physicalFunction.description
            + (ranges.isEmpty ? "" : "#" + ranges.joined(separator: ","))
    }
}

extension LinkType: CustomStringConvertible {
    /// `ether`, `infiniband`, as the configuration spells them.
    package var description: String {
        switch self {
        case .ethernet: "ether"
        case .infiniBand: "infiniband"
        default: "type \(rawValue)"
        }
    }
}
