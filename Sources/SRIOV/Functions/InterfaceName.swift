internal import LinuxSystem

/// The kernel's rule for names of interfaces.
package enum InterfaceName {
    /// Whether the kernel takes the text as an interface's name: 1 to 15 bytes, not `.` or `..`, without `/`,
    /// `:` and white space (dev_valid_name of net/core/dev.c), nor `%`, which the kernel expands.
    package static func isLegal(_ name: String) -> Bool {
        let bytes = name.utf8
        guard (1...15).contains(bytes.count), name != ".", name != ".." else { return false }
        return bytes.allSatisfy { byte in
            // isspace(3) of the C locale and the two separators; NUL ends a name.
            !(byte == 0 || byte == 0x20 || (0x09...0x0d).contains(byte) || byte == 0x2f
                || byte == 0x3a || byte == 0x25)
        }
    }
    /// Whether a name is letters and a number, as runtimes and kernels make them up: `eth0`, `net1`.
    static func isNumbered(_ name: KernelText) -> Bool {
        let letters = name.bytes.prefix { (0x41...0x5a).contains($0 & ~0x20) }
        let digits = name.bytes.dropFirst(letters.count)
        return !letters.isEmpty && !digits.isEmpty
            && digits.allSatisfy { (0x30...0x39).contains($0) }
    }
}
