internal import Glibc

/// The sysfs tree, or one of the same shape under another root.
///
/// Nothing is cached: every call shows the kernel's answer of now. Paths are relative to the root:
/// `bus/pci/devices/0000:03:10.2/sriov_numvfs`.
package struct Sysfs: Sendable {
    /// The directory that `/sys` stands for.
    package let root: String

    /// - Parameter root: `/sys`, or a directory with a tree of the same shape.
    package init(root: String = "/sys") {
        self.root = root
    }

    /// Reads an attribute, which the kernel hands out whole (at most a page), and trims the white space around its value.
    ///
    /// - Returns: nil if the attribute does not exist, or if the kernel says that it means nothing
    ///   for this device (`EINVAL`, `EOPNOTSUPP`, as `speed` of an interface that is down).
    /// - Throws: `SystemCallError` for any other failure.
    package func value(of attribute: String) throws(SystemCallError) -> String? {
        do {
            let path = root + "/" + attribute
            let descriptor = try Descriptor(opening: path)
            let bytes = try descriptor.readOnce(limit: 4096, subject: path)
            return String(decoding: bytes, as: UTF8.self).trimmingASCIISpace()
        } catch
            where error.errno.isAbsence || error.errno == .invalidArgument
            || error.errno == .notSupported
        {
            return nil
        }
    }

    /// Reads an attribute that holds a whole number, decimal or `0x` hexadecimal.
    ///
    /// - Returns: nil if there is no such attribute, or it holds something else.
    /// - Throws: `SystemCallError` for any other failure, as `value(of:)`.
    package func number(of attribute: String) throws(SystemCallError) -> Int? {
        guard let text = try value(of: attribute) else { return nil }
        return text.hasPrefix("0x") ? Int(text.dropFirst(2), radix: 16) : Int(text)
    }

    /// The last component of what a symbolic link points to, such as the driver's name for `driver`.
    ///
    /// - Returns: nil if there is no such link.
    /// - Throws: `SystemCallError` for any other failure.
    package func linkTarget(of link: String) throws(SystemCallError) -> String? {
        let path = root + "/" + link
        let bytes: [UInt8]
        do {
            bytes = try LinuxSystem.bytes(atMost: 4096) { start throws(SystemCallError) in
                try systemCall("read link", on: path) { readlink(path, start, 4096) }
            }
        } catch  where error.errno.isAbsence || error.errno == .invalidArgument {
            return nil
        }
        let name = bytes.lastIndex(of: UInt8(ascii: "/")).map { bytes[($0 + 1)...] } ?? bytes[...]
        return name.isEmpty ? nil : String(decoding: name, as: UTF8.self)
    }

    /// The names in a directory, sorted; empty if there is no such directory.
    ///
    /// - Throws: `SystemCallError` if the directory exists and cannot be read.
    package func entries(of directory: String) throws(SystemCallError) -> [String] {
        do {
            return try directoryNames(root + "/" + directory)
        } catch  where error.errno.isAbsence {
            return []
        }
    }

    /// The same, each as its bytes: names of interfaces need not be UTF-8.
    ///
    /// - Throws: `SystemCallError` if the directory exists and cannot be read.
    package func entryNames(of directory: String) throws(SystemCallError) -> [KernelText] {
        do {
            return try directoryEntries(root + "/" + directory)
        } catch  where error.errno.isAbsence {
            return []
        }
    }

    package func exists(_ path: String) -> Bool {
        access(root + "/" + path, F_OK) == 0
    }

    /// Writes an attribute.
    ///
    /// - Throws: `SystemCallError` with the path as its subject and the kernel's refusal.
    package func write(_ value: String, to attribute: String) throws(SystemCallError) {
        let path = root + "/" + attribute
        let descriptor = try Descriptor(opening: path, flags: O_WRONLY)
        let number = descriptor.rawValue
        let bytes = Array(value.utf8)
        try systemCall("write \(value) to", on: path) { Glibc.write(number, bytes, bytes.count) }
    }
}
