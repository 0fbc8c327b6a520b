package import LinuxSystem

/// Where metrics are served.
package enum MetricsAddress: Hashable, Sendable {
    case unix(String)
    case tcp(TCPAddress)
}

extension MetricsAddress: CustomStringConvertible {
    /// As the configuration has it.
    package var description: String {
        switch self {
        case .unix(let path): "unix:\(path)"
        case .tcp(let address): "\(address)"
        }
    }
}
