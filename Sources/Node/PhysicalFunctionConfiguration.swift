internal import LinuxSystem
package import Netlink
package import SRIOV

/// One element of `physicalFunctions`: which PFs, and what they are to be like; nil leaves a thing alone.
package struct PhysicalFunctionConfiguration: Hashable, Sendable {
    /// How the PFs are named.
    package enum Subject: Hashable, Sendable {
        /// One PF, which must be there.
        case reference(PhysicalFunctionReference)
        /// Every PF that one of these selects; there may be none.
        case selectors([PhysicalFunctionSelector])
    }

    /// Where the element lies in its file, for messages: `physicalFunctions[0]`.
    package var key: String
    /// Which PFs it is about.
    package var subject: Subject
    /// `numVFs`, 0 to 65535.
    package var numberOfVFs: Int?
    /// Bytes, 68 to 65535.
    package var mtu: UInt32?
    /// Whether the PF is brought up if it is down; it is never taken down.
    package var bringsUp: Bool
    /// The driver of the VFs (`vfDriver`).
    package var driver: VFDriver?
    /// The mode of the PF's switch.
    package var eswitchMode: EswitchMode?
    /// What VFs that nobody has are like.
    package var defaults: VFSettings
    /// Whether somebody else decides how many VFs there are.
    package var isExternallyManaged: Bool

    package init(
        key: String = "physicalFunctions[0]", subject: Subject, numberOfVFs: Int? = nil,
        mtu: UInt32? = nil, bringsUp: Bool = false, driver: VFDriver? = nil,
        eswitchMode: EswitchMode? = nil, defaults: VFSettings = VFSettings(),
        isExternallyManaged: Bool = false
    ) {
        self.key = key
        self.subject = subject
        self.numberOfVFs = numberOfVFs
        self.mtu = mtu
        self.bringsUp = bringsUp
        self.driver = driver
        self.eswitchMode = eswitchMode
        self.defaults = defaults
        self.isExternallyManaged = isExternallyManaged
    }

    package func matches(_ state: PhysicalFunctionState) -> Bool {
        switch subject {
        case .reference(.address(let address)): address == state.function.address
        case .reference(.interface(let name)):
            state.name == KernelText(name)
                || state.link?.alternativeNames.contains(KernelText(name)) == true
        case .selectors(let selectors): selectors.contains { $0.matches(state) }
        }
    }
}
