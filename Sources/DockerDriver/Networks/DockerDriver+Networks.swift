internal import FrontEndSupport
internal import JSON
internal import LinuxSystem
internal import SRIOV

extension DockerDriver {
    /// GwAllocCheck: an internal network needs no gateway, so Docker need not keep an address back for it.
    ///
    /// Others keep theirs, as with earlier versions of Docker, which do not ask: the first address of the subnet
    /// if none is given.
    func checkGatewayAllocation(_ body: CallBody) throws -> JSONMembers {
        let isInternal = try body.object.object("Options")?.isInternal() ?? false
        return ["SkipIPv4": .bool(isInternal), "SkipIPv6": .bool(isInternal)]
    }

    /// CreateNetwork: remembers a network, if all of it makes sense on this machine.
    func createNetwork(_ body: CallBody) throws -> JSONMembers {
        let request = try NetworkRequest(body)
        let network = DockerNetwork(
            source: try source(of: request), options: request.options,
            isInternal: request.isInternal, addressPools: request.addressPools)
        try context.store.insert(
            NetworkRecord(
                frontEnd: FrontEnd.docker.rawValue, identifier: request.identifier,
                definition: network.encoded(), created: context.host.now()))
        return [:]
    }

    private func source(of request: NetworkRequest) throws -> DockerNetwork.Source {
        switch request.source {
        case .physicalFunction(let reference, let option):
            let function: PhysicalFunction
            do {
                function = try context.engine.physicalFunction(reference)
            } catch {
                throw DriverError(DriverStatus(error.code), "\(option): \(error)")
            }
            let name = function.displayName
            if request.isPassthrough { return .physicalFunction(function.address, named: name) }
            if function.virtualFunctions.isEmpty {
                warn("\(name), parent of network \(short(request.identifier)), has no VFs yet")
            }
            return .virtualFunctions(of: function.address, named: name)
        case .pool(let name):
            _ = try pools(with: name)
            return .pool(name)
        }
    }

    /// The pools of the configuration file, with a certain one among them.
    private func pools(with name: String) throws -> PoolList {
        guard let list = try readPools() else {
            throw DriverError(
                option: "pool", "\(excerpt(name)) is not defined, there is no configuration file")
        }
        _ = try list.pool(named: name)
        return list
    }

    /// DeleteNetwork: forgets a network.
    ///
    /// Docker deletes no network that has endpoints. Those that we still have are ones that it lost, when its
    /// daemon or ours was killed: their VFs come back now. One that does not come back keeps its record for
    /// `recover`, not the network.
    func deleteNetwork(_ body: CallBody) throws -> JSONMembers {
        let identifier = try body.networkID()
        let left = try context.store.attachments().filter {
            $0.owner.frontEnd == FrontEnd.docker.rawValue && $0.owner.network == identifier
        }
        for attachment in left {
            let subject =
                "VF \(attachment.function) of endpoint "
                + "\(short(attachment.owner.container))"
            do {
                _ = try context.attachments.detach(DetachRequest(owner: attachment.owner))
                warn("took back \(subject), which Docker lost")
            } catch {
                warn("\(subject), which Docker lost: \(error)")
            }
        }
        try context.store.removeNetwork(identifier, of: FrontEnd.docker.rawValue)
        return [:]
    }

    // MARK: What endpoints need of their network

    /// - Throws: `DriverError` if it is not known.
    func network(_ identifier: String) throws -> DockerNetwork {
        let subject = "network \(short(identifier))"
        guard
            let record = try context.store.network(
                identifier, of: FrontEnd.docker.rawValue)
        else {
            throw DriverError(
                .gone, "\(subject) is not known to vfmap, it must be removed and created again")
        }
        do {
            return try DockerNetwork(decoding: record.definition)
        } catch {
            throw DriverError(
                .internalError, "\(subject): its definition in the state file is unusable: \(error)"
            )
        }
    }

    /// Which VFs an endpoint of a network may get.
    func selection(_ network: DockerNetwork) throws -> VFSelection {
        switch network.source {
        case .virtualFunctions(let address, let name):
            try requirePF(address, name)
            return .anyOf(physicalFunction: address)
        case .physicalFunction(let address, let name):
            try requirePF(address, name)
            return .address(address)
        case .pool(let name):
            return .pool(name, of: try pools(with: name))
        }
    }

    private func requirePF(_ address: PCIAddress, _ name: String) throws {
        guard try context.host.physicalFunction(at: address) == nil else { return }
        let subject = name == address.description ? name : "\(name) (\(address))"
        throw DriverError(.gone, "PF \(subject) is gone")
    }
}
