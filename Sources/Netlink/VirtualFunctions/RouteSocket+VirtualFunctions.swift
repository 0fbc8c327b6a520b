internal import CNetlink
package import LinuxSystem

extension RouteSocket {
    /// A PF with all that its driver reports of its VFs.
    ///
    /// - Parameters:
    ///   - name: The PF's name.
    ///   - index: The VF that is wanted; nil for all.
    ///   - statistics: Whether to ask for the VFs' counters too. The kernel's list has room for
    ///     64 KiB, which with counters is some 190 VFs and without them more than 256.
    /// - Returns: The link, and its VFs in the driver's order; a VF that the driver fails to report
    ///   is missing.
    /// - Throws: `NetlinkError`; with `ENODEV` if there is no such interface, with `EMSGSIZE` if
    ///   the VFs did not fit into the kernel's list.
    package func virtualFunctions(
        ofPF name: KernelText, only index: Int? = nil, statistics: Bool = false
    ) throws(NetlinkError) -> (link: Link, vfs: [VFState]) {
        let filter = RTEXT_FILTER_VF | (statistics ? 0 : RTEXT_FILTER_SKIP_STATS)
        let request = NetlinkRequest(
            "read", nil, "VFs of \(name)", type: Int(RTM_GETLINK), flags: 0
        ) { message in
            message.append(ifinfomsg(index: 0))
            message.put(Int(IFLA_IFNAME), text: name)
            message.put(Int(IFLA_EXT_MASK), integer: UInt32(filter))
        }
        // The length of the list has 16 bits. Kernels that put in more than fits let it wrap
        // silently, and what follows the list then begins in the middle of a VF, or looks like
        // attributes of the link.
        var canHaveOverflowed = false
        do {
            let (link, list) = try conversation.answer(to: request) {
                reply throws(MalformedReply) in
                canHaveOverflowed = reply.payload.count > UInt16.max
                return (
                    try Link(reply),
                    try VFState.list(in: reply, only: index, statistics: statistics)
                )
            }
            if !canHaveOverflowed || list.count == link.virtualFunctionCount {
                return (link, list.functions)
            }
        } catch  where !canHaveOverflowed || error.errno != .badMessage {
            throw error
        } catch {
            // Told below, with what it most likely means.
        }
        throw request.error(
            .messageTooLong, kernelMessage: "the VFs do not fit into the kernel's list")
    }

    /// Sets one attribute of a VF, in one message.
    ///
    /// - Parameters:
    ///   - index: The VF's index on its PF, from 0.
    ///   - parent: The index of the PF's interface.
    ///   - name: The PF's name, for the error.
    /// - Throws: `NetlinkError` with the driver's refusal, commonly `EOPNOTSUPP` for what it cannot
    ///   do, `EINVAL` for a value or a VF that it does not accept, `EPROTONOSUPPORT` for a VLAN
    ///   protocol.
    package func setVF(
        _ attribute: VFAttribute, index: Int, ofPF parent: Int32, named name: KernelText
    ) throws(NetlinkError) {
        try setVF([attribute], index: index, ofPF: parent, named: name)
    }

    /// Sets attributes of a VF in their order, in one message.
    ///
    /// - Parameters:
    ///   - index: The VF's index on its PF, from 0.
    ///   - parent: The index of the PF's interface.
    ///   - name: The PF's name, for the error.
    /// - Throws: `NetlinkError` with the driver's first refusal, which does not tell what it is about; what came
    ///   before it is set (`do_setlink` of Linux, measured with igb).
    package func setVF(
        _ attributes: [VFAttribute], index: Int, ofPF parent: Int32, named name: KernelText
    ) throws(NetlinkError) {
        try conversation.perform(
            VFAttribute.request(attributes, function: index, index: parent, named: name))
    }
}
