internal import Glibc

/// Calls into the C library and turns its failure into an error: the one reader of `errno`.
///
/// A call that a signal interrupted is repeated.
///
/// - Parameters:
///   - operation: What is tried, in a few words; it becomes part of the error.
///   - subject: What it is tried on.
///   - body: The call; a negative result means that it failed and set `errno`, or, for the
///     functions of CLinuxShim, that it is the negated errno.
/// - Returns: The result, zero or more.
/// - Throws: `SystemCallError`, with nothing changed by the call.
@discardableResult
package func systemCall<Result: SignedInteger & FixedWidthInteger>(
    _ operation: String, on subject: @autoclosure () -> String, _ body: () -> Result
) throws(SystemCallError) -> Result {
    while true {
        let result = body()
        if result >= 0 { return result }
        // libc answers -1 and sets errno; our shim answers -errno. EPERM is 1, so a shim's -1 and
        // libc's -1 with EPERM agree, and any other shim failure is below -1.
        let number = ErrorNumber(rawValue: result == -1 ? errno : Int32(-result))
        if number == .interrupted { continue }
        throw SystemCallError(operation: operation, subject: subject(), errno: number)
    }
}
