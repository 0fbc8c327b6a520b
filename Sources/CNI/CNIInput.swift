package import JSON

/// The document on standard input, as far as it can be read; what is wrong with it is kept for the
/// command to judge: ADD and CHECK refuse it, DEL does what it still can.
package struct CNIInput: Sendable {
    /// The most bytes accepted.
    package static var limit: Int { 1 << 20 }

    /// The document as it came, for the IPAM plugin.
    package let bytes: [UInt8]
    /// Its members; none if it could not be decoded.
    package let object: JSONObject
    /// The network's name; nil if it is missing or not allowed.
    package let networkName: String?
    /// The version of the configuration; nil if this plugin does not speak it.
    package let version: CNIVersion?
    /// Why the document could not be read or decoded; nil if it could.
    private let documentError: CNIError?
    private let nameError: CNIError?
    private let versionError: CNIError?

    /// - Parameter read: Reads standard input to its end.
    package init(reading read: () throws -> [UInt8]) {
        var bytes: [UInt8] = []
        var object = JSONObject([:])
        do {
            do {
                bytes = try read()
            } catch {
                throw CNIError(.inputOutput, "stdin cannot be read: \(error)")
            }
            object = try Self.decode(bytes)
            documentError = nil
        } catch {
            documentError = CNIError(describing: error)
        }
        self.bytes = bytes
        self.object = object
        (networkName, nameError) = Self.checked(object, Self.name)
        guard documentError == nil else {
            // An empty object would pass for one of the first version.
            (version, versionError) = (nil, nil)
            return
        }
        (version, versionError) = Self.checked(object, Self.version)
    }

    /// What is wrong so that nobody can tell whose document it is; nil for nothing.
    package var identityError: CNIError? { documentError ?? nameError }

    /// - Throws: `CNIError` for the first thing that is wrong: document, network name, version.
    /// - Returns: The network's name and the version.
    package func validated() throws(CNIError) -> (name: String, version: CNIVersion) {
        if let error = identityError ?? versionError { throw error }
        guard let networkName, let version else {
            throw CNIError(.internal, "stdin was neither accepted nor refused")
        }
        return (networkName, version)
    }

    private static func decode(_ bytes: [UInt8]) throws(CNIError) -> JSONObject {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes)
        } catch {
            guard String(validating: bytes, as: UTF8.self) != nil else {
                throw CNIError(.decoding, "stdin is not UTF-8 text")
            }
            let empty = bytes.allSatisfy { [9, 10, 13, 32].contains($0) }
            throw CNIError(
                .decoding, empty ? "stdin is empty" : "stdin is not a JSON document",
                details: empty ? "" : error.description)
        }
        guard case .object(let members) = value else {
            throw CNIError(.decoding, "stdin must be a JSON object, not \(value.kind)")
        }
        return JSONObject(members)
    }

    private static func name(of object: JSONObject) throws(CNIError) -> String {
        let name: String
        do {
            name = try object.string("name") ?? ""
        } catch {
            throw CNIError(.decoding, error.description)
        }
        if name.isEmpty { throw CNIError(.invalidConfiguration, "missing network name") }
        guard isIdentifier(name) else {
            throw CNIError(
                .invalidConfiguration, "invalid characters found in network name", details: name)
        }
        return name
    }

    private static func version(of object: JSONObject) throws(CNIError) -> CNIVersion {
        let text: String
        do {
            text = try object.nonEmptyString("cniVersion") ?? CNIVersion.whenAbsent.description
        } catch {
            throw CNIError(.decoding, error.description)
        }
        let supported = CNIVersion.supported
        guard let version = supported.first(where: { $0.description == text }) else {
            let names = supported.map { "\"\($0)\"" }.joined(separator: " ")
            throw CNIError(
                .incompatibleVersion, "incompatible CNI versions",
                details: "config is \"\(text)\", plugin supports [\(names)]")
        }
        return version
    }

    private static func checked<Value>(
        _ object: JSONObject, _ read: (JSONObject) throws(CNIError) -> Value
    ) -> (Value?, CNIError?) {
        do {
            return (try read(object), nil)
        } catch {
            return (nil, error)
        }
    }
}
