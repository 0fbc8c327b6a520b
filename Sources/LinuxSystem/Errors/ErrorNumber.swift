internal import CLinuxShim
internal import Glibc

/// An errno value of the kernel.
///
/// Any number is representable, so a value that a newer kernel returns survives with its text.
package struct ErrorNumber: RawRepresentable, Hashable, Sendable {
    /// The positive number, such as 2 for `ENOENT`.
    package let rawValue: Int32

    package init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// The symbolic name, such as `EOPNOTSUPP`; `errno 4711` for a number that has none.
    package var name: String {
        guard let name = vfmap_error_name(rawValue) else { return "errno \(rawValue)" }
        return String(cString: name)
    }

    /// The C library's words for the error, lower case at the start, such as `operation not supported`.
    package var text: String {
        guard let words = strerror(rawValue) else { return "unknown error" }
        let text = String(cString: words)
        return text.prefix(1).lowercased() + text.dropFirst()
    }
}

extension ErrorNumber: CustomStringConvertible {
    /// The words and the symbolic name: `operation not supported (EOPNOTSUPP)`.
    package var description: String { "\(text) (\(name))" }
}

extension ErrorNumber {
    /// The corresponding C constant is `EPERM`.
    package static var notPermitted: Self { Self(rawValue: EPERM) }
    /// The corresponding C constant is `ENOENT`.
    package static var noSuchFile: Self { Self(rawValue: ENOENT) }
    /// The corresponding C constant is `EINTR`.
    package static var interrupted: Self { Self(rawValue: EINTR) }
    /// The corresponding C constant is `EAGAIN`.
    package static var wouldBlock: Self { Self(rawValue: EAGAIN) }
    /// The corresponding C constant is `EACCES`.
    package static var accessDenied: Self { Self(rawValue: EACCES) }
    /// The corresponding C constant is `EBUSY`.
    package static var busy: Self { Self(rawValue: EBUSY) }
    /// The corresponding C constant is `EEXIST`.
    package static var exists: Self { Self(rawValue: EEXIST) }
    /// The corresponding C constant is `ENODEV`.
    package static var noDevice: Self { Self(rawValue: ENODEV) }
    /// The corresponding C constant is `ENOTDIR`.
    package static var notDirectory: Self { Self(rawValue: ENOTDIR) }
    /// The corresponding C constant is `EISDIR`.
    package static var isDirectory: Self { Self(rawValue: EISDIR) }
    /// The corresponding C constant is `EINVAL`.
    package static var invalidArgument: Self { Self(rawValue: EINVAL) }
    /// The corresponding C constant is `ENOSPC`.
    package static var noSpace: Self { Self(rawValue: ENOSPC) }
    /// The corresponding C constant is `EROFS`.
    package static var readOnlyFileSystem: Self { Self(rawValue: EROFS) }
    /// The corresponding C constant is `ERANGE`.
    package static var outOfRange: Self { Self(rawValue: ERANGE) }
    /// The corresponding C constant is `EMSGSIZE`.
    package static var messageTooLong: Self { Self(rawValue: EMSGSIZE) }
    /// The corresponding C constant is `ENOBUFS`.
    package static var noBufferSpace: Self { Self(rawValue: ENOBUFS) }
    /// The corresponding C constant is `EADDRNOTAVAIL`.
    package static var addressNotAvailable: Self { Self(rawValue: EADDRNOTAVAIL) }
    /// The corresponding C constant is `ENETDOWN`.
    package static var networkDown: Self { Self(rawValue: ENETDOWN) }
    /// The corresponding C constant is `EOPNOTSUPP`.
    package static var notSupported: Self { Self(rawValue: EOPNOTSUPP) }
    /// The corresponding C constant is `EPROTONOSUPPORT`.
    package static var protocolNotSupported: Self { Self(rawValue: EPROTONOSUPPORT) }
    /// The corresponding C constant is `ESRCH`; for routes, "no such route".
    package static var noSuchProcess: Self { Self(rawValue: ESRCH) }
    /// The corresponding C constant is `ETIMEDOUT`.
    package static var timedOut: Self { Self(rawValue: ETIMEDOUT) }
    /// The corresponding C constant is `ENOMEM`.
    package static var outOfMemory: Self { Self(rawValue: ENOMEM) }
    /// The corresponding C constant is `EBADMSG`.
    package static var badMessage: Self { Self(rawValue: EBADMSG) }
    /// The corresponding C constant is `ENXIO`.
    package static var noSuchDeviceOrAddress: Self { Self(rawValue: ENXIO) }
    /// The corresponding C constant is `ECONNREFUSED`.
    package static var connectionRefused: Self { Self(rawValue: ECONNREFUSED) }
    /// The corresponding C constant is `ENAMETOOLONG`.
    package static var nameTooLong: Self { Self(rawValue: ENAMETOOLONG) }
}
