internal import CNI
internal import JSON
internal import LinuxSystem
internal import Netlink
internal import SRIOV

extension SRIOVCNICache {
    /// What a file tells, without the place.
    func claim(_ file: SRIOVCNIFile, _ name: String) -> ForeignClaim {
        var claim = ForeignClaim(
            program: Self.program, path: "\(directory)/\(name)", virtualFunction: nil,
            namespacePath: nil, savedState: nil, problem: nil)
        guard file.changed >= bootTime else {
            claim.problem = "it is of an earlier boot"
            return claim
        }
        do {
            guard case .object(let members) = try JSONValue(parsing: file.bytes) else {
                throw CNIError(.decoding, "it is not a JSON object")
            }
            let object = JSONObject(members)
            let address = try object.cachedDevice()
            claim.savedState = try Self.savedState(object, name)
            claim.virtualFunction = address
        } catch is JSONSyntaxError {
            claim.problem = "it is not a JSON document"
        } catch {
            claim.problem = "\(error)"
        }
        return claim
    }

    private static func savedState(
        _ object: JSONObject, _ name: String
    ) throws -> ForeignClaim.SavedState {
        guard let network = try object.nonEmptyString("name") else {
            throw JSONKeyError("name", "missing")
        }
        let owners = owners(name, network: network)
        guard !owners.isEmpty else {
            throw CNIError(.decoding, "its name is not that of a container and an interface")
        }
        // In old versions what there was lay among the keys of the network.
        let original = try object.object("OrigVfState") ?? object
        let isOld = !object.contains("OrigVfState")
        return ForeignClaim.SavedState(
            owners: owners, settings: try settings(object),
            interfaceName: try original.nonEmptyString(isOld ? "HostIFNames" : "HostIFName"),
            macAddress: try original.cachedMAC("EffectiveMAC"),
            mtu: isOld ? nil : try original.cachedNumber("MTU"),
            info: try isOld
                ? VFState(index: 0, macAddress: object.cachedMAC("AdminMAC") ?? .zero)
                : info(original))
    }

    /// The ways in which `<container>-<interface>` can be read, the likeliest last.
    private static func owners(_ name: String, network: String) -> [AttachmentOwner] {
        name.indices.filter { name[$0] == "-" }.compactMap { index in
            let container = String(name[..<index])
            let interface = String(name[name.index(after: index)...])
            guard isIdentifier(container), InterfaceName.isLegal(interface) else { return nil }
            return AttachmentOwner(
                frontEnd: FrontEnd.cni.rawValue, network: network, container: container,
                interfaceName: interface)
        }
    }

    /// What that program has set: it takes any word but `on` for off, and sends both rates if one is given.
    private static func settings(_ object: JSONObject) throws -> VFSettings {
        var settings = VFSettings()
        settings.macAddress = try object.cachedMAC("MAC")
        if let identifier: UInt16 = try object.integer("vlan", 0...4094) {
            let isService = try object.nonEmptyString("vlanProto")?.lowercased() == "802.1ad"
            settings.vlan = VLANTag(
                identifier: identifier, qualityOfService: try object.integer("vlanQoS", 0...7) ?? 0,
                protocol: isService ? .dot1ad : .dot1Q)
        }
        let minimum: UInt32? = try object.integer("min_tx_rate", 0...UInt32.max)
        let maximum: UInt32? = try object.integer("max_tx_rate", 0...UInt32.max)
        if minimum != nil || maximum != nil {
            settings.minimumRate = minimum ?? 0
            settings.maximumRate = maximum ?? 0
        }
        settings.spoofCheck = try object.nonEmptyString("spoofchk").map { $0 == "on" }
        settings.trust = try object.nonEmptyString("trust").map { $0 == "on" }
        if case .linkState(let state)? = try object.setting(.linkState, "link_state") {
            settings.linkState = state
        }
        return settings
    }

    private static func info(_ original: JSONObject) throws -> VFState {
        let identifier: UInt16 = try original.integer("Vlan", 0...4095) ?? 0
        let quality: UInt8 = try original.integer("VlanQoS", 0...7) ?? 0
        let number: UInt16 = try original.integer("VlanProto", 0...UInt16.max) ?? 0
        let tag = VLANTag(
            identifier: identifier, qualityOfService: quality,
            protocol: number == VLANProtocol.dot1ad.rawValue ? .dot1ad : .dot1Q)
        return VFState(
            index: 0, macAddress: try original.cachedMAC("AdminMAC") ?? .zero,
            vlans: identifier == 0 ? [] : [tag],
            transmitRate: TransmitRate(
                minimum: try original.integer("MinTxRate", 0...UInt32.max) ?? 0,
                maximum: try original.integer("MaxTxRate", 0...UInt32.max) ?? 0),
            spoofCheck: try original.boolean("SpoofChk"), trust: try original.boolean("Trust"),
            linkState: try original.integer("LinkState", 0...2).map(VFLinkState.init(rawValue:)))
    }
}

extension JSONObject {
    fileprivate func cachedDevice() throws(JSONKeyError) -> PCIAddress {
        let text = try string("deviceID") ?? ""
        guard let address = PCIAddress(text) else {
            throw JSONKeyError("deviceID", "must be the PCI address of a VF, not \"\(text)\"")
        }
        return address
    }

    fileprivate func cachedMAC(_ key: String) throws(JSONKeyError) -> MACAddress? {
        guard let text = try nonEmptyString(key) else { return nil }
        guard let address = MACAddress(text) else {
            throw JSONKeyError(path(key), "must be a MAC address, not \"\(text)\"")
        }
        return address
    }

    /// A number of which 0 stands for none.
    fileprivate func cachedNumber(_ key: String) throws(JSONKeyError) -> UInt32? {
        let number: UInt32? = try integer(key, 0...UInt32.max)
        return number == 0 ? nil : number
    }
}
