/// VFs as a table, with a last column for why an attachment is stale where any is.
enum VirtualFunctionTable {
    static func text(of functions: [VirtualFunctionView]) -> String {
        let hasStale = functions.contains { $0.staleness != nil }
        return Table(
            columns: [
                .init("VF"), .init("PF"), .init("#", .right), .init("DRIVER"), .init("INTERFACE"),
                .init("MAC"), .init("VLAN"), .init("STATE"), .init("OWNER"),
            ] + (hasStale ? [.init("STALE")] : []),
            rows: functions.map { function in
                [
                    function.address,
                    function.physicalFunctionInterface ?? function.physicalFunction,
                    function.index.map(String.init), function.driver, function.interface,
                    function.effectiveMac ?? function.administrativeMac, vlans(of: function),
                    function.state.rawValue, function.attachment.map { $0.owner.abbreviated },
                ] + (hasStale ? [function.staleness] : [])
            }
        ).text
    }

    /// The identifiers alone: a cell has no spaces, so that scripts can split lines at them.
    private static func vlans(of function: VirtualFunctionView) -> String? {
        guard let vlans = function.vlans, !vlans.isEmpty else { return nil }
        return vlans.map { "\($0.id)" }.joined(separator: ",")
    }
}
