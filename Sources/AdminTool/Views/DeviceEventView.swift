internal import LinuxSystem
internal import PCIDevices
internal import SRIOV

/// One event of `watch`, for programs.
struct DeviceEventView: Hashable, Codable {
    /// One of `DeviceAction`, or `listening`, or `overflow`.
    let action: String
    /// With `listening`: whose events these are.
    var source: String?
    /// `function` or `interface`.
    var kind: String?
    /// Of the PCI function that it is about.
    var address: String?
    var driver: String?
    /// `physical`, `virtual` or `none`; nil where nothing tells any more.
    var role: String?
    /// Of a VF.
    var physicalFunction: String?
    /// Of a PF.
    var currentVFs: Int?
    var interface: String?
    /// The name before a renaming.
    var oldInterface: String?
    var interfaceIndex: Int32?
    /// Who has the function by the state file; nil without a record, and where it cannot be read.
    var owner: OwnerView?

    /// The line before all events: from here on nothing is missed.
    init(listeningTo source: DeviceEventSource) {
        action = "listening"
        self.source = source.rawValue
    }

    init(_ event: DeviceEvent, owner: AttachmentOwner?) {
        self.owner = owner.map(OwnerView.init)
        switch event {
        case .function(let action, let detail):
            self.action = action.rawValue
            kind = "function"
            address = detail.address.description
            driver = detail.driver
            switch detail.role {
            case .physical(let count): (role, currentVFs) = ("physical", count)
            case .virtual(let parent): (role, physicalFunction) = ("virtual", parent.description)
            case .plain: role = "none"
            case .unknown: break
            }
        case .interface(let action, let detail):
            self.action = action.rawValue
            kind = "interface"
            address = detail.function.description
            interface = detail.name
            oldInterface = detail.oldName
            interfaceIndex = detail.index
        case .overflow:
            action = "overflow"
        }
    }
}
