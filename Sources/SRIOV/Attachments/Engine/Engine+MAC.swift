internal import LinuxSystem
internal import Netlink

extension Engine {
    /// Gives a VF a MAC on its interface and through its PF.
    ///
    /// The interface comes first, because a driver with an administrative MAC may refuse
    /// every other on the interface, and igbvf even that one. If it refuses now, the
    /// cause is an earlier administrative MAC: it is removed, and then the order is the same.
    ///
    /// - Parameter link: nil for a VF without an interface, which gets only an administrative MAC.
    func assign(
        _ address: MACAddress, to link: Link?, index: Int?, of parent: PhysicalFunctionInfo?,
        in namespace: H.Namespace
    ) throws {
        if let link {
            try setInterfaceMAC(address, of: link, index: index, of: parent, in: namespace)
        }
        if let parent, let index {
            try setVF(.macAddress(address), index: index, of: parent)
        }
    }

    /// Brings the MACs of interface and PF back to what they were.
    ///
    /// A VF that has been up reports its own MAC to the PF, where igb shows it exactly like an
    /// administrative MAC. So an administrative MAC of the attachment is removed first, then the interface
    /// gets its MAC, and the administrative MAC is set only if the PF then shows another: an administrative
    /// MAC equal to the VF's report would lock it for the next user.
    func restoreMAC(
        of attachment: Attachment, link: Link?, parent: PhysicalFunctionInfo?,
        in namespace: H.Namespace
    ) throws {
        let index = attachment.index
        let hadAdministrativeMAC = attachment.settings.macAddress != nil
        if hadAdministrativeMAC, let parent, let index {
            try forgetAdministrativeMAC(index: index, of: parent)
        }
        if let link, let original = attachment.originalInterface?.macAddress,
            hadAdministrativeMAC || link.macAddress != original
        {
            try setInterfaceMAC(original, of: link, index: index, of: parent, in: namespace)
        }
        guard let parent, let index, let original = attachment.originalInfo?.macAddress,
            let present = try host.vfInfos(
                ofPF: parent.address, expectedName: parent.link.name, only: index)?
                .vf(index)?.macAddress,
            present != original
        else { return }
        if original.isZero {
            // The MAC that the VF reports is not an administrative MAC, and igb stops delivering
            // frames to a VF whose report is cleared: seen as a second container that could not be reached.
            if present == attachment.originalInterface?.macAddress, link != nil { return }
            try forgetAdministrativeMAC(index: index, of: parent)
        } else {
            try setVF(.macAddress(original), index: index, of: parent)
        }
    }

    /// Removes an administrative MAC.
    ///
    /// Some drivers refuse the all-zero address; their VFs keep the last
    /// administrative MAC, which the next one replaces.
    private func forgetAdministrativeMAC(index: Int, of parent: PhysicalFunctionInfo) throws {
        do {
            try setVF(.macAddress(.zero), index: index, of: parent)
        } catch let error as NetlinkError
            where error.errno == .invalidArgument || error.errno == .addressNotAvailable
        {
            warn("\(error), proceeding anyway")
        }
    }

    private func setInterfaceMAC(
        _ address: MACAddress, of link: Link, index: Int?, of parent: PhysicalFunctionInfo?,
        in namespace: H.Namespace
    ) throws {
        do {
            try setLink(link, LinkSettings(macAddress: address), in: namespace)
        } catch let error as NetlinkError where error.errno.isRefusalOfMAC {
            guard let parent, let index else { throw error }
            try setVF(.macAddress(.zero), index: index, of: parent)
            try setLink(link, LinkSettings(macAddress: address), in: namespace)
        }
    }
}

extension ErrorNumber {
    /// Whether it is how drivers refuse a MAC that the PF has not allowed: igbvf and ixgbevf answer
    /// EADDRNOTAVAIL or EPERM, iavf EACCES.
    var isRefusalOfMAC: Bool {
        self == .addressNotAvailable || self == .notPermitted || self == .accessDenied
    }
}
