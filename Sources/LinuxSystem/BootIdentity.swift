/// The kernel's identity of this boot, new after every start of the machine.
package struct BootIdentity: RawRepresentable, Hashable, Sendable {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// Reads `/proc/sys/kernel/random/boot_id`.
    package static func current() throws(SystemCallError) -> Self {
        let text = try readTextFile("/proc/sys/kernel/random/boot_id", limit: 256)
        return Self(rawValue: text.trimmingASCIISpace())
    }
}
