internal import CPCI
internal import Glibc
package import LinuxSystem

/// Why libpci could not enumerate.
package struct PCIScanError: Error, Hashable, Sendable, CustomStringConvertible {
    /// libpci's own words.
    package let words: String

    package var description: String { "enumerate PCI functions: \(words)" }
}

/// The enumeration of PCI functions by libpci.
package enum PCIScan {
    /// Every PCI function, sorted by address.
    ///
    /// No file of a function is read: thousands of them may be VFs.
    ///
    /// - Parameter sysfs: The tree to read.
    /// - Throws: `PCIScanError` if libpci finds no way to work, as without sysfs.
    package static func functions(sysfs: Sysfs = Sysfs()) throws(PCIScanError) -> [PCIAddress] {
        var count = 0
        var message = [CChar](repeating: 0, count: 256)
        guard
            let found = vfmap_pci_scan(
                sysfs.root + "/bus/pci", &count, &message, message.count)
        else {
            let words = message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
            throw PCIScanError(words: String(decoding: words, as: UTF8.self))
        }
        defer { free(found) }
        return UnsafeBufferPointer(start: found, count: count).compactMap {
            PCIAddress(
                domain: $0.domain, bus: $0.bus, device: $0.device, function: $0.function)
        }.sorted()
    }
}
