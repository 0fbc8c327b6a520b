/// How the driver of a simulated PF behaves, as measured on real ones.
package enum SimulatedDriver: String, Hashable, Sendable {
    /// igb and igbvf of Linux 6.1: no link state, no minimum rate, no 802.1ad; the VF's MAC shows
    /// up in the PF's report, and an administered one locks the interface's.
    case igb
    /// Accepts every attribute and keeps administered and effective MAC apart.
    case accepting

    /// Whether the VF tells the PF its MAC, which then reports it like an administered one.
    var reportsInterfaceMAC: Bool { self == .igb }
}
