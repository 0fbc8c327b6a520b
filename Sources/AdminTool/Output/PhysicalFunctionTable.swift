internal import Node

/// PFs as a table, with the owner where one is given away as a whole.
enum PhysicalFunctionTable {
    static func text(of functions: [PhysicalFunctionView]) -> String {
        let hasOwner = functions.contains { $0.attachment != nil }
        return Table(
            columns: [
                .init("ADDRESS"), .init("INTERFACE"), .init("DRIVER"), .init("VFS", .right),
                .init("NUMA", .right), .init("LINK"), .init("ESWITCH"), .init("DEVICE"),
            ] + (hasOwner ? [.init("OWNER")] : []),
            rows: functions.map { function in
                [
                    function.address, function.interface, function.driver,
                    "\(function.currentVFs)/\(function.maximumVFs)",
                    function.numaNode.map(String.init), function.link?.rawValue,
                    function.eswitchMode,
                    deviceText(
                        vendorName: function.vendorName, deviceName: function.deviceName,
                        vendorId: function.vendorId, deviceId: function.deviceId),
                ] + (hasOwner ? [function.attachment.map { $0.owner.abbreviated }] : [])
            }
        ).text
    }
}

/// A device by its names, or by its numbers where pci.ids does not know it.
func deviceText(
    vendorName: String?, deviceName: String?, vendorId: String, deviceId: String
) -> String {
    switch (vendorName, deviceName) {
    case (let vendor?, let device?): "\(vendor) \(device)"
    case (let vendor?, nil): "\(vendor) \(deviceId)"
    case (nil, _): "\(vendorId):\(deviceId)"
    }
}
