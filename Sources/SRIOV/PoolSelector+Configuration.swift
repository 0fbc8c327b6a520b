internal import LinuxSystem

extension PoolSelector {
    /// Filters that need what vfmap does not read.
    private static var unsupportedLists: [String] {
        ["acpiIndexes", "ddpProfiles", "pKeys", "auxTypes"]
    }

    init(_ object: JSONObject) throws(JSONKeyError) {
        self.init()
        // needVhostNet is about what else a container gets, not about which device.
        try object.refuseKeys(
            otherThan: [
                "vendors", "devices", "drivers", "pciAddresses", "pfNames", "rootDevices",
                "linkTypes", "isRdma", "vdpaType", "needVhostNet",
            ] + Self.unsupportedLists)
        let number: (String) -> UInt16? = { text in
            let digits = text.lowercased().hasPrefix("0x") ? text.dropFirst(2) : text[...]
            return digits.allSatisfy(\.isHexDigit) ? UInt16(digits, radix: 16) : nil
        }
        let hexadecimal = "a hexadecimal number such as 8086"
        vendors = Set(try object.list("vendors", of: hexadecimal, number))
        devices = Set(try object.list("devices", of: hexadecimal, number))
        drivers = Set(
            try object.list("drivers", of: "the name of a driver") { $0.isEmpty ? nil : $0 })
        addresses = Set(
            try object.list("pciAddresses", of: "a PCI address such as 0000:03:10.2") {
                PCIAddress($0)
            })
        let member = "a PF, or a PF with indexes of VFs such as ens1f0#0,2-5"
        physicalFunctions = try object.list("pfNames", of: member) { PoolMember($0) }
        rootDevices = try object.list("rootDevices", of: member) { PoolMember($0) }
        linkTypes = Set(
            try object.list("linkTypes", of: "\"ether\" or \"infiniband\"") { text in
                switch text.lowercased() {
                case "ether": .ethernet
                case "infiniband": .infiniBand
                default: nil
                }
            })
        needsRDMA = try object.boolean("isRdma") ?? false
        for key in Self.unsupportedLists where try !object.strings(key).isEmpty {
            unsupported.append(key)
        }
        if try object.word("vdpaType") != nil { unsupported.append("vdpaType") }
    }
}

extension JSONObject {
    /// An array of texts that mean something; empty if it is absent.
    fileprivate func list<Element>(
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
}
