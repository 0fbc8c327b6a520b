internal import JSON
internal import SRIOV

/// A port of a container that its user wants to reach at the host's address.
struct PublishedPort: Hashable, Sendable {
    let hostPort: UInt16
    let containerPort: UInt16
    /// The number of the protocol in an IP header.
    let `protocol`: UInt8

    init(_ object: JSONObject) throws(JSONKeyError) {
        hostPort = try object.integer("HostPort", 0...UInt16.max) ?? 0
        containerPort = try object.integer("Port", 0...UInt16.max) ?? 0
        self.protocol = try object.integer("Proto", 0...UInt8.max) ?? 0
    }
}

extension PublishedPort: CustomStringConvertible {
    /// `8080:80/tcp`, as it is given to `docker run`.
    package var description: String {
        let name =
            switch `protocol` {
            case 6: "tcp"
            case 17: "udp"
            case 132: "sctp"
            default: "protocol \(`protocol`)"
            }
        return "\(hostPort == 0 ? "" : "\(hostPort):")\(containerPort)/\(name)"
    }
}
