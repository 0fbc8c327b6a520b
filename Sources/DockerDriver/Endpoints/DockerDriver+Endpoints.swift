internal import JSON
internal import LinuxSystem
internal import Netlink
internal import SRIOV

extension DockerDriver {
    /// CreateEndpoint: gives the endpoint a VF, configured and still in the host.
    ///
    /// When it fails there is nothing left to undo: Docker sends no DeleteEndpoint then.
    ///
    /// - Returns: Only what the request left open; Docker takes anything else for an error.
    func createEndpoint(_ body: CallBody) throws -> JSONMembers {
        let request = try EndpointRequest(body)
        let network = try network(body.networkID())
        let options = network.options.overridden(by: request.options)
        if case .physicalFunction = network.source { try options.refuseSettingsOfVF() }
        let settings = try options.settings(macAddress: request.macAddress)
        if let present = try context.store.attachment(of: request.owner) {
            throw DriverError(
                .conflict,
                "endpoint \(short(request.owner.container)) has VF \(present.function) "
                    + "already")
        }
        let record = EndpointRecord(request, in: network, options)
        let reservation = try context.handovers.reserve(
            ReserveRequest(
                owner: request.owner, selection: try selection(network), settings: settings,
                frontEndData: record.encoded()))
        var interface: JSONMembers = [:]
        if request.macAddress == nil {
            interface["MacAddress"] = reservation.link.macAddress.map {
                .string($0.description)
            }
        }
        return ["Interface": .object(interface)]
    }

    /// Join: says which interface goes into the container, under which name, and where its way out is.
    ///
    /// The interface is not touched: Docker moves it, some versions before the container's processes exist and
    /// some after.
    func join(_ body: CallBody) throws -> JSONMembers {
        let owner = try body.owner()
        guard let sandbox = try body.object.nonEmptyString("SandboxKey") else {
            throw JSONKeyError("SandboxKey", "missing")
        }
        guard let present = try context.store.attachment(of: owner) else {
            throw DriverError(
                .gone, "endpoint \(short(owner.container)) has no VF, or has it no more")
        }
        let record = try endpointRecord(of: present)
        let link = try context.handovers.join(owner, sandbox: sandbox).link
        guard let source = link.name.text, !source.isEmpty else {
            // Docker would start the container without the interface.
            throw DriverError(
                .internalError,
                "VF \(present.function) has an interface without a name that can be told")
        }
        var name: JSONMembers = [
            "SrcName": .string(source), "DstPrefix": .string(record.prefix),
        ]
        name["DstName"] = record.interfaceName.map(JSONValue.string)
        var members: JSONMembers = [
            "InterfaceName": .object(name), "StaticRoutes": .array([]),
        ]
        members["Gateway"] = record.gateway.map { .string($0.description) }
        members["GatewayIPv6"] = record.gatewayIPv6.map { .string($0.description) }
        // Without a gateway Docker would give the container a second interface, on a bridge of its own.
        members["DisableGatewayService"] = .bool(record.gateway == nil)
        whenJoined(owner)
        return members
    }

    private func endpointRecord(of attachment: Attachment) throws -> EndpointRecord {
        do {
            return try EndpointRecord(decoding: attachment.frontEndData ?? "")
        } catch {
            throw DriverError(
                .internalError,
                "endpoint \(short(attachment.owner.container)): its record in the state file is "
                    + "unusable: \(error)")
        }
    }

    /// Leave: Docker takes the interface out of its container next.
    func leave(_ body: CallBody) throws -> JSONMembers {
        try context.handovers.leave(try body.owner())
        return [:]
    }

    /// DeleteEndpoint: takes the VF back and restores it; done where there is none.
    func deleteEndpoint(_ body: CallBody) throws -> JSONMembers {
        _ = try context.attachments.detach(DetachRequest(owner: try body.owner()))
        return [:]
    }

    /// ProgramExternalConnectivity: there is nothing to do for a VF but to look whether it has arrived. It has when
    /// Docker connects a container that runs, not when it starts one.
    ///
    /// Docker's rules for published ports have no effect on a VF, whose frames do not pass this host.
    func programExternalConnectivity(_ body: CallBody) throws -> JSONMembers {
        let owner = try body.owner()
        let options = try body.object.object("Options") ?? JSONObject([:])
        let key = "com.docker.network.portmap"
        if case .array(let ports)? = options.value(key), !ports.isEmpty {
            // The form of a list that has no effect is no reason to keep a container from starting.
            let known = try? options.objects(key).map(PublishedPort.init)
            let list = known?.map(\.description).joined(separator: ", ")
            warn(
                "endpoint \(short(owner.container)): ports are not published on a VF, the container "
                    + "is reached at its own address: \(list ?? "of a form that is not known")")
        }
        _ = confirmed(owner)
        return [:]
    }
}
