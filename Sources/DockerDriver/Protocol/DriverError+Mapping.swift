internal import JSON
package import SRIOV

extension DriverStatus {
    /// The status for what the verbs refuse.
    package init(_ code: ManagerError.Code) {
        self =
            switch code {
            case .invalidRequest, .invalidNamespace: .badRequest
            case .notFound: .gone
            case .noneFree: .unavailable
            case .inUse, .obstructed, .stateBusy: .conflict
            case .unsupported: .unprocessable
            case .notPermitted: .forbidden
            case .incomplete, .stateUnusable, .internal: .internalError
            }
    }
}

extension DriverError {
    /// The report of any error; one of ours stays as it is.
    package init(reporting error: any Error) {
        switch error {
        case let error as DriverError: self = error
        case let error as JSONKeyError: self.init(.badRequest, error.description)
        case let error as StoreError:
            if case .networkExists = error {
                self.init(.conflict, error.description)
            } else {
                self.init(DriverStatus(ManagerError.code(of: error)), error.description)
            }
        default: self.init(DriverStatus(ManagerError.code(of: error)), "\(error)")
        }
    }
}
