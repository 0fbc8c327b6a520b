internal import Glibc
internal import LinuxSystem
package import Netlink

/// Changes that a driver refuses for the moment.
///
/// While a VF resets, as after its MAC was administered, its PF's driver answers EAGAIN or EBUSY to every setting (i40e, ice),
/// and its own driver EAGAIN (iavf). The same request succeeds a little later.
extension Engine {
    /// Sets attributes of a VF as `HostPorts.setVF` does, and again while the driver is busy.
    ///
    /// - Throws: What `HostPorts.setVF` throws.
    func setVF(_ attributes: [VFAttribute], index: Int, of parent: PhysicalFunctionInfo) throws {
        try repeatingWhileBusy([.wouldBlock, .busy]) {
            try host.setVF(attributes, index: index, of: parent)
        }
    }

    /// Sets one attribute of a VF, and again while the driver is busy; a refusal names the attribute.
    ///
    /// - Throws: What `HostPorts.setVF` throws.
    package func setVF(
        _ attribute: VFAttribute, index: Int, of parent: PhysicalFunctionInfo
    ) throws {
        try setVF([attribute], index: index, of: parent)
    }

    /// Sets attributes of an interface as `HostLinks.setLink` does, and again while the driver answers EAGAIN.
    ///
    /// EBUSY is final here: the kernel answers it where an interface that is up can get no other name, or no other MAC.
    ///
    /// - Throws: What `HostLinks.setLink` throws.
    package func setLink(
        _ link: Link, _ settings: LinkSettings, in namespace: H.Namespace
    ) throws {
        try repeatingWhileBusy([.wouldBlock]) { try host.setLink(link, settings, in: namespace) }
    }

    /// - Throws: What the change throws; the driver's errno once the allowance of `timeouts.busyDriver` is spent.
    private func repeatingWhileBusy(
        _ errors: [ErrorNumber], _ change: () throws -> Void
    ) throws {
        do {
            try change()
        } catch let error as NetlinkError where errors.contains(error.errno) {
            try repeatUntilDeadline(errors, error, change)
        }
    }

    /// A function of its own, so that a change that succeeds at once does not pay for it.
    @inline(never)
    private func repeatUntilDeadline(
        _ errors: [ErrorNumber], _ first: NetlinkError, _ change: () throws -> Void
    ) throws {
        var refusal = first
        while context.busyPeriod.mayRepeat(within: timeouts.busyDriver) {
            usleep(20_000)
            do {
                return try change()
            } catch let error as NetlinkError where errors.contains(error.errno) {
                refusal = error
            }
        }
        throw refusal
    }
}
