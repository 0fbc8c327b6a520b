/// The HTTP status of a reply.
package enum DriverStatus: Int, Hashable, Sendable {
    case ok = 200
    /// The call or its options are wrong.
    case badRequest = 400
    case forbidden = 403
    /// The path is none of ours. Only that: to Docker it means that a driver does not serve a call.
    case notFound = 404
    case methodNotAllowed = 405
    /// Somebody or something is in the way.
    case conflict = 409
    /// What the call is about is not, or no longer, there.
    case gone = 410
    /// The hardware or its driver cannot do it.
    case unprocessable = 422
    case internalError = 500
    /// Every VF is taken.
    case unavailable = 503
}
