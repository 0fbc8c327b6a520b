package import JSON
internal import LinuxSystem

/// The configuration file: the vocabulary of the Kubernetes device plugin for SR-IOV, so that one file
/// serves both.
extension PoolList {
    package static var defaultPath: String { "/etc/vfmap/config.json" }

    /// Reads a configuration file.
    ///
    /// - Returns: nil if there is none.
    /// - Throws: `ManagerError` `invalidRequest` naming the file, the key and what is wrong.
    package static func read(_ path: String) throws(ManagerError) -> PoolList? {
        let text: String
        do {
            text = try readTextFile(path, limit: 1 << 20)
        } catch  where error.errno == .noSuchFile {
            return nil
        } catch {
            throw ManagerError(.invalidRequest, "configuration file", causes: [error])
        }
        return try PoolList(parsing: Array(text.utf8), path: path)
    }

    /// - Parameter path: Where the text comes from.
    /// - Throws: `ManagerError` `invalidRequest` naming the file, and the key or the line and column of the mistake.
    package init(parsing bytes: [UInt8], path: String) throws(ManagerError) {
        try self.init(try JSONObject.document(bytes, path: path), path: path)
    }

    /// - Parameter document: The whole file.
    /// - Throws: `ManagerError` `invalidRequest` naming the file, the key and what is wrong.
    package init(_ document: JSONObject, path: String) throws(ManagerError) {
        do {
            var pools: [Pool] = []
            for resource in try document.objects("resourceList") {
                let pool = try Pool(resource)
                if pools.contains(where: { $0.fullName == pool.fullName }) {
                    throw JSONKeyError(
                        resource.path("resourceName"), "there is another \"\(pool.fullName)\"")
                }
                pools.append(pool)
            }
            self.init(path: path, pools: pools)
        } catch {
            throw ManagerError(.invalidRequest, "\(path): \(error)")
        }
    }
}

extension Pool {
    package static var keys: [String] {
        [
            "resourceName", "resourcePrefix", "deviceType", "excludeTopology", "additionalInfo",
            "selectors",
        ]
    }

    init(_ object: JSONObject) throws(JSONKeyError) {
        try object.refuseKeys(otherThan: Self.keys)
        guard let name = try object.nonEmptyString("resourceName") else {
            throw JSONKeyError(object.path("resourceName"), "missing")
        }
        guard name.utf8.allSatisfy(Self.isLegal) else {
            throw JSONKeyError(
                object.path("resourceName"),
                "must have letters, digits, _ and - only, not \"\(name)\"")
        }
        var type = DeviceType.netDevice
        if let word = try object.nonEmptyString("deviceType") {
            guard let known = DeviceType.allCases.first(where: { $0.rawValue == word }) else {
                let words = DeviceType.allCases.map(\.rawValue).joined(separator: ", ")
                throw JSONKeyError(
                    object.path("deviceType"), "must be one of \(words), not \"\(word)\"")
            }
            type = known
        }
        self.init(
            name: name, prefix: try object.nonEmptyString("resourcePrefix"), deviceType: type,
            selectors: try Self.selectors(object))
    }

    private static func isLegal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// One object, or an array of them; without any the pool has every VF.
    private static func selectors(_ object: JSONObject) throws(JSONKeyError) -> [PoolSelector] {
        guard object.value("selectors") != nil else { return [PoolSelector()] }
        return try object.oneOrMore("selectors").map { object throws(JSONKeyError) in
            try PoolSelector(object)
        }
    }
}
