/// A version of the CNI specification.
package struct CNIVersion: Hashable, Sendable {
    package let major: Int
    package let minor: Int
    package let patch: Int

    private init(_ major: Int, _ minor: Int, _ patch: Int) {
        self.major = major
        self.minor = minor
        self.patch = patch
    }

    /// Parses `1.0.0`: three numbers.
    ///
    /// - Returns: nil for any other text.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { part in
            part.utf8.allSatisfy { (48...57).contains($0) } ? Int(part) : nil
        }
        guard parts.count == 3, numbers.count == 3 else { return nil }
        self.init(numbers[0], numbers[1], numbers[2])
    }

    /// The version of a configuration that names none.
    package static var whenAbsent: Self { Self(0, 1, 0) }

    /// Those that this plugin speaks, oldest first.
    package static var supported: [Self] {
        [
            Self(0, 1, 0), Self(0, 2, 0), Self(0, 3, 0), Self(0, 3, 1), Self(0, 4, 0),
            Self(1, 0, 0), Self(1, 1, 0),
        ]
    }

    /// The newest that this plugin speaks.
    package static var newest: Self { Self(1, 1, 0) }

    /// Whether a configuration of this version may ask for CHECK: since 0.4.0.
    package var allowsCheck: Bool { self >= Self(0, 4, 0) }

    /// Whether a configuration of this version may ask for GC and STATUS: since 1.1.0.
    package var allowsStatusAndCollection: Bool { self >= Self(1, 1, 0) }

    /// Whether results have one address of each family, `ip4` and `ip6`, and no interfaces: until 0.2.0.
    package var hasOneAddressPerFamily: Bool { self < Self(0, 3, 0) }

    /// Whether each of `ips` tells its family as `version`: from 0.3.0 to 0.4.0.
    package var namesAddressFamily: Bool {
        !hasOneAddressPerFamily && self < Self(1, 0, 0)
    }

    /// Whether `dns` is printed even if it is empty: before 1.0.0.
    package var alwaysHasDNS: Bool { self < Self(1, 0, 0) }
}

extension CNIVersion: Comparable {
    package static func < (left: Self, right: Self) -> Bool {
        (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
    }
}

extension CNIVersion: CustomStringConvertible {
    package var description: String { "\(major).\(minor).\(patch)" }
}
