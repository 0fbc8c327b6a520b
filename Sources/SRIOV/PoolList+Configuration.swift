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
    package init(parsing bytes: [UInt8], path: String) throws(ManagerError) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw ManagerError(.invalidRequest, "\(path): is not a JSON document", causes: [error])
        }
        guard case .object(let members) = value else {
            throw ManagerError(
                .invalidRequest, "\(path): must be a JSON object, not \(value.kind)")
        }
        do {
            var pools: [Pool] = []
            for resource in try JSONObject(members).objects("resourceList") {
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
    init(_ object: JSONObject) throws(JSONKeyError) {
        try object.refuseKeys(otherThan: [
            "resourceName", "resourcePrefix", "deviceType", "excludeTopology", "additionalInfo",
            "selectors",
        ])
        guard let name = try object.word("resourceName") else {
            throw JSONKeyError(object.path("resourceName"), "missing")
        }
        guard name.utf8.allSatisfy(Self.isLegal) else {
            throw JSONKeyError(
                object.path("resourceName"),
                "must have letters, digits, _ and - only, not \"\(name)\"")
        }
        var type = DeviceType.netDevice
        if let word = try object.word("deviceType") {
            guard let known = DeviceType.allCases.first(where: { $0.rawValue == word }) else {
                let words = DeviceType.allCases.map(\.rawValue).joined(separator: ", ")
                throw JSONKeyError(
                    object.path("deviceType"), "must be one of \(words), not \"\(word)\"")
            }
            type = known
        }
        self.init(
            name: name, prefix: try object.word("resourcePrefix"), deviceType: type,
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
        switch object.value("selectors") {
        case nil:
            return [PoolSelector()]
        case .array:
            var selectors: [PoolSelector] = []
            for element in try object.objects("selectors") {
                selectors.append(try PoolSelector(element))
            }
            guard !selectors.isEmpty else {
                throw JSONKeyError(object.path("selectors"), "must not be an empty array")
            }
            return selectors
        default:
            return try object.object("selectors").map { object throws(JSONKeyError) in
                [try PoolSelector(object)]
            } ?? []
        }
    }
}

extension JSONObject {
    /// A key that is mistyped would let every VF pass.
    package func refuseKeys(otherThan known: [String]) throws(JSONKeyError) {
        let folded = Set(known.map { $0.lowercased() })
        for key in keys where !folded.contains(key.lowercased()) {
            throw JSONKeyError(path(key), "is not known")
        }
    }
}
