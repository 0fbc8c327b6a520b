/// What an interface is to the PCI function that it belongs to.
package enum LinkRole: Hashable, Sendable {
    /// The function's own interface; of a PF that is also the port of its card's switch to the outside (`p0`).
    case own
    /// It stands in the host for the other end of a function on the card's switch, a VF most often.
    case representor(EswitchPort)
    /// It is a virtual interface made on top of another, such as a VLAN, or belongs to no PCI function.
    case other
}

extension LinkRole {
    /// The role by the name of the port (`phys_port_name`), for an interface of hardware.
    ///
    /// - Parameter portName: nil outside a switch.
    package init(portName: String?) {
        self = portName.flatMap(EswitchPort.init).map { .representor($0) } ?? .own
    }
}
