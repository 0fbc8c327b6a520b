internal import JSON
internal import SRIOV

/// The answer to a request.
package struct HTTPReply: Hashable, Sendable {
    /// The HTTP status.
    package let status: Int
    /// The value of the header `Content-Type`.
    package let contentType: String
    package let body: [UInt8]

    package init(
        status: Int = 200, contentType: String = "application/json", body: [UInt8]
    ) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    /// An error in the shape that Docker reads: `{"Err":"…"}`.
    package static func failure(_ status: Int, _ text: String) -> HTTPReply {
        HTTPReply(status: status, body: JSONValue.object(["Err": .string(text)]).encoded())
    }

    /// The words of an error; nil for success.
    package var failureText: String? {
        guard status >= 400 else { return nil }
        guard case .object(let members) = try? JSONValue(parsing: body),
            case .string(let text) = members["Err"]
        else { return "status \(status)" }
        return text
    }
}

/// Answers a request; called on a thread that may block, and on several at once.
package typealias HTTPHandler = @Sendable (HTTPRequest) -> HTTPReply
