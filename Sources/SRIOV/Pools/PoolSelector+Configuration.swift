package import JSON
internal import LinuxSystem

extension PoolSelector {
    /// Filters that need what vfmap does not read.
    private static var unsupportedLists: [String] {
        ["ddpProfiles", "pKeys", "auxTypes"]
    }

    package static var keys: [String] {
        // needVhostNet is about what else a container gets, not about which device.
        [
            "vendors", "devices", "drivers", "pciAddresses", "acpiIndexes", "pfNames",
            "rootDevices", "linkTypes", "isRdma", "vdpaType", "needVhostNet",
        ] + unsupportedLists
    }

    init(_ object: JSONObject) throws(JSONKeyError) {
        self.init()
        try object.refuseKeys(otherThan: Self.keys)
        vendors = try object.pciNumbers("vendors")
        devices = try object.pciNumbers("devices")
        drivers = try object.driverNames("drivers")
        addresses = Set(
            try object.list("pciAddresses", of: "a PCI address such as 0000:03:10.2") {
                PCIAddress($0)
            })
        acpiIndexes = Set(
            try object.list("acpiIndexes", of: "the index of a device in the firmware's tables") {
                $0.isEmpty ? nil : $0
            })
        let member = "a PF, or a PF with indexes of VFs such as ens1f0#0,2-5"
        physicalFunctions = try object.list("pfNames", of: member) { PoolMember($0) }
        rootDevices = try object.list("rootDevices", of: member) { PoolMember($0) }
        linkTypes = try object.linkTypes("linkTypes")
        needsRDMA = try object.boolean("isRdma") ?? false
        for key in Self.unsupportedLists where try !object.strings(key).isEmpty {
            unsupported.append(key)
        }
        if try object.nonEmptyString("vdpaType") != nil { unsupported.append("vdpaType") }
    }
}

extension JSONObject {
    /// An array of texts that mean something; empty if it is absent.
    func list<Element>(
        _ key: String, of kind: String, _ parse: (String) -> Element?
    ) throws(JSONKeyError) -> [Element] {
        var elements: [Element] = []
        for (index, text) in try strings(key).enumerated() {
            guard let element = parse(text) else {
                throw JSONKeyError("\(path(key))[\(index)]", "must be \(kind), not \"\(text)\"")
            }
            elements.append(element)
        }
        return elements
    }

    /// PCI numbers of vendors or devices: `8086`, `0x15b3`.
    ///
    /// - Throws: `JSONKeyError` with the path of the key or element.
    package func pciNumbers(_ key: String) throws(JSONKeyError) -> Set<UInt16> {
        Set(
            try list(key, of: "a hexadecimal number such as 8086") { text in
                let digits = text.lowercased().hasPrefix("0x") ? text.dropFirst(2) : text[...]
                return digits.allSatisfy(\.isHexDigit) ? UInt16(digits, radix: 16) : nil
            })
    }

    /// An array of names of drivers; empty if it is absent.
    ///
    /// - Throws: `JSONKeyError` with the path of the key or element.
    package func driverNames(_ key: String) throws(JSONKeyError) -> Set<String> {
        Set(try list(key, of: "the name of a driver") { $0.isEmpty ? nil : $0 })
    }

    /// An array of `ether` and `infiniband`, in any case of letters; empty if it is absent.
    ///
    /// - Throws: `JSONKeyError` with the path of the key or element.
    package func linkTypes(_ key: String) throws(JSONKeyError) -> Set<LinkType> {
        Set(
            try list(key, of: "\"ether\" or \"infiniband\"") { text in
                switch text.lowercased() {
                case "ether": .ethernet
                case "infiniband": .infiniBand
                default: nil
                }
            })
    }

    /// An array of whole numbers; empty if it is absent.
    ///
    /// - Throws: `JSONKeyError` with the path of the key or element.
    package func wholeNumbers(_ key: String) throws(JSONKeyError) -> Set<Int> {
        guard let value = value(key) else { return [] }
        guard case .array(let elements) = value else {
            throw JSONKeyError(path(key), "must be an array, not \(value.kind)")
        }
        var numbers: Set<Int> = []
        for (index, element) in elements.enumerated() {
            guard case .integer(let number) = element, let number = Int(exactly: number),
                number >= 0
            else { throw JSONKeyError("\(path(key))[\(index)]", "must be a whole number") }
            numbers.insert(number)
        }
        return numbers
    }
}
