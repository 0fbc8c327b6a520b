internal import LinuxSystem
internal import Netlink

extension ManagerError {
    /// Puts what was being done before an error, and gives it the code that its cause deserves.
    package static func wrapping(_ error: any Error, _ message: String) -> ManagerError {
        ManagerError(code(of: error), message, causes: [error])
    }

    /// The code that an error of any layer deserves.
    package static func code(of error: any Error) -> Code {
        switch error {
        case let error as ManagerError: error.code
        case is NetworkNamespaceError: .invalidNamespace
        case StoreError.notPermitted, StoreError.older: .notPermitted
        case StoreError.busy: .stateBusy
        case is StoreError: .stateUnusable
        // Settings have been checked by then: what the kernel finds invalid, its driver cannot.
        case let error as NetlinkError where error.errno == .invalidArgument: .unsupported
        case let error as NetlinkError: code(of: error.errno)
        case let error as SystemCallError: code(of: error.errno)
        default: .internal
        }
    }

    private static func code(of errno: ErrorNumber) -> Code {
        switch errno {
        case .notSupported, .protocolNotSupported: .unsupported
        case .notPermitted, .accessDenied: .notPermitted
        case .noDevice, .noSuchDeviceOrAddress, .noSuchFile: .notFound
        case .busy, .wouldBlock: .inUse
        default: .internal
        }
    }
}
