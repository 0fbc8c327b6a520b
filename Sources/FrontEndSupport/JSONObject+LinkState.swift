package import JSON
package import Netlink

extension JSONObject {
    /// `link_state` as sriov-cni and its networks spell it; nil if it is absent or empty.
    package func linkState() throws(JSONKeyError) -> VFLinkState? {
        guard let word = try word("link_state") else { return nil }
        switch word.lowercased() {
        case "auto": return .automatic
        case "enable": return .enabled
        case "disable": return .disabled
        default:
            throw JSONKeyError(
                "link_state", "must be \"auto\", \"enable\" or \"disable\", not \"\(word)\"")
        }
    }
}
