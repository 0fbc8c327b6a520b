internal import CNI
internal import FrontEndSupport
internal import JSON
internal import LinuxSystem
internal import SRIOV

/// The keys that ask something of the VF.
extension JSONObject {
    /// A setting of a network's configuration; nil if it is absent. An `mtu` of 0 counts as absent, as templates write it.
    func setting(_ setting: Setting) throws(JSONKeyError) -> SettingValue? {
        if setting == .mtu, value(setting.cniKey) == .integer(0) { return nil }
        return try self.setting(setting, setting.cniKey)
    }

    /// The MAC of runtimeConfig, else of CNI_ARGS, else of `mac`; each one given must be sound.
    func macAddress(
        runtime: JSONObject?, arguments: CNIArguments
    ) throws(JSONKeyError) -> SettingValue? {
        let ofRuntime = try runtime.flatMap { runtime throws(JSONKeyError) in
            try runtime.setting(.macAddress, "mac")
        }
        let ofArguments = try arguments.macAddress.map { text throws(JSONKeyError) in
            do throws(SettingFault) {
                return try Setting.macAddress.value(text)
            } catch {
                throw JSONKeyError("CNI_ARGS MAC", error.message(\.cniKey))
            }
        }
        let own = try setting(.macAddress)
        return ofRuntime ?? ofArguments ?? own
    }

    /// A boolean, also as one of the words `on` and `off`; nil if it is absent.
    func flag(_ key: String) throws(JSONKeyError) -> Bool? {
        if case .bool(let truth)? = value(key) { return truth }
        return try isOn(key)
    }
}
