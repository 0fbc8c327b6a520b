package import SRIOV

/// How an operation of a front end ended, in a word: few enough to be counted each by itself.
package enum OperationResult: String, Hashable, Sendable, CaseIterable {
    case success
    case invalidRequest
    case notFound
    case noneFree
    case inUse
    case obstructed
    case unsupported
    case invalidNamespace
    case notPermitted
    case incomplete
    case stateUnusable
    /// What is differs from what was asked for.
    case differs
    /// The plugin that manages addresses failed.
    case addressManagement
    /// The front end says that it can serve nobody now.
    case unavailable
    case `internal`
    /// A word that this version does not know.
    case unknown

    package init(_ code: ManagerError.Code) {
        self = code == .stateBusy ? .inUse : OperationResult(rawValue: code.rawValue) ?? .internal
    }
}
