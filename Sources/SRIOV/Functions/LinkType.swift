/// The kind of network that an interface speaks, as sysfs has it in `type`.
package struct LinkType: RawRepresentable, Hashable, Sendable {
    /// `ARPHRD_…`.
    package let rawValue: Int

    package init(rawValue: Int) {
        self.rawValue = rawValue
    }

    /// The corresponding C constant is `ARPHRD_ETHER`.
    package static var ethernet: Self { Self(rawValue: 1) }
    /// The corresponding C constant is `ARPHRD_INFINIBAND`.
    package static var infiniBand: Self { Self(rawValue: 32) }
}
