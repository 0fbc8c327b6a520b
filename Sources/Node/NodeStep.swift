package import Netlink
package import SRIOV

/// One thing to do to a PF or one of its VFs so that it becomes as the configuration asks.
package enum NodeStep: Hashable, Sendable {
    case bringUp
    /// Of the PF's interface, in bytes.
    case setMTU(UInt32)
    case setEswitchMode(EswitchMode)
    /// `sriov_drivers_autoprobe`
    case letKernelBindDrivers(Bool)
    /// All that there are.
    case removeVFs(Int)
    case createVFs(Int)
    case bind(index: Int, VFDriver)
    /// Through the PF.
    case setVF(index: Int, VFAttribute)
    /// Of a VF's interface, in bytes.
    case setVFMTU(index: Int, UInt32)
}

extension NodeStep {
    /// Whether the steps after it on the same PF make no sense if it is not done.
    package var isFoundation: Bool {
        switch self {
        case .bringUp, .setEswitchMode, .letKernelBindDrivers, .removeVFs, .createVFs: true
        case .setMTU, .bind, .setVF, .setVFMTU: false
        }
    }

    /// The VF that it is about; nil for the PF.
    package var index: Int? {
        switch self {
        case .bind(let index, _), .setVF(let index, _), .setVFMTU(let index, _): index
        case .bringUp, .setMTU, .setEswitchMode, .letKernelBindDrivers, .removeVFs, .createVFs:
            nil
        }
    }

    /// What is done, with the VFs that it is done to: `bind VF 0 to vfio-pci`.
    ///
    /// - Parameter subject: The VF, or several in one sentence: `VF 0`, `VFs 0-3`.
    package func description(of subject: String) -> String {
        switch self {
        case .bringUp: "bring up"
        case .setMTU(let mtu): "set MTU to \(mtu)"
        case .setEswitchMode(let mode): "set eswitch mode to \(mode)"
        case .letKernelBindDrivers(true): "let the kernel bind drivers to new VFs"
        case .letKernelBindDrivers(false): "keep the kernel from binding drivers to new VFs"
        case .removeVFs(let count): count == 1 ? "remove the VF" : "remove \(count) VFs"
        case .createVFs(let count): count == 1 ? "create 1 VF" : "create \(count) VFs"
        case .bind(_, let driver): "bind \(subject) to \(driver)"
        case .setVF(_, let attribute):
            "set \(attribute.name) of \(subject) to \(attribute.valueDescription)"
        case .setVFMTU(_, let mtu): "set MTU of \(subject) to \(mtu)"
        }
    }
}

extension NodeStep: CustomStringConvertible {
    package var description: String { description(of: index.map { "VF \($0)" } ?? "") }
}
