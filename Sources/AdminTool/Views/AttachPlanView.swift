internal import LinuxSystem
internal import Netlink
internal import SRIOV

/// What `attach` would do, for programs.
struct AttachPlanView: Hashable, Codable {
    let virtualFunction: String
    /// nil if the VF has no interface to move.
    let interface: String?
    let namespace: String
    /// The interface's name in the namespace.
    let targetName: String
    /// One sentence a step, in order.
    let steps: [String]

    init(_ plan: AttachPlan) {
        let function = plan.virtualFunction
        virtualFunction = function.address.description
        interface = plan.interfaceName?.description
        namespace = plan.namespacePath
        targetName = plan.targetName
        let subject = function.index.map { "VF \($0)" } ?? "VF"
        var steps = plan.changes.map { "set \($0.name) of \(subject) to \($0.valueDescription)" }
        if let name = plan.interfaceName {
            if let address = plan.interface.macAddress {
                steps.append("set MAC address of \(name) to \(address)")
            }
            steps.append("move \(name) to \(plan.namespacePath) as \(plan.targetName)")
            if let mtu = plan.interface.mtu {
                steps.append("set MTU of \(plan.targetName) to \(mtu)")
            }
            for case (let mode, let wanted?) in [
                ("promiscuous mode", plan.interface.isPromiscuous),
                ("all-multicast mode", plan.interface.receivesAllMulticast),
            ] {
                steps.append("turn \(mode) of \(plan.targetName) \(wanted ? "on" : "off")")
            }
            if plan.interface.isUp == true { steps.append("bring \(plan.targetName) up") }
        }
        self.steps = steps
    }

    var text: String {
        let heading = "attach \(virtualFunction) to \(namespace)"
        return printable(heading) + "\n"
            + steps.map { "  \(printable($0))\n" }.joined()
    }
}
