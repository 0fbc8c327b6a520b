package import JSON
package import SRIOV

extension JSONObject {
    /// The value of a setting; nil if it is absent or an empty text, as templates write it.
    ///
    /// A number is a JSON integer; a flag is true or false, or one of its words; everything else is a text.
    ///
    /// - Parameter key: How the document spells the setting.
    /// - Throws: `JSONKeyError`.
    package func setting(
        _ setting: Setting, _ key: String
    ) throws(JSONKeyError) -> SettingValue? {
        guard let value = value(key) else { return nil }
        do throws(SettingFault) {
            switch (value, setting.kind) {
            case (.string(""), _): return nil
            case (.integer(let number), .number) where number >= 0:
                return try setting.value(UInt64(number))
            case (.unsigned(let number), .number): return try setting.value(number)
            case (.integer(let number), .number):
                throw SettingFault(setting, .unknown("\(number)"))
            case (.bool(let isOn), .flag): return .flag(isOn)
            // A number is no text, as everywhere in a document of JSON.
            case (.string(let text), let kind):
                if case .number = kind { break }
                return try setting.value(text)
            default: break
            }
            throw SettingFault(setting, .unknown(value.kind))
        } catch {
            throw JSONKeyError(path(key), error.message { _ in key })
        }
    }
}
