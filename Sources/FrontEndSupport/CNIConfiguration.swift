package import JSON
internal import LinuxSystem
package import SRIOV

/// What the administrator of a node allows the networks of the CNI plugin: the object `cni` of the configuration file.
package struct CNIConfiguration: Hashable, Sendable {
    /// Below it lie the log files that networks name; an absolute path.
    package private(set) var logDirectory: String = defaultLogDirectory
    /// Below one of them lie the device-info files that networks name; absolute paths.
    package private(set) var deviceInfoDirectories: [String] = defaultDeviceInfoDirectories

    package static var defaultLogDirectory: String { "/var/log/vfmap" }

    /// The directory of the Device Information Specification 1.1.0, by both of its names.
    package static var defaultDeviceInfoDirectories: [String] {
        ["/var/run/k8s.cni.cncf.io/devinfo", "/run/k8s.cni.cncf.io/devinfo"]
    }

    package static var keys: [String] { ["logDirectory", "deviceInfoDirectory"] }

    /// What is allowed where nothing is configured.
    package init() {}

    /// Reads a configuration file; what is wrong elsewhere in it does not matter.
    ///
    /// - Returns: The defaults if there is none.
    /// - Throws: `ManagerError` `invalidRequest` naming the file, the key and what is wrong.
    package static func read(_ path: String) throws(ManagerError) -> CNIConfiguration {
        let text: String
        do {
            text = try readTextFile(path, limit: 1 << 20)
        } catch  where error.errno == .noSuchFile {
            return CNIConfiguration()
        } catch {
            throw ManagerError(.invalidRequest, "configuration file", causes: [error])
        }
        do {
            return try CNIConfiguration(
                try JSONObject.document(Array(text.utf8), path: path))
        } catch {
            throw error as? ManagerError ?? ManagerError(.invalidRequest, "\(path): \(error)")
        }
    }

    /// - Parameter document: The whole file.
    /// - Throws: `JSONKeyError` if `cni` is not an object, and for a key of it that is not known, is given twice or has
    ///   a wrong value.
    package init(_ document: JSONObject) throws(JSONKeyError) {
        guard let object = try document.object("cni") else { return }
        try object.refuseKeys(otherThan: Self.keys)
        logDirectory = try Self.directory(object, "logDirectory") ?? logDirectory
        if let directory = try Self.directory(object, "deviceInfoDirectory") {
            deviceInfoDirectories = [directory]
        }
    }

    private static func directory(
        _ object: JSONObject, _ key: String
    ) throws(JSONKeyError) -> String? {
        guard let path = try object.string(key) else { return nil }
        let components = path.utf8.split(separator: UInt8(ascii: "/"))
        guard path.hasPrefix("/"), !path.hasSuffix("/"), !path.utf8.contains(0),
            !components.contains(where: { $0.elementsEqual("..".utf8) })
        else {
            throw JSONKeyError(
                object.path(key),
                "must be the absolute path of a directory, without .. and without / at its end, "
                    + "not \"\(path)\"")
        }
        return path
    }
}
