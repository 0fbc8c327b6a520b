package import SRIOV

/// What the program's exit status tells.
package enum CommandStatus: Int32, CaseIterable, Sendable {
    case success = 0
    /// `check` found a difference, `recover` left something undone, or anything that has no status of
    /// its own went wrong.
    case failure = 1
    /// There is no such VF, PF or attachment.
    case notFound = 2
    /// Somebody else has the VF, the host uses it, its name is taken, or no VF is free.
    case inUse = 3
    /// The caller lacks the rights.
    case notPermitted = 4
    /// The state file cannot be used.
    case stateUnusable = 5
    /// Part of it is done and the rest is left to do.
    case incomplete = 6
    /// The hardware, its driver or the kernel cannot do it.
    case unsupported = 7
    /// The network namespace is missing, is none, or is the host's own.
    case invalidNamespace = 8
    /// `status` found no daemon that answers.
    case noDaemon = 9
    /// `apply`: everything is as asked for, and selectors of the configuration select no PF.
    case nothingSelected = 10
    /// The arguments are wrong; nothing was done. `EX_USAGE` of <sysexits.h>.
    case usage = 64

    /// The status of a request that ended in an error.
    package init(_ code: ManagerError.Code) {
        self =
            switch code {
            case .invalidRequest: .usage
            case .notFound: .notFound
            case .noneFree, .inUse, .obstructed: .inUse
            case .unsupported: .unsupported
            case .invalidNamespace: .invalidNamespace
            case .notPermitted: .notPermitted
            case .incomplete: .incomplete
            case .stateUnusable, .stateBusy: .stateUnusable
            case .internal: .failure
            }
    }
}
