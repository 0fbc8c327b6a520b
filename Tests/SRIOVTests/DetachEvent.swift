import LinuxSystem
import Netlink
import Node
import SRIOV
import SimulatedHost

/// What may happen to the first VF of pf0, in container a, while somebody works on it.
enum DetachEvent: CaseIterable, Sendable {
    case namespaceIsDeleted, namespaceIsDeletedAndTheVFComesBack, interfaceIsRenamed,
        interfaceGetsNames
    case nameIsTakenInside, driverIsBoundAnew, pfIsRenamed

    func happen(on kernel: inout SimulatedKernel) {
        let function = SimulatedHost.vfAddress(0)
        switch self {
        case .namespaceIsDeleted:
            kernel.deleteNamespace("/run/netns/a")
        case .namespaceIsDeletedAndTheVFComesBack:
            kernel.deleteNamespace("/run/netns/a")
            kernel.settle()
        case .interfaceIsRenamed:
            kernel.change(function) { if $0.namespace != 0 { $0.link.name = "eth7" } }
        case .interfaceGetsNames:
            kernel.change(function) {
                if $0.namespace != 0 { $0.link.alternativeNames += ["inside", "pf0v0"] }
            }
        case .nameIsTakenInside:
            kernel.addInterface(named: "eth9", mac: [2, 9, 9, 9, 9, 9], in: 1)
        case .driverIsBoundAnew:
            guard let driver = kernel.vfs[function]?.function.driver else { return }
            kernel.bind(function, to: driver, named: "eth3")
        case .pfIsRenamed:
            kernel.renamePF(SimulatedHost.pfAddress(), to: "uplink")
        }
    }
}
