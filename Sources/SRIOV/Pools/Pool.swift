/// A named set of VFs, as the configuration file defines it by selectors.
package struct Pool: Hashable, Sendable {
    /// What the devices of a pool are.
    package enum DeviceType: String, Hashable, Sendable, CaseIterable {
        case netDevice
        case accelerator
        case auxNetDevice
    }

    /// `resourceName`: letters, digits, `_` and `-`.
    package var name: String
    /// `resourcePrefix`; nil for none.
    package var prefix: String?
    /// Only a pool of `netDevice` has VFs for containers' interfaces.
    package var deviceType: DeviceType
    /// A VF belongs here if one of them selects it.
    package var selectors: [PoolSelector]

    package init(
        name: String, prefix: String? = nil, deviceType: DeviceType = .netDevice,
        selectors: [PoolSelector]
    ) {
        self.name = name
        self.prefix = prefix
        self.deviceType = deviceType
        self.selectors = selectors
    }

    /// `example.com/fast`, or the name alone without a prefix.
    package var fullName: String { prefix.map { "\($0)/\(name)" } ?? name }

    package func matches(_ function: VirtualFunction, on parent: PhysicalFunction) -> Bool {
        deviceType == .netDevice && selectors.contains { $0.matches(function, on: parent) }
    }

    /// Whether a VF without an interface is wanted: one of the drivers asked for is its own, which leaves the
    /// device to a program.
    package func wantsUserspace(_ function: VirtualFunction, on parent: PhysicalFunction) -> Bool {
        guard let driver = function.driver, UserspaceDriver.isKnown(driver) else { return false }
        return selectors.contains {
            $0.drivers.contains(driver) && $0.matches(function, on: parent)
        }
    }
}
