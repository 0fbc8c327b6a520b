/// Why a program could not be run to its end.
package enum ChildProcessError: Error, Sendable {
    /// It could not be started, or not be watched.
    case failed(SystemCallError)
    /// It was killed with all its children because it ran longer than was allowed.
    case timedOut(executable: String, allowance: Duration)
    /// It was killed with all its children because it wrote more than was allowed, in bytes.
    case outputTooLong(executable: String, limit: Int)
}

extension ChildProcessError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .failed(let error): error.description
        case .timedOut(let executable, let allowance):
            "\(executable) was killed after \(allowance): it did not end"
        case .outputTooLong(let executable, let limit):
            "\(executable) was killed: it wrote more than \(limit) bytes"
        }
    }
}
