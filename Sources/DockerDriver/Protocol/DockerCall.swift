/// The calls that Docker makes to a network driver in another process, by their paths.
enum DockerCall: String, CaseIterable, Sendable {
    case activate = "/Plugin.Activate"
    case getCapabilities = "/NetworkDriver.GetCapabilities"
    /// Before CreateNetwork, from Docker 28 on: whether the network needs gateways.
    case checkGatewayAllocation = "/NetworkDriver.GwAllocCheck"
    case createNetwork = "/NetworkDriver.CreateNetwork"
    case deleteNetwork = "/NetworkDriver.DeleteNetwork"
    /// Only for drivers whose networks span the nodes of a swarm.
    case allocateNetwork = "/NetworkDriver.AllocateNetwork"
    case freeNetwork = "/NetworkDriver.FreeNetwork"
    case createEndpoint = "/NetworkDriver.CreateEndpoint"
    case deleteEndpoint = "/NetworkDriver.DeleteEndpoint"
    case endpointOperInfo = "/NetworkDriver.EndpointOperInfo"
    case join = "/NetworkDriver.Join"
    case leave = "/NetworkDriver.Leave"
    case discoverNew = "/NetworkDriver.DiscoverNew"
    case discoverDelete = "/NetworkDriver.DiscoverDelete"
    case programExternalConnectivity = "/NetworkDriver.ProgramExternalConnectivity"
    case revokeExternalConnectivity = "/NetworkDriver.RevokeExternalConnectivity"
}
