internal import Glibc
package import LinuxSystem
package import Netlink
package import SRIOV

extension SimulatedHost {
    package func driverExists(_ name: String) -> Bool { withKernel { $0.drivers.contains(name) } }

    package func bindDriver(
        _ driver: String?, to address: PCIAddress, deadline: Deadline
    ) throws {
        try perform("bind driver") { kernel in
            guard let vf = kernel.vfs[address], let parent = vf.function.physicalFunction,
                let pf = kernel.pfs[parent], let name = kernel.interfaces[pf.linkIndex]?.link.name
            else { throw refusal("bind driver", .noDevice, of: KernelText(address.description)) }
            if let driver, !kernel.drivers.contains(driver) {
                throw refusal("bind driver", .noSuchFile, of: KernelText(driver))
            }
            if driver == nil, !pf.bindsDrivers {
                throw ManagerError(.unsupported, "no driver of the kernel takes VF \(address)")
            }
            kernel.bind(
                address, to: driver ?? "\(pf.driver.rawValue)vf",
                named: KernelText("\(name)v\(vf.function.index ?? 0)"))
        }
    }

    package func programs(using functions: [VirtualFunction]) throws -> [PCIAddress: [String]] {
        try perform("look for programs") { kernel in
            kernel.programs.filter { program in
                functions.contains { $0.address == program.key }
            }
        }
    }

    package func bindsDrivers(to function: PCIAddress) throws -> Bool? {
        try perform("read autoprobe") { $0.pfs[function]?.bindsDrivers }
    }

    package func setBindsDrivers(_ binds: Bool, to function: PCIAddress) throws {
        try perform("write autoprobe") { $0.pfs[function]?.bindsDrivers = binds }
    }

    package func eswitchMode(of function: PCIAddress) throws -> EswitchMode? {
        try perform("read eswitch mode") { $0.pfs[function]?.eswitchMode }
    }

    package func setEswitchMode(_ mode: EswitchMode, of function: PCIAddress) throws {
        try perform("set eswitch mode") { kernel in
            guard let pf = kernel.pfs[function] else {
                throw refusal("set eswitch mode", .noDevice)
            }
            guard pf.eswitchMode != nil else { throw refusal("set eswitch mode", .notSupported) }
            guard pf.function.virtualFunctions.isEmpty else {
                throw refusal("set eswitch mode", .busy)
            }
            kernel.pfs[function]?.eswitchMode = mode
        }
    }

    package func wait(
        until deadline: Deadline, for condition: () throws -> Bool
    ) throws -> Bool {
        if try condition() { return true }
        withKernel { kernel in
            kernel.waits.append(deadline.allowance)
            kernel.settle()
        }
        // As on a real machine the time is gone then.
        while !deadline.hasPassed { sched_yield() }
        return try condition()
    }
}
