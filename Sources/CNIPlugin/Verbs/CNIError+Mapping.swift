package import CNI
internal import FrontEndSupport
internal import JSON
internal import LinuxSystem
package import SRIOV

extension CNIErrorCode {
    /// The number for what the verbs refuse.
    package init(_ code: ManagerError.Code) {
        self =
            switch code {
            case .invalidRequest: .invalidConfiguration
            case .notFound: .notFound
            case .noneFree: .noneFree
            case .inUse: .tryAgainLater
            case .obstructed: .obstructed
            case .unsupported: .unsupported
            case .invalidNamespace: .invalidNamespace
            case .notPermitted: .notPermitted
            case .incomplete: .tryAgainLater
            case .stateUnusable: .stateUnusable
            case .stateBusy: .tryAgainLater
            case .internal: .internal
            }
    }
}

extension CNIError {
    /// The report of any error; one of ours stays as it is.
    package init(reporting error: any Error) {
        if let error = error as? ManagerError {
            self.init(reporting: error)
        } else {
            self.init(describing: error)
        }
    }

    private init(reporting error: ManagerError) {
        // What the verbs pass on from this plugin's own part keeps its number.
        let own = error.code == .internal ? error.causes.first as? CNIError : nil
        let subject = error.code == .invalidNamespace ? "CNI_NETNS: " : ""
        self.init(own?.code ?? CNIErrorCode(error.code), subject + error.description)
    }

    /// One report of several failures: the number of the first, the messages of all.
    package init(collecting errors: [any Error]) {
        let reports = errors.map(CNIError.init(reporting:))
        guard let first = reports.first, reports.count > 1 else {
            self = reports.first ?? CNIError(.internal, "no error")
            return
        }
        self.init(first.code, reports.map(\.description).joined(separator: "; "))
    }
}

extension OperationResult {
    /// The word for an error's number; those of an IPAM plugin are its own.
    package init(_ code: CNIErrorCode) {
        self =
            switch code {
            case .incompatibleVersion, .invalidEnvironment, .inputOutput, .decoding,
                .invalidConfiguration:
                .invalidRequest
            case .invalidNamespace: .invalidNamespace
            case .tryAgainLater: .inUse
            case .notAvailable, .notAvailableNorConnected: .unavailable
            case .notFound, .unknownContainer: .notFound
            case .noneFree: .noneFree
            case .unsupported: .unsupported
            case .notPermitted: .notPermitted
            case .stateUnusable: .stateUnusable
            case .addressManagementFailed: .addressManagement
            case .differs: .differs
            case .obstructed: .obstructed
            case .internal: .internal
            default: .addressManagement
            }
    }
}
