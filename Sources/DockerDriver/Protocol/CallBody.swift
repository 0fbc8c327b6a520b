internal import FrontEndSupport
internal import JSON
internal import LinuxSystem
internal import SRIOV

/// The document that comes with a call.
struct CallBody: Sendable {
    let object: JSONObject

    /// - Throws: `DriverError` for anything but a JSON object. Docker's own client sends an empty body where it
    ///   repeats a call over a broken connection: that must not pass for a call without members.
    init(_ bytes: [UInt8]) throws(DriverError) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes)
        } catch {
            let isEmpty = bytes.allSatisfy { [9, 10, 13, 32].contains($0) }
            throw DriverError(
                .badRequest,
                isEmpty
                    ? "the request has no body" : "the request's body is not JSON: \(error)")
        }
        guard case .object(let members) = value else {
            throw DriverError(
                .badRequest, "the request's body must be a JSON object, not \(value.kind)")
        }
        object = JSONObject(members)
    }

    /// The network that the call is about.
    func networkID() throws -> String { try identifier("NetworkID") }

    /// The owner of a VF for Docker: an endpoint of a network.
    func owner() throws -> AttachmentOwner {
        AttachmentOwner(
            frontEnd: FrontEnd.docker.rawValue, network: try networkID(),
            container: try identifier("EndpointID"), interfaceName: nil)
    }

    /// An identifier of Docker's: it becomes a key of the state file, and goes into messages.
    private func identifier(_ key: String) throws -> String {
        guard let text = try object.nonEmptyString(key) else { throw JSONKeyError(key, "missing") }
        let isSound = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isSound, text.utf8.count <= 128 else {
            throw JSONKeyError(
                key, "must be at most 128 letters, digits, _ and -, not \(excerpt(text))")
        }
        return text
    }
}

/// The first characters of an identifier, as Docker shows it.
func short(_ identifier: String) -> String { identifier.prefix(bytes: 12) }

/// A text in quotes for a message, cut where it is long.
func excerpt(_ text: String) -> String {
    text.utf8.count > 64 ? "\"\(text.prefix(bytes: 60))…\"" : "\"\(text)\""
}
