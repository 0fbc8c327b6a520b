/// The number of a CNI error: below 100 those of the specification, from 100 on our own.
package struct CNIErrorCode: RawRepresentable, Hashable, Sendable {
    /// The number in the member `code` of the error document.
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// The configuration's cniVersion is none that the plugin speaks.
    package static var incompatibleVersion: Self { Self(rawValue: 1) }
    /// The container is not known; never of our own.
    package static var unknownContainer: Self { Self(rawValue: 3) }
    /// An environment variable is missing or wrong; the message names it.
    package static var invalidEnvironment: Self { Self(rawValue: 4) }
    /// Standard input cannot be read.
    package static var inputOutput: Self { Self(rawValue: 5) }
    /// Standard input is no JSON document, or not of the form that is needed to go on.
    package static var decoding: Self { Self(rawValue: 6) }
    /// The configuration is wrong; the message names the key.
    package static var invalidConfiguration: Self { Self(rawValue: 7) }
    /// CNI_NETNS is missing, no network namespace, or the plugin's own; the number is that of the CNI
    /// project's library, the specification has none.
    package static var invalidNamespace: Self { Self(rawValue: 8) }
    /// Something stands in the way that may be gone later: the same call may be repeated.
    package static var tryAgainLater: Self { Self(rawValue: 11) }

    /// STATUS: no ADD can be served now.
    package static var notAvailable: Self { Self(rawValue: 50) }
    /// STATUS: the same, and what is attached has no network either.
    package static var notAvailableNorConnected: Self { Self(rawValue: 51) }

    /// The VF or the attachment does not exist.
    package static var notFound: Self { Self(rawValue: 100) }
    /// There is no free VF.
    package static var noneFree: Self { Self(rawValue: 101) }
    /// The hardware, its driver or the kernel cannot do what is asked for.
    package static var unsupported: Self { Self(rawValue: 102) }
    /// The plugin lacks the rights.
    package static var notPermitted: Self { Self(rawValue: 103) }
    /// The state file cannot be used.
    package static var stateUnusable: Self { Self(rawValue: 104) }
    /// The IPAM plugin failed without an error of its own, hung, or answered something unusable.
    package static var addressManagementFailed: Self { Self(rawValue: 105) }
    /// CHECK found differences; the message names them all.
    package static var differs: Self { Self(rawValue: 106) }
    /// The host's own use of the VF, or an interface of the same name, stands in the way.
    package static var obstructed: Self { Self(rawValue: 107) }
    /// Anything else.
    package static var `internal`: Self { Self(rawValue: 999) }
}
