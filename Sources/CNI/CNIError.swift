package import JSON
internal import LinuxSystem

/// An error as a CNI plugin reports it: one JSON document on standard output.
package struct CNIError: Error, Hashable, Sendable {
    /// The kind of error, by which a runtime decides whether it repeats the call.
    package let code: CNIErrorCode
    /// Names the key or the subject.
    package let message: String
    /// More about it; empty for nothing.
    package let details: String

    package init(_ code: CNIErrorCode, _ message: String, details: String = "") {
        self.code = code
        self.message = message
        self.details = details
    }

    /// The error document; what is longer than a message may be is cut.
    ///
    /// - Parameter version: That of the configuration, or the newest if that is not known.
    package func document(version: CNIVersion) -> JSONValue {
        var members: JSONMembers = [
            "cniVersion": .string(version.description),
            "code": Int64(exactly: code.rawValue).map(JSONValue.integer)
                ?? .unsigned(code.rawValue),
            "msg": .string(message.cut(toBytes: String.messageLimit)),
        ]
        if !details.isEmpty {
            members["details"] = .string(details.cut(toBytes: String.messageLimit))
        }
        return .object(members)
    }
}

extension CNIError: CustomStringConvertible {
    /// The message, then the details in brackets.
    package var description: String {
        details.isEmpty ? message : "\(message) (\(details))"
    }
}

extension CNIError {
    /// The report of an error of the protocol or of the system beneath it; one of ours stays as it is.
    package init(describing error: any Error) {
        switch error {
        case let error as CNIError:
            self = error
        case let error as JSONKeyError:
            self.init(.invalidConfiguration, error.description)
        case let error as NetworkNamespaceError:
            self.init(.invalidNamespace, "CNI_NETNS: \(error)")
        default:
            self.init(.internal, "\(error)")
        }
    }
}
