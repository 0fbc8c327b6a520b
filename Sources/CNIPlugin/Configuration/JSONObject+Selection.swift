internal import JSON
internal import LinuxSystem
internal import SRIOV

/// The keys that tell which VF.
extension JSONObject {
    /// `deviceID`, `runtimeConfig.deviceID`, which is for runtimes, and `pciBusID`, which Multus adds; nil if
    /// there is none. All that are given must name the same VF.
    func deviceAddress() throws(JSONKeyError) -> PCIAddress? {
        var chosen: (key: String, address: PCIAddress)?
        try choose("deviceID", try nonEmptyString("deviceID"), &chosen)
        try choose(
            "runtimeConfig.deviceID", try object("runtimeConfig")?.nonEmptyString("deviceID"),
            &chosen)
        try choose("pciBusID", try nonEmptyString("pciBusID"), &chosen)
        return chosen?.address
    }

    private func choose(
        _ key: String, _ text: String?, _ chosen: inout (key: String, address: PCIAddress)?
    ) throws(JSONKeyError) {
        guard let text else { return }
        guard let address = PCIAddress(text) else {
            throw JSONKeyError(
                key, "must be the PCI address of a VF, such as 0000:03:10.2, not \"\(text)\"")
        }
        if let chosen, chosen.address != address {
            throw JSONKeyError(key, "\(address) contradicts \(chosen.key) \(chosen.address)")
        }
        chosen = chosen ?? (key, address)
    }

    func physicalFunction() throws(JSONKeyError) -> PhysicalFunctionReference? {
        guard let text = try nonEmptyString("pf") else { return nil }
        guard let reference = PhysicalFunctionReference(text) else {
            throw JSONKeyError(
                "pf",
                "must be the PCI address of a PF or the name of its interface, not \"\(text)\"")
        }
        return reference
    }
}
