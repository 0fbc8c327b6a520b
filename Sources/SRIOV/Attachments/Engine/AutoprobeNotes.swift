internal import Glibc
internal import LinuxSystem

/// The PFs whose `sriov_drivers_autoprobe` is switched on temporarily: a note beside the state file for
/// each, which remains if the process dies.
///
/// A note is a symbolic link like those of `InProgressMarkers`, named after the PF's address, whose text names the boot
/// and the device: another device at the address, or the next boot, begins with the kernel's value. Only a
/// process with the PF's exclusive lock writes, reads or erases it.
struct AutoprobeNotes: Sendable {
    let directory: String

    private static var suffix: String { ".autoprobe" }

    /// The PFs with a note, in any order.
    func physicalFunctions() throws(SystemCallError) -> [PCIAddress] {
        try directoryNamesIfPresent(directory).compactMap { name in
            name.hasSuffix(Self.suffix)
                ? PCIAddress(String(name.dropLast(Self.suffix.count))) : nil
        }
    }

    /// The content of the note on a PF; nil if there is none.
    func text(of address: PCIAddress) throws(SystemCallError) -> String? {
        try linkText(path(address))
    }

    /// Writes a note; one of another boot or device must have been erased.
    func write(_ text: String, of address: PCIAddress) throws(SystemCallError) {
        let note = path(address)
        do {
            try systemCall("make", on: note) { symlink(text, note) }
        } catch  where error.errno == .noSuchFile {
            try makeOpenDirectory(directory)
            try systemCall("make", on: note) { symlink(text, note) }
        }
    }

    /// Erases the note on a PF; nothing if there is none.
    func erase(_ address: PCIAddress) throws(SystemCallError) {
        try deleteFile(path(address))
    }

    private func path(_ address: PCIAddress) -> String {
        "\(directory)/\(address)\(Self.suffix)"
    }
}
