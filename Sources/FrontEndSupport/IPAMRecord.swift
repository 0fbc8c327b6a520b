package import CNI
internal import JSON
internal import SRIOV

/// What an attachment's record keeps so that the plugin's own part of it can be undone by anybody later: everything
/// that the IPAM plugin is told at DEL, and the file that tells of the device.
package struct IPAMRecord: Hashable, Sendable {
    /// The name of the IPAM plugin; nil for a network without IPAM.
    package var type: String?
    /// The complete document of standard input, as it came.
    package var configuration: String
    /// CNI_ARGS.
    package var arguments: String
    /// CNI_PATH.
    package var searchPath: String
    /// CNI_CONTAINERID.
    package var container: String
    /// CNI_IFNAME.
    package var interfaceName: String
    /// CNI_NETNS.
    package var namespacePath: String

    /// The path of the device-info file; nil if none was asked for.
    package var deviceInfoFile: String?

    package init(
        type: String?, deviceInfoFile: DeviceInfoFile?, environment: CNIEnvironment,
        input: [UInt8]
    ) {
        self.type = type
        self.deviceInfoFile = deviceInfoFile?.path
        configuration = String(decoding: input, as: UTF8.self)
        arguments = environment.arguments
        searchPath = environment.searchPath.joined(separator: ":")
        container = environment.containerID
        interfaceName = environment.interfaceName
        namespacePath = environment.namespacePath
    }

    /// Reads what `encoded` wrote; keys that are not known are ignored.
    ///
    /// - Throws: `JSONSyntaxError` or `JSONKeyError`.
    package init(parsing text: String) throws {
        let document = try JSONValue(parsing: Array(text.utf8))
        guard case .object(let members) = document else {
            throw JSONKeyError("front end's part", "must be an object, not \(document.kind)")
        }
        let object = JSONObject(members, matching: .exact)
        type = try object.string("type")
        configuration = try object.required("configuration", object.string)
        arguments = try object.required("arguments", object.string)
        searchPath = try object.required("searchPath", object.string)
        container = try object.required("container", object.string)
        interfaceName = try object.required("interfaceName", object.string)
        namespacePath = try object.required("namespacePath", object.string)
        deviceInfoFile = try object.string("deviceInfoFile")
    }

    /// The record as JSON, for the front end's part of an `Attachment`: a key for each property, named like it.
    package func encoded() -> String {
        var members = JSONMembers(capacity: 8)
        members.set("type", type)
        members.set("configuration", configuration)
        members.set("arguments", arguments)
        members.set("searchPath", searchPath)
        members.set("container", container)
        members.set("interfaceName", interfaceName)
        members.set("namespacePath", namespacePath)
        members.set("deviceInfoFile", deviceInfoFile)
        return String(decoding: members.object.encoded(), as: UTF8.self)
    }
}
