/// Which driver a VF is to have.
package enum VFDriver: Hashable, Sendable {
    /// The one that the kernel chooses, which makes an interface.
    case netdevice
    /// This one, whatever the kernel would choose: `vfio-pci`.
    case named(String)

    /// Reads the value of `vfDriver`: `netdevice`, or the name of a driver.
    ///
    /// - Returns: nil for what cannot be the name of a driver.
    package init?(configured text: String) {
        let isLegal = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f: true
            default: false
            }
        }
        guard isLegal, !text.isEmpty, !text.hasPrefix(".") else { return nil }
        self = text == "netdevice" ? .netdevice : .named(text)
    }

    /// Whether a VF with a driver is as wanted.
    package func isSatisfied(by driver: String?) -> Bool {
        switch self {
        case .netdevice: driver.map { !UserspaceDriver.isKnown($0) } ?? false
        case .named(let name): driver == name
        }
    }

    /// Whether the kernel may bind a driver to a new VF by itself: not one that is in the way of a program's.
    package var letsKernelBind: Bool {
        switch self {
        case .netdevice: true
        case .named(let name): !UserspaceDriver.isKnown(name)
        }
    }

    /// The name that sysfs takes; nil for the kernel's own choice.
    package var name: String? {
        switch self {
        case .netdevice: nil
        case .named(let name): name
        }
    }
}

extension VFDriver: CustomStringConvertible {
    package var description: String {
        switch self {
        case .netdevice: "the kernel's driver"
        case .named(let name): name
        }
    }
}
