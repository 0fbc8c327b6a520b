internal import JSON
internal import LinuxSystem
internal import SRIOV

/// What goes back to Docker for one call.
package struct DriverReply: Hashable, Sendable {
    /// The HTTP status; `ok` for a success only.
    package let status: DriverStatus
    /// One JSON object.
    package let body: [UInt8]
    /// What went wrong, for the log of whoever serves the calls; nil if nothing did.
    package let error: String?

    /// The type of the body: that of the plugin protocol, in the version that Docker asks for.
    package static var contentType: String { "application/vnd.docker.plugins.v1.2+json" }

    /// A success.
    ///
    /// - Parameter members: Those of the object; Docker takes none at all for an error.
    init(_ members: JSONMembers) {
        status = .ok
        body = JSONValue.object(members).encoded()
        error = nil
    }

    /// A failure.
    ///
    /// The status says so too, and is not 200 with the same object, which Docker takes as well: then its user
    /// reads `remote: ` before the words, which names neither the call nor that a driver said it. Network drivers
    /// are asked for `Err`, IPAM drivers for `Error`: the object has both.
    init(_ error: DriverError) {
        status = error.status
        // It may quote whatever was in the call.
        let message = error.message.cut(toBytes: String.messageLimit)
        self.error = message
        let text = JSONValue.string(message)
        body = JSONValue.object(["Err": text, "Error": text]).encoded()
    }
}
