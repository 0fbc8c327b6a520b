internal import LinuxSystem
internal import SRIOV

/// The driver that a VF has now, for programs.
struct BindResultView: Hashable, Codable {
    let virtualFunction: String
    let driver: String?
    /// nil under a driver that makes none in this namespace.
    let interface: String?
    /// nil without an IOMMU.
    let iommuGroup: Int?
    /// What a program of user space opens; nil under other drivers.
    let device: String?

    init(_ function: VirtualFunction) {
        virtualFunction = function.address.description
        driver = function.driver
        interface = function.interfaceName?.description
        iommuGroup = function.iommuGroup
        device = function.driver == "vfio-pci" ? function.iommuGroup.map { "/dev/vfio/\($0)" } : nil
    }

    var text: String {
        var parts = ["\(virtualFunction) has driver \(driver ?? "-")"]
        if let interface { parts.append("interface \(interface)") }
        if let iommuGroup { parts.append("IOMMU group \(iommuGroup)") }
        if let device { parts.append(device) }
        return printable(parts.joined(separator: ", ")) + "\n"
    }
}
