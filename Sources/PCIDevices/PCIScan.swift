internal import CPCI
package import LinuxSystem

/// A PCI function as libpci enumerates it.
package struct PCIFunction: Hashable, Sendable {
    package let address: PCIAddress
    package let vendor: UInt16
    package let device: UInt16
    /// Class and subclass: 0x0200 is an Ethernet controller.
    package let classCode: UInt16
}

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
    /// - Parameter sysfs: The tree to read.
    /// - Throws: `PCIScanError` if libpci finds no way to work, as without sysfs.
    package static func functions(sysfs: Sysfs = Sysfs()) throws(PCIScanError) -> [PCIFunction] {
        let root = sysfs.root + "/bus/pci"
        var capacity = 256
        while true {
            var found = [vfmap_pci_function](repeating: vfmap_pci_function(), count: capacity)
            var message = [CChar](repeating: 0, count: 256)
            let count = Int(
                vfmap_pci_scan(root, &found, Int32(capacity), &message, message.count))
            guard count >= 0 else {
                let words = message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
                throw PCIScanError(words: String(decoding: words, as: UTF8.self))
            }
            // Between the calls there may be more of them.
            guard count <= capacity else {
                capacity = count
                continue
            }
            return found[..<count].compactMap(PCIFunction.init).sorted { $0.address < $1.address }
        }
    }
}

extension PCIScan {
    /// The network controllers (class 02), sorted by address.
    package static func networkControllers(
        sysfs: Sysfs = Sysfs()
    ) throws(PCIScanError) -> [PCIAddress] {
        try functions(sysfs: sysfs).filter { $0.classCode >> 8 == 0x02 }.map(\.address)
    }
}

extension PCIFunction {
    fileprivate init?(_ function: vfmap_pci_function) {
        guard
            let address = PCIAddress(
                domain: function.domain, bus: function.bus, device: function.device,
                function: function.function)
        else { return nil }
        self.init(
            address: address, vendor: function.vendor, device: function.product,
            classCode: function.class)
    }
}
