/// An error as Docker is told of it.
package struct DriverError: Error, Hashable, Sendable {
    /// The HTTP status of the reply.
    package let status: DriverStatus
    /// Names the option or the subject; Docker prints it to its user behind the name of the call.
    package let message: String

    package init(_ status: DriverStatus, _ message: String) {
        self.status = status
        self.message = message
    }

    /// An option that is wrong.
    ///
    /// - Parameter problem: Such as `must be …`.
    init(option name: String, _ problem: String) {
        self.init(.badRequest, "\(name): \(problem)")
    }
}

extension DriverError: CustomStringConvertible {
    package var description: String { message }
}
