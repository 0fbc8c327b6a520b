/// The kernel's identity of this boot, new after every start of the machine.
package struct BootIdentity: RawRepresentable, Hashable, Sendable {
    /// A UUID as the kernel writes it, in lower case with hyphens.
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// Reads `/proc/sys/kernel/random/boot_id`.
    ///
    /// - Throws: `SystemCallError` if the file cannot be read.
    package static func current() throws(SystemCallError) -> Self {
        let path = "/proc/sys/kernel/random/boot_id"
        let descriptor = try Descriptor(opening: path)
        let bytes = try descriptor.readOnce(limit: 256, subject: path)
        return Self(rawValue: String(decoding: bytes, as: UTF8.self).trimmingASCIISpace())
    }
}
