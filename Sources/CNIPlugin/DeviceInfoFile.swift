internal import Glibc
internal import LinuxSystem
internal import SRIOV

/// The file of one attachment through which Multus learns about its device: `runtimeConfig.CNIDeviceInfoFile`.
package struct DeviceInfoFile: Hashable, Sendable {
    /// An absolute path.
    package let path: String

    /// The most bytes that are read of a file that is there already.
    private static let limit = 65536

    package init(path: String) {
        self.path = path
    }

    /// Writes the file, whole or not at all; its folder is made where it is missing.
    ///
    /// A file of a device plugin is there already: of a PCI function it is completed, one of another type of device
    /// stays as it is.
    ///
    /// - Throws: `CNIError` that names the file; also if there is a file that holds no device information.
    package func write(_ info: DeviceInfo) throws(CNIError) {
        do {
            let present = try contents()
            guard present == nil || present?["type"] == .string("pci") else { return }
            try replace(with: info.document(over: present ?? [:]).encoded())
        } catch {
            throw failure("written", error)
        }
    }

    /// Removes the file; one that is not there, or that holds no device information, is left alone.
    ///
    /// - Throws: `CNIError` that names the file.
    package func remove() throws(CNIError) {
        do {
            guard try contents() != nil else { return }
            try systemCall("remove", on: path) { unlink(path) }
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
            bytes = try read()
        } catch  where error.errno.isAbsence {
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

    private func read() throws(SystemCallError) -> [UInt8] {
        // A FIFO must not hold us up, nor a link lead elsewhere.
        let descriptor = try Descriptor(opening: path, flags: O_RDONLY | O_NONBLOCK | O_NOFOLLOW)
        return try descriptor.readToEnd(limit: Self.limit, subject: path)
    }

    private func replace(with bytes: [UInt8]) throws {
        if let end = path.lastIndex(of: "/") { try makeFolders(String(path[..<end])) }
        let draft = path + ".vfmap"
        do {
            try Self.write(bytes, to: draft)
            try systemCall("rename", on: draft) { rename(draft, path) }
        } catch {
            unlink(draft)
            throw error
        }
    }

    private static func write(_ bytes: [UInt8], to path: String) throws(SystemCallError) {
        let descriptor = try Descriptor(
            opening: path, flags: O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, permissions: 0o644)
        try descriptor.write(bytes, subject: path)
    }

    private func failure(_ what: String, _ error: any Error) -> CNIError {
        let cause = CNIError(reporting: error)
        return CNIError(
            cause.code, "runtimeConfig.CNIDeviceInfoFile: \(path) cannot be \(what): \(cause)")
    }
}
