internal import Glibc
internal import LinuxSystem

/// What sriov-cni has written down of the VFs that it gave away.
///
/// It keeps a file `<container>-<interface>` for each attachment, with the network configuration and the VF's
/// former state, and a file `pci/<address>` for each VF, with the path of the network namespace. Old
/// versions have only the first.
package struct SRIOVCNICache: Sendable {
    package static var defaultDirectory: String { "/var/lib/cni/sriov" }

    static var program: String { "sriov-cni" }

    /// The most bytes that are read of a file.
    private static let limit = 1 << 20

    let directory: String
    /// Seconds since 1970; files that are older are of another boot, since when the hardware was reset.
    var bootTime: Int64 { knownBootTime ?? Self.bootTime() }
    /// nil asks the clocks, where there is a file: mostly there is none.
    private let knownBootTime: Int64?

    package init(directory: String, bootTime: Int64? = nil) {
        self.directory = directory
        knownBootTime = bootTime
    }

    private static func bootTime() -> Int64 {
        var now = timespec()
        var sinceBoot = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        clock_gettime(CLOCK_BOOTTIME, &sinceBoot)
        return Int64(now.tv_sec - sinceBoot.tv_sec)
    }

    // MARK: Files

    /// The names of the files that tell of attachments; none where there is no directory.
    func attachmentFiles() throws(SystemCallError) -> [String] {
        try directoryNamesIfPresent(directory).filter { $0 != "pci" }
    }

    /// The names of the files that tell of VFs, which are PCI addresses.
    func allocationFiles() throws(SystemCallError) -> [String] {
        try directoryNamesIfPresent(directory + "/pci").filter { $0 != "vf_lock" }
    }

    /// What a file holds.
    ///
    /// - Returns: nil if there is no file.
    func contents(of name: String) throws(SystemCallError) -> SRIOVCNIFile? {
        let path = "\(directory)/\(name)"
        do {
            // O_NONBLOCK: never block on a FIFO. O_NOFOLLOW: no symlinks.
            let descriptor = try Descriptor(
                opening: path, flags: O_RDONLY | O_NONBLOCK | O_NOFOLLOW)
            var status = stat()
            let number = descriptor.rawValue
            try systemCall("stat", on: path) { fstat(number, &status) }
            return SRIOVCNIFile(
                bytes: try descriptor.readToEnd(limit: Self.limit, subject: path),
                changed: Int64(status.st_mtim.tv_sec), nanoseconds: Int64(status.st_mtim.tv_nsec))
        } catch  where error.errno.isAbsence || error.errno.rawValue == ENAMETOOLONG {
            // A name that no file can have is that of no file.
            return nil
        }
    }

    func remove(_ name: String) throws(SystemCallError) {
        let path = "\(directory)/\(name)"
        do {
            try systemCall("remove", on: path) { unlink(path) }
        } catch  where error.errno.isAbsence {
            return
        }
    }
}
