internal import CNetlink
internal import LinuxSystem

extension Link {
    /// Decodes an `RTM_NEWLINK` or `RTM_DELLINK`.
    ///
    /// - Throws: `MalformedReply`; also for a message without an interface's name.
    ///
    /// - Parameter readsAlternativeNames: Whether they are kept.
    init(
        _ reply: NetlinkReply, readsAlternativeNames: Bool = true
    ) throws(MalformedReply) {
        let hardwareType: UInt16 = try reply.field(at: 2)
        var link = Link(index: try reply.field(at: 4), name: "")
        link.flags = try reply.field(at: 8)
        var attributes = try reply.attributes(afterHeader: MemoryLayout<ifinfomsg>.size)
        while let attribute = try attributes.next() {
            if attribute.type == Int(IFLA_PROP_LIST), !readsAlternativeNames { continue }
            try link.take(attribute, isEthernet: hardwareType == ethernetHardwareType)
        }
        guard !link.name.isEmpty else { throw MalformedReply("interface without a name") }
        self = link
    }

    /// The interface of a PCI function, without its alternative names; nil for any other, and where the message does not
    /// prove what it is.
    ///
    /// The length of the list of alternative names has 16 bits. Kernels before 5.18 let more than fits into it be
    /// given, and what follows in the message then begins in the middle of a name: whoever gave the names decides which
    /// device it shows. A message that is longer than such a list can be proves nothing.
    static func provenOnPCI(_ reply: NetlinkReply) throws(MalformedReply) -> Link? {
        guard reply.type == Int(RTM_NEWLINK), reply.payload.count <= Int(UInt16.max) else {
            return nil
        }
        let link = try Link(reply, readsAlternativeNames: false)
        return link.pciAddress != nil && link.kind == nil ? link : nil
    }

    private mutating func take(
        _ attribute: Attribute, isEthernet: Bool
    ) throws(MalformedReply) {
        switch attribute.type {
        case Int(IFLA_IFNAME): name = attribute.text()
        case Int(IFLA_ADDRESS):
            if isEthernet { macAddress = MACAddress(bytes: attribute.payload) }
        case Int(IFLA_PERM_ADDRESS):
            if isEthernet { permanentMACAddress = MACAddress(bytes: attribute.payload) }
        case Int(IFLA_MTU): mtu = try attribute.uint32()
        case Int(IFLA_TXQLEN): transmitQueueLength = try attribute.uint32()
        case Int(IFLA_CARRIER): hasCarrier = try attribute.uint8() != 0
        case Int(IFLA_MASTER): controllerIndex = try attribute.integer()
        case Int(IFLA_LINKINFO): try takeKinds(attribute.nested())
        case Int(IFLA_PARENT_DEV_BUS_NAME): parentBus = attribute.string()
        case Int(IFLA_PARENT_DEV_NAME): parentDevice = attribute.string()
        case Int(IFLA_PHYS_PORT_NAME): physicalPortName = attribute.string()
        case Int(IFLA_IFALIAS): alias = attribute.text()
        case Int(IFLA_NUM_VF): virtualFunctionCount = Int(try attribute.uint32())
        case Int(IFLA_PROP_LIST): try takeAlternativeNames(attribute.nested())
        default: break
        }
    }

    private mutating func takeKinds(_ attributes: AttributeList) throws(MalformedReply) {
        var attributes = attributes
        while let attribute = try attributes.next() {
            switch attribute.type {
            case Int(IFLA_INFO_KIND): kind = attribute.string()
            case Int(IFLA_INFO_SLAVE_KIND): controllerKind = attribute.string()
            default: break
            }
        }
    }

    private mutating func takeAlternativeNames(
        _ attributes: AttributeList
    ) throws(MalformedReply) {
        var attributes = attributes
        while let attribute = try attributes.next() {
            if attribute.type == Int(IFLA_ALT_IFNAME) {
                alternativeNames.append(attribute.text())
            }
        }
    }
}

/// `ARPHRD_ETHER` of <linux/if_arp.h>. The loopback interface has another, and six zero bytes where
/// an address would be.
private let ethernetHardwareType: UInt16 = 1
