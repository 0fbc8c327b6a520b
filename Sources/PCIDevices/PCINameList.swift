internal import CPCI

/// The names of vendors and devices, as pci.ids has them.
///
/// It belongs to one thread: libpci keeps a cache in it.
package final class PCINameList {
    private let names: UnsafeMutableRawPointer

    /// - Returns: nil if libpci does not work here.
    package init?() {
        guard let names = vfmap_pci_names_open() else { return nil }
        self.names = names
    }

    deinit {
        vfmap_pci_names_close(names)
    }

    /// - Returns: nil if the list does not know the vendor, or there is no list.
    package func vendor(_ vendor: UInt16) -> String? {
        text { vfmap_pci_vendor_name(names, Int32(vendor), $0, $1) }
    }

    /// - Returns: nil if the list does not know the device, or there is no list.
    package func device(_ device: UInt16, of vendor: UInt16) -> String? {
        text { vfmap_pci_device_name(names, Int32(vendor), Int32(device), $0, $1) }
    }

    private func text(_ lookUp: (UnsafeMutablePointer<CChar>, Int) -> Int32) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            guard let start = buffer.baseAddress, lookUp(start, buffer.count) != 0 else {
                return nil
            }
            return String(cString: start)
        }
    }
}
