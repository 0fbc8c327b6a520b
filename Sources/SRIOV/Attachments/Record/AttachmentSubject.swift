package import LinuxSystem

/// The function that an attachment gives away.
package enum AttachmentSubject: Hashable, Sendable {
    /// A VF.
    ///
    /// - Parameter index: Its index on the PF; nil if the kernel did not report it.
    case virtualFunction(PCIAddress, of: PCIAddress, index: Int?)
    /// A PF as a whole, with all of its VFs.
    case physicalFunction(PCIAddress)
    /// A function whose PF is not visible, as a VF inside a virtual machine; in a record that an earlier version wrote,
    /// perhaps a PF as a whole.
    case function(PCIAddress)
}

extension AttachmentSubject {
    /// A VF as it is seen now.
    init(_ function: VirtualFunction) {
        if let parent = function.physicalFunction {
            self = .virtualFunction(function.address, of: parent, index: function.index)
        } else {
            self = .function(function.address)
        }
    }

    /// The function that the owner gets.
    package var address: PCIAddress {
        switch self {
        case .virtualFunction(let address, _, _), .physicalFunction(let address),
            .function(let address):
            address
        }
    }

    /// The PF of a VF; nil where it is not visible, and for a PF itself.
    package var parent: PCIAddress? {
        if case .virtualFunction(_, let parent, _) = self { parent } else { nil }
    }

    /// The index of a VF on its PF; nil where the PF is not visible, and for a PF itself.
    package var index: Int? {
        if case .virtualFunction(_, _, let index) = self { index } else { nil }
    }

    /// The kind of function, for users: `VF`.
    var kind: String {
        switch self {
        case .virtualFunction: "VF"
        case .physicalFunction: "PF"
        case .function: "function"
        }
    }
}

extension AttachmentSubject: CustomStringConvertible {
    /// `VF 0000:03:10.2`
    package var description: String { "\(kind) \(address)" }
}
