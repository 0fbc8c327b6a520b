package import CNI
package import LinuxSystem
package import SRIOV

/// Takes the addresses of an attachment back, and removes its device-info file, from its record alone: the front end's
/// part of an undo, for whichever program does it.
package struct IPAMRelease: Sendable {
    private let environment: EnvironmentVariables
    private let configurationPath: String
    private let timeouts: IPAMDelegate.Timeouts
    private let passOn: @Sendable (String) -> Void

    /// - Parameters:
    ///   - environment: That of this process; its CNI variables are replaced by the record's.
    ///   - installation: Of it the configuration file is read.
    ///   - passOn: Takes what the IPAM plugin writes to standard error.
    package init(
        _ installation: Installation, environment: EnvironmentVariables,
        timeouts: IPAMDelegate.Timeouts = .init(),
        passOn: @escaping @Sendable (String) -> Void
    ) {
        self.environment = environment
        configurationPath = installation.configuration
        self.timeouts = timeouts
        self.passOn = passOn
    }

    /// Runs the IPAM plugin's DEL as the record of an attachment tells; nothing for a network without IPAM.
    ///
    /// - Throws: `CNIError`, also if the plugin is not there any more: the addresses are still taken then.
    package func release(_ attachment: Attachment) throws {
        guard let data = attachment.frontEndData else { return }
        let record: IPAMRecord
        do {
            record = try IPAMRecord(parsing: data)
        } catch {
            throw CNIError(
                .internal, "the record of \(attachment.owner) does not tell its IPAM: \(error)")
        }
        removeDeviceInfo(record, of: attachment.function)
        guard let type = record.type else { return }
        var variables = environment.forChildren.filter { !$0.key.hasPrefix("CNI_") }
        variables["CNI_CONTAINERID"] = record.container
        variables["CNI_IFNAME"] = record.interfaceName
        variables["CNI_NETNS"] = record.namespacePath
        variables["CNI_ARGS"] = record.arguments
        variables["CNI_PATH"] = record.searchPath
        // The plugins may have moved since: where this process finds plugins counts too.
        let directories = "\(record.searchPath):\(environment["CNI_PATH"] ?? "")"
        let delegate = try IPAMDelegate(
            type: type, in: directories.split(separator: ":").map(String.init),
            environment: variables, input: Array(record.configuration.utf8), timeouts: timeouts,
            passOn: passOn)
        try delegate.delete()
    }

    /// A file that stays is no reason to keep the VF or its address.
    private func removeDeviceInfo(_ record: IPAMRecord, of function: PCIAddress) {
        guard let path = record.deviceInfoFile else { return }
        do {
            let configuration = try CNIConfiguration.read(configurationPath)
            try DeviceInfoFile(path, below: configuration.deviceInfoDirectories)
                .remove(of: function)
        } catch {
            passOn("\(error), proceeding anyway\n")
        }
    }
}
