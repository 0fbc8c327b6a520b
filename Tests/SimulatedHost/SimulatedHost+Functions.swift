internal import Glibc
package import LinuxSystem
package import Netlink
package import SRIOV

extension SimulatedHost: Host {
    package func bootIdentity() throws -> BootIdentity { kernel.boot }

    package func now() -> Int64 { 1_700_000_000 }

    package func uptime() -> Int64 { kernel.uptime }

    // MARK: PCI functions

    package func physicalFunctions() throws -> [PhysicalFunction] {
        try perform("list PFs") { kernel in
            kernel.pfs.values.map { kernel.shown($0) }.sorted { $0.address < $1.address }
        }
    }

    package func physicalFunction(at address: PCIAddress) throws -> PhysicalFunction? {
        try perform("read PF") { kernel in kernel.pfs[address].map { kernel.shown($0) } }
    }

    package func physicalFunction(named name: String) throws -> PhysicalFunction? {
        try physicalFunctions().first { $0.interfaceName == KernelText(name) }
    }

    package func virtualFunction(
        at address: PCIAddress, detail: FunctionDetail
    ) throws -> VirtualFunction? {
        try perform("read VF") { kernel in
            guard let vf = kernel.vfs[address] else { return nil }
            if detail == .parentage {
                return VirtualFunction(
                    address: address, physicalFunction: vf.function.physicalFunction)
            }
            var function = vf.function
            function.interfaceName = vf.linkIndex.flatMap { kernel.interfaces[$0] }
                .flatMap { $0.namespace == 0 ? $0.link.name : nil }
            return function
        }
    }

    package func virtualFunctions(
        of function: PhysicalFunction, detail: FunctionDetail
    ) throws -> [VirtualFunction] {
        try function.virtualFunctions.sorted { $0.key < $1.key }.compactMap {
            try virtualFunction(at: $0.value, detail: detail)
        }
    }

    package func functionExists(at address: PCIAddress) -> Bool {
        withKernel { $0.vfs[address] != nil || $0.pfs[address] != nil }
    }

    package func driver(of address: PCIAddress) throws -> String? {
        try perform("read driver") { kernel in
            kernel.vfs[address]?.function.driver ?? kernel.pfs[address]?.function.driver
        }
    }

    package func functionInstance(at address: PCIAddress) -> UInt64? {
        withKernel { $0.vfs[address]?.instance ?? $0.pfs[address]?.instance }
    }

    package func representor(of function: VirtualFunction) throws -> KernelText? {
        try perform("look for the representor") { kernel in
            kernel.interfaces(in: 0).map(\.link).first { link in
                guard case .representor(let port) = link.role else { return false }
                return link.pciAddress == function.physicalFunction
                    && port.virtualFunction == function.index
            }?.name
        }
    }

    package func canReset(_ address: PCIAddress) -> Bool {
        withKernel { $0.resettable.contains(address) }
    }

    package func reset(_ address: PCIAddress) throws {
        try perform("reset") { kernel in
            guard kernel.resettable.contains(address), var vf = kernel.vfs[address] else {
                throw refusal("reset", .noSuchFile, of: KernelText(address.description))
            }
            if !vf.hasAdministrativeMAC { vf.info.macAddress = .zero }
            vf.hasBeenUp = false
            kernel.vfs[address] = vf
            kernel.resets.append(address)
        }
    }

    package func setNumberOfVFs(
        _ count: Int, of function: PhysicalFunction, deadline: Deadline
    ) throws {
        try perform("set number of VFs") { kernel in
            guard let pf = kernel.pfs[function.address] else {
                throw refusal("write sriov_numvfs", .noDevice)
            }
            let present = pf.function.virtualFunctions.values
            guard present.isEmpty || count == 0 else { throw refusal("write sriov_numvfs", .busy) }
            kernel.removeVFs(of: function.address)
            kernel.addVFs(count, to: function.address)
        }
    }

    // MARK: Namespaces

    package func hostNamespace() throws -> SimulatedNamespace {
        machine.withState { $0.openNamespaces[0, default: 0] += 1 }
        return SimulatedNamespace(counted: 0, path: "/proc/self/ns/net", on: machine)
    }

    package func openNamespace(_ path: String) throws -> SimulatedNamespace {
        try step("open namespace")
        let number = try machine.withState { state in
            if state.kernel.files.contains(path) { throw NetworkNamespaceError.notANamespace(path) }
            guard let number = state.kernel.paths[path] ?? state.kernel.heldPaths[path] else {
                throw NetworkNamespaceError.missing(path)
            }
            state.openNamespaces[number, default: 0] += 1
            return number
        }
        return SimulatedNamespace(counted: number, path: path, on: machine)
    }

    package func identity(of namespace: SimulatedNamespace) -> NamespaceIdentity {
        NamespaceIdentity(
            device: 4, inode: 4_026_531_840 + namespace.number, cookie: namespace.number)
    }

    package func hasProcess(in namespace: NamespaceIdentity) throws -> Bool {
        try perform("look for processes") { kernel in
            kernel.populated.union(kernel.heldPaths.values).contains { $0 == namespace.cookie }
        }
    }

    package func otherNamespaces() throws -> [String] {
        try perform("list namespaces") { kernel in
            kernel.paths.merging(kernel.heldPaths) { first, _ in first }
                .filter { $0.value != 0 }.map(\.key).sorted()
        }
    }

    // MARK: VFs through their PF

    package func vfInfos(
        ofPF address: PCIAddress, expectedName: KernelText?, only index: Int?
    ) throws -> PhysicalFunctionInfo? {
        try perform("read VF settings") { kernel in
            guard let pf = kernel.pfs[address],
                let interface = kernel.interfaces[pf.linkIndex],
                interface.namespace == 0
            else { return nil }
            let infos = pf.function.virtualFunctions.values.compactMap { kernel.vfs[$0]?.info }
            return PhysicalFunctionInfo(
                address: address, link: interface.link,
                vfs: infos.filter { index == nil || $0.index == index }
                    .sorted { $0.index < $1.index })
        }
    }

    package func vfInfosWithStatistics(
        ofPF address: PCIAddress, count: Int
    ) throws -> PhysicalFunctionInfo? {
        guard var info = try vfInfos(ofPF: address) else { return nil }
        if kernel.unreadable.contains(address) { throw refusal("read VFs", .noBufferSpace) }
        if kernel.hanging.contains(address) {
            withKernel { $0.hangs += 1 }
            while kernel.hanging.contains(address) { usleep(1000) }
        }
        withKernel { kernel in
            for position in info.vfs.indices {
                let vf = kernel.pfs[address]?.function.virtualFunctions[info.vfs[position].index]
                // A driver that keeps none reports zeros.
                info.vfs[position].statistics =
                    vf.flatMap { kernel.driverStatistics[$0] } ?? VFStatistics()
            }
        }
        return info
    }

    package func hasFilesOfVFs(ofPF address: PCIAddress) -> Bool {
        withKernel { !$0.counterFiles.isEmpty }
    }

    package func counterFiles(
        ofVF index: Int, ofPF address: PCIAddress
    ) throws -> [String: UInt64]? {
        try perform("read counters") { kernel in
            kernel.pfs[address]?.function.virtualFunctions[index]
                .flatMap { kernel.counterFiles[$0] }
        }
    }

    package func statistics(
        of link: Link, in namespace: SimulatedNamespace
    ) throws -> LinkStatistics? {
        try perform("read counters") { kernel in
            kernel.linkStatistics[try kernel.number(of: link, in: namespace)]
        }
    }

    package func setVF(
        _ attributes: [VFAttribute], index: Int, of function: PhysicalFunctionInfo
    ) throws {
        let operation = attributes.count == 1 ? "set \(attributes[0].name)" : "set attributes"
        try perform(operation) { kernel in
            guard let address = kernel.pfs[function.address]?.function.virtualFunctions[index]
            else {
                throw refusal(operation, .noDevice)
            }
            for attribute in attributes {
                if let errno = kernel.setVF(attribute, of: address) {
                    throw refusal(
                        operation, errno, of: KernelText("VF \(index) of \(function.link.name)"))
                }
            }
        }
    }
}

extension SimulatedKernel {
    func shown(_ pf: PF) -> PhysicalFunction {
        var function = pf.function
        function.interfaceName = interfaces[pf.linkIndex].flatMap {
            $0.namespace == 0 ? $0.link.name : nil
        }
        return function
    }
}

func refusal(
    _ operation: String, _ errno: ErrorNumber, of subject: KernelText = "the simulated host"
) -> NetlinkError {
    NetlinkError(operation: operation, subject: "\(subject)", errno: errno, kernelMessage: nil)
}
