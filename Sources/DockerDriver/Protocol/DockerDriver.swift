internal import JSON
package import SRIOV

/// Docker's network driver `sriov`: every call of the remote driver protocol, from its body to its reply.
///
/// There is no server in it, and it keeps nothing between calls: networks and endpoints are in the state file,
/// so that one which starts anew serves those of the last. It may be called from any number of threads at once,
/// and blocks until the work is done.
package struct DockerDriver<H: Host>: Sendable {
    let context: Context<H>
    let readPools: @Sendable () throws(ManagerError) -> PoolList?
    let whenJoined: @Sendable (AttachmentOwner) -> Void
    let warn: @Sendable (String) -> Void

    /// - Parameters:
    ///   - readPools: Reads the pools of the configuration file; nil if there is no such file.
    ///   - whenJoined: Is told of every endpoint whose VF Docker moves next. Docker does not say when it has, so
    ///     whoever is told should look with `Manager.confirmHandover`.
    ///   - warn: Tells an operator what a call survived, or could not do.
    package init(
        context: Context<H>,
        readPools: @escaping @Sendable () throws(ManagerError) -> PoolList?,
        whenJoined: @escaping @Sendable (AttachmentOwner) -> Void = { _ in },
        warn: @escaping @Sendable (String) -> Void
    ) {
        self.context = context
        self.readPools = readPools
        self.whenJoined = whenJoined
        self.warn = warn
    }

    /// Does what Docker asks for.
    ///
    /// - Parameters:
    ///   - method: That of HTTP; Docker uses POST alone.
    ///   - path: Names the call: `/NetworkDriver.Join`.
    ///   - body: What came with it.
    package func answer(method: String, path: String, body: [UInt8]) -> DriverReply {
        do {
            guard let call = DockerCall(rawValue: path) else {
                throw DriverError(.notFound, "\(excerpt(path)) is not a call of a network driver")
            }
            guard method == "POST" else {
                throw DriverError(.methodNotAllowed, "\(path) is called by POST")
            }
            return DriverReply(try perform(call, body))
        } catch {
            return DriverReply(DriverError(reporting: error))
        }
    }

    /// - Returns: The members of the reply.
    private func perform(_ call: DockerCall, _ bytes: [UInt8]) throws -> JSONMembers {
        switch call {
        case .activate: return ["Implements": .array([.string("NetworkDriver")])]
        case .getCapabilities: return Self.capabilities
        default: break
        }
        let body = try CallBody(bytes)
        switch call {
        case .activate, .getCapabilities, .discoverNew, .discoverDelete: return [:]
        case .checkGatewayAllocation: return try checkGatewayAllocation(body)
        case .createNetwork: return try createNetwork(body)
        case .deleteNetwork: return try deleteNetwork(body)
        case .allocateNetwork:
            _ = try body.networkID()
            return ["Options": .object([:])]
        case .freeNetwork:
            _ = try body.networkID()
            return [:]
        case .createEndpoint: return try createEndpoint(body)
        case .deleteEndpoint: return try deleteEndpoint(body)
        case .endpointOperInfo: return try endpointInfo(body)
        case .join: return try join(body)
        case .leave: return try leave(body)
        case .programExternalConnectivity: return try programExternalConnectivity(body)
        case .revokeExternalConnectivity:
            _ = try body.owner()
            return [:]
        }
    }

    /// Networks are of one host: the PFs that they name differ from node to node.
    private static var capabilities: JSONMembers {
        [
            "Scope": .string("local"), "ConnectivityScope": .string("local"),
            "GwAllocChecker": .bool(true),
        ]
    }
}
