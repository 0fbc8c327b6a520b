import LinuxSystem
import Netlink
import Testing

@testable import AdminTool
@testable import SRIOV

/// Testing has an `Attachment` of its own.
typealias Attachment = SRIOV.Attachment

/// VFs in every condition, on one PF.
enum InventorySamples {
    static func address(_ function: Int) throws -> PCIAddress {
        try #require(PCIAddress("0000:03:10.\(function)"))
    }

    static func link(_ name: String, mac: String, index: Int32 = 7) -> Link {
        var link = Link(index: index, name: KernelText(name))
        link.macAddress = MACAddress(mac)
        return link
    }

    static func attachment(
        _ function: Int, phase: AttachmentPhase, owner: AttachmentOwner
    ) throws -> Attachment {
        Attachment(
            owner: owner,
            subject: .virtualFunction(
                try address(function), of: try #require(PCIAddress("0000:03:00.0")),
                index: function),
            phase: phase, boot: BootIdentity(rawValue: "boot"),
            placement: .moved(
                .seen(
                    path: "/run/netns/blue",
                    NamespaceIdentity(device: 4, inode: 4_026_532_000, cookie: 12))),
            settings: VFSettings(vlan: VLANTag(identifier: 100), mtu: 9000),
            interfaces: [
                RecordedInterface(
                    original: InterfaceOriginal(link("ens1f0v0", mac: "02:00:00:00:00:01")))
            ],
            originalInfo: nil, originalDriver: "iavf", frontEndData: "secret", created: 0)
    }

    static func entry(
        _ function: Int, driver: String? = "iavf", interfaceName: KernelText? = nil,
        info: VFState? = nil, link: Link? = nil, namespacePath: String? = nil,
        _ occupancy: Occupancy = .free
    ) throws -> VFSnapshot {
        VFSnapshot(
            function: VirtualFunction(
                address: try address(function), physicalFunction: PCIAddress("0000:03:00.0"),
                index: function, interfaceName: interfaceName, driver: driver, vendor: 0x8086,
                device: 0x154c),
            info: info, link: link, namespacePath: namespacePath, occupancy: occupancy)
    }

    static func inventory(_ entries: [VFSnapshot]) throws -> Inventory {
        let parent = PhysicalFunction(
            address: try #require(PCIAddress("0000:03:00.0")), interfaceName: "ens1f0",
            driver: "i40e", vendor: 0x8086, device: 0x1572, maximumVFs: 64)
        return Inventory(
            physicalFunctions: [PFSnapshot(function: parent, virtualFunctions: entries)])
    }

    static func view(_ entries: [VFSnapshot]) throws -> InventoryView {
        InventoryView(try inventory(entries), lookups: AdminFixture.lookups)
    }
}
