/// PFs as a table.
enum PhysicalFunctionTable {
    static func text(of functions: [PhysicalFunctionView]) -> String {
        Table(
            columns: [
                .init("ADDRESS"), .init("INTERFACE"), .init("DRIVER"), .init("VFS", .right),
                .init("NUMA", .right), .init("LINK"), .init("ESWITCH"), .init("DEVICE"),
            ],
            rows: functions.map { function in
                [
                    function.address, function.interface, function.driver,
                    "\(function.currentVFs)/\(function.maximumVFs)",
                    function.numaNode.map(String.init), function.link?.rawValue,
                    function.eswitchMode,
                    deviceText(
                        vendorName: function.vendorName, deviceName: function.deviceName,
                        vendorId: function.vendorId, deviceId: function.deviceId),
                ]
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
