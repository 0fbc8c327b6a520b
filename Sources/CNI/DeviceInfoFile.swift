internal import Glibc
package import JSON
package import LinuxSystem

/// The file of one attachment through which Multus learns about its device: `runtimeConfig.CNIDeviceInfoFile`.
///
/// A network's author may name any file by it, so the administrator of the node must allow its directory.
package struct DeviceInfoFile: Hashable, Sendable {
    /// As the configuration has it.
    package let path: String
    private let place: ConfinedPath

    /// The most bytes that are read of a file that is there already.
    private static let limit = 65536

    /// - Parameters:
    ///   - path: What the runtime says.
    ///   - directories: Where device-info files may be.
    /// - Throws: `JSONKeyError` for a path that leads elsewhere.
    package init(_ path: String, below directories: [String]) throws(JSONKeyError) {
        for directory in directories {
            guard let place = ConfinedPath(path, below: directory) else { continue }
            self.path = path
            self.place = place
            return
        }
        throw JSONKeyError(
            Self.key,
            "\"\(path)\" is not the path of a file below \(directories.joined(separator: " or "))")
    }

    private static var key: String { "runtimeConfig.CNIDeviceInfoFile" }

    /// Writes the file, whole or not at all; its directory is made where it is missing.
    ///
    /// A file of a device plugin is there already: of a PCI function it is completed, one of another type of device
    /// stays as it is.
    ///
    /// - Throws: `CNIError` that names the file; also if there is a file that holds no device information.
    package func write(_ info: DeviceInfo) throws(CNIError) {
        do {
            let present = try contents()
            guard present == nil || present?["type"] == .string("pci") else { return }
            try makeDirectories(place.directory)
            try place.replace(with: info.document(over: present ?? [:]).encoded())
        } catch {
            throw failure("written", error)
        }
    }

    /// Removes the file if it tells of this VF; any other is left alone, and none is no error.
    ///
    /// - Throws: `CNIError` that names the file; also if it holds no device information.
    package func remove(of function: PCIAddress) throws(CNIError) {
        do {
            guard case .object(let pci)? = try contents()?["pci"],
                pci["pci-address"] == .string(function.description)
            else { return }
            try place.remove()
        } catch let error as SystemCallError where error.errno.isAbsence {
            return
        } catch {
            throw failure("removed", error)
        }
    }

    /// What the file holds.
    ///
    /// - Returns: nil if there is no file.
    private func contents() throws -> JSONMembers? {
        let bytes: [UInt8]
        do {
            bytes = try place.open(flags: O_RDONLY)
                .readToEnd(limit: Self.limit, subject: place.description)
        } catch let error as SystemCallError where error.errno.isAbsence {
            return nil
        }
        // What it holds instead does not matter.
        guard case .object(let members)? = try? JSONValue(parsing: bytes),
            case .string? = members["type"], case .string? = members["version"]
        else {
            throw CNIError(
                .invalidConfiguration, "there is a file that holds no device information")
        }
        return members
    }

    private func failure(_ what: String, _ error: any Error) -> CNIError {
        let cause = CNIError(describing: error)
        return CNIError(cause.code, "\(Self.key): \(path) cannot be \(what): \(cause)")
    }
}
