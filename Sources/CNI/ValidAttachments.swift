package import JSON

/// The attachments of a network that a runtime still knows, as it lists them for GC.
package struct ValidAttachments: Hashable, Sendable {
    private struct Entry: Hashable {
        let container: String
        let interfaceName: String
    }

    private let entries: Set<Entry>

    /// Reads `cni.dev/valid-attachments`; where that is missing, `cni.dev/attachments`, its name in the CNI
    /// project's first library with GC, which still sends both.
    ///
    /// - Returns: nil if neither is there. null is a list without entries, as Go's encoder writes it.
    /// - Throws: `JSONKeyError` for a list that cannot be understood.
    package init?(_ object: JSONObject) throws(JSONKeyError) {
        let keys = ["cni.dev/valid-attachments", "cni.dev/attachments"]
        guard let key = keys.first(where: object.contains) else { return nil }
        var entries: Set<Entry> = []
        for attachment in try object.objects(key) {
            entries.insert(
                Entry(
                    container: try attachment.required("containerID"),
                    interfaceName: try attachment.required("ifname")))
        }
        self.entries = entries
    }

    /// Whether the list has an attachment of a container by the name of its interface there.
    package func contains(container: String, interfaceName: String) -> Bool {
        entries.contains(Entry(container: container, interfaceName: interfaceName))
    }
}

extension JSONObject {
    fileprivate func required(_ key: String) throws(JSONKeyError) -> String {
        if let text = try nonEmptyString(key) { return text }
        throw JSONKeyError(path(key), "missing")
    }
}
