/// An IP address on an interface.
package struct InterfaceAddress: Hashable, Sendable {
    /// The address with the length of its prefix (`ifa_prefixlen`).
    package var network: IPNetwork
    /// `ifa_scope`: 0 global, 253 link, 254 host.
    package var scope: UInt8
    /// `IFA_FLAGS`: `IFA_F_TENTATIVE`, `IFA_F_DADFAILED` and their kin.
    package var flags: UInt32

    package init(network: IPNetwork, scope: UInt8 = 0, flags: UInt32 = 0) {
        self.network = network
        self.scope = scope
        self.flags = flags
    }
}
