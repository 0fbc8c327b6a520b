package import LinuxSystem
internal import Netlink
internal import SRIOV

/// A network of Docker's, as it is remembered: where its VFs come from and what each of its endpoints gets.
package struct DockerNetwork: Hashable, Sendable {
    /// Where the VFs come from. A PF is known by its address, for names change; the name that it had is kept
    /// for messages.
    package enum Source: Hashable, Sendable {
        case virtualFunctions(of: PCIAddress, named: String)
        /// The PF as a whole, to one endpoint at a time.
        case physicalFunction(PCIAddress, named: String)
        case pool(String)
    }

    /// Where the VFs of its endpoints come from.
    package let source: Source
    let options: EndpointOptions
    /// Whether it has no way out: its endpoints get no gateway.
    package let isInternal: Bool
    let addressPools: [AddressPool]

    init(
        source: Source, options: EndpointOptions, isInternal: Bool, addressPools: [AddressPool]
    ) {
        self.source = source
        self.options = options
        self.isInternal = isInternal
        self.addressPools = addressPools
    }

    /// The gateway for an endpoint's address; nil if there is none for it.
    func gateway(for address: IPNetwork?) -> IPAddress? {
        guard !isInternal, let address else { return nil }
        return addressPools.first { $0.contains(address.address) }?.gateway
    }
}
