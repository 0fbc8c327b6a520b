internal import FoundationEssentials

/// What an attachment's record keeps so that the plugin's own part of it can be undone by anybody later: everything
/// that the IPAM plugin is told at DEL, and the file that tells of the device.
package struct IPAMRecord: Hashable, Codable, Sendable {
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

    /// Reads what `encoded` wrote.
    ///
    /// - Throws: `DecodingError`.
    package init(parsing text: String) throws {
        self = try JSONDecoder().decode(Self.self, from: Data(text.utf8))
    }

    /// The record as JSON, for the front end's part of an `Attachment`.
    package func encoded() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
