package import LinuxSystem
package import Netlink
package import SRIOV

/// The state of a simulated machine: what a kernel and its hardware would remember.
package struct SimulatedKernel: Hashable, Sendable {
    package struct PF: Hashable, Sendable {
        package var function: PhysicalFunction
        package var linkIndex: Int32
        package var driver: SimulatedDriver
        /// Which device it is, of all that ever were.
        package var instance: UInt64 = 0
        /// Whether new VFs get a driver.
        package var bindsDrivers = true
        /// nil for a switch without modes; another than this is taken only while there are no VFs.
        package var eswitchMode: EswitchMode?
    }

    package struct VF: Hashable, Sendable {
        package var function: VirtualFunction
        package var info: VFState
        /// Whether the PF has administered the MAC, which its report does not tell.
        package var hasAdministrativeMAC = false
        /// Whether the interface has been up since the VF was made.
        package var hasBeenUp = false
        package var linkIndex: Int32?
        /// Which device it is, of all that ever were.
        package var instance: UInt64 = 0
    }

    package struct Interface: Hashable, Sendable {
        package var link: Link
        /// The namespace; nil while the kernel dismantles the one it was in.
        package var namespace: UInt64?
        package var virtualFunction: PCIAddress?
    }

    package struct Address: Hashable, Sendable {
        package var address: InterfaceAddress
        package var linkIndex: Int32
        package var namespace: UInt64
    }

    package struct RouteEntry: Hashable, Sendable {
        package var route: Route
        package var namespace: UInt64
    }

    package struct SentFrame: Hashable, Sendable {
        package var bytes: [UInt8]
        package var linkIndex: Int32
    }

    package var boot = BootIdentity(rawValue: "first-boot")
    /// Seconds since the boot.
    package var uptime: Int64 = 1000
    package var pfs: [PCIAddress: PF] = [:]
    package var vfs: [PCIAddress: VF] = [:]
    /// By a number that the interface keeps for life. Its index is the same at first, but whoever controls a namespace
    /// can give that to another interface.
    package var interfaces: [Int32: Interface] = [:]
    /// The namespaces behind each path; 0 is the host's.
    package var paths: [String: UInt64] = ["/proc/self/ns/net": 0]
    /// Namespaces without a path that a process still holds.
    package var heldPaths: [String: UInt64] = [:]
    /// Namespaces that live on because somebody, nobody knows who, has a descriptor of them.
    package var descriptorsElsewhere: Set<UInt64> = []
    /// Namespaces in which processes live.
    package var populated: Set<UInt64> = []
    /// Paths that lead to something that is no namespace.
    package var files: Set<String> = []
    package var addresses: Set<Address> = []
    package var routes: Set<RouteEntry> = []
    package var sysctls: [String: String] = [:]
    /// What went out by interfaces, in order.
    package var sentFrames: [SentFrame] = []
    /// The drivers that are loaded.
    package var drivers: Set<String> = ["igbvf", "vfio-pci", "uio_pci_generic"]
    /// The programs that have a VF open through a driver of user space.
    package var programs: [PCIAddress: [String]] = [:]
    /// The names of VF attributes that the PF's driver accepts and forgets.
    package var swallows: Set<String> = []
    /// The names of VF attributes that the PF's driver does not know.
    package var unsupported: Set<String> = []
    /// What drivers still answer to settings because they are busy, the next one first.
    package var busyAnswers: [ErrorNumber] = []
    /// Whether the driver refuses a VLAN that a VF has already.
    package var mindsEqualVLANs = false
    /// The functions that have a reset of their own.
    package var resettable: Set<PCIAddress> = []
    /// The functions that were reset, in order.
    package var resets: [PCIAddress] = []
    /// What PFs' drivers count of VFs; zeros for those that are not here.
    package var driverStatistics: [PCIAddress: VFStatistics] = [:]
    /// What PFs' drivers show of VFs as files.
    package var counterFiles: [PCIAddress: [String: UInt64]] = [:]
    /// PFs whose VFs cannot be read together with their counters.
    package var unreadable: Set<PCIAddress> = []
    /// PFs whose driver does not answer who asks for counters, until they are taken out of here.
    package var hanging: Set<PCIAddress> = []
    /// How many have waited for a driver that hangs.
    package var hangs = 0
    /// What interfaces count themselves, by index.
    package var linkStatistics: [Int32: LinkStatistics] = [:]
    /// Interfaces of the host that carry a default route.
    package var defaultRoutes: Set<Int32> = []
    /// How long processes have been allowed to wait in vain for interfaces.
    package var waits: [Duration] = []
    package var nextNamespace: UInt64 = 1
    package var nextIndex: Int32 = 2
    package var nextInstance: UInt64 = 1

    package init() {}

    /// The interfaces of one namespace, by index.
    func interfaces(in namespace: UInt64) -> [Interface] {
        interfaces.values.filter { $0.namespace == namespace }
            .sorted { $0.link.index < $1.link.index }
    }

    func isNameTaken(_ name: KernelText, in namespace: UInt64, except number: Int32) -> Bool {
        interfaces.contains {
            $1.namespace == namespace && $0 != number && $1.link.isCalled(name)
        }
    }

    func isIndexTaken(_ index: Int32, in namespace: UInt64, except number: Int32) -> Bool {
        interfaces.contains {
            $1.namespace == namespace && $0 != number && $1.link.index == index
        }
    }

    mutating func newInstance() -> UInt64 {
        nextInstance += 1
        return nextInstance - 1
    }

    /// Gives the devices' interfaces of dismantled namespaces back to the host, as the kernel does in its own time.
    package mutating func settle() {
        for (index, interface) in interfaces where interface.namespace == nil {
            guard interface.link.kind == nil else {
                // What is virtual ends with its namespace.
                interfaces[index] = nil
                continue
            }
            var interface = interface
            interface.namespace = 0
            interface.link.flags &= ~1
            if isNameTaken(interface.link.name, in: 0, except: index) {
                interface.link.name = KernelText("dev\(index)")
            }
            interface.link.alternativeNames.removeAll { isNameTaken($0, in: 0, except: index) }
            if isIndexTaken(interface.link.index, in: 0, except: index) {
                interface.link.index = nextIndex
                nextIndex += 1
            }
            interfaces[index] = interface
        }
    }
}
