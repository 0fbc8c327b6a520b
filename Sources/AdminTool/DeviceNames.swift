/// What pci.ids calls a PCI function.
package struct DeviceNames: Hashable, Sendable {
    /// nil if the list does not know it.
    package let vendor: String?
    /// nil if the list does not know it.
    package let device: String?

    package init(vendor: String?, device: String?) {
        self.vendor = vendor
        self.device = device
    }
}
