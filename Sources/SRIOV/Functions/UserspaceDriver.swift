/// The kernel drivers that hand a PCI function to a program: no interface belongs to them.
package enum UserspaceDriver {
    /// `vfio-pci` and `uio_pci_generic` are in the kernel, `igb_uio` comes with DPDK.
    package static func isKnown(_ driver: String) -> Bool {
        ["vfio-pci", "uio_pci_generic", "igb_uio"].contains(driver)
    }
}

extension VirtualFunction {
    /// Whether a driver is bound that hands the VF to programs.
    var hasUserspaceDriver: Bool { driver.map(UserspaceDriver.isKnown) ?? false }
}
