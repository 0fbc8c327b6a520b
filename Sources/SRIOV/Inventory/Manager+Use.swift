internal import LinuxSystem
package import Netlink

/// Who uses a PF or a VF, as sentences, for verbs that would disturb it.
extension Manager {
    /// What forbids to change a PF as a whole: VFs in use, and the host's own use of the PF.
    ///
    /// - Parameter attachments: The records of the PF's VFs.
    package func obstacles(
        to function: PhysicalFunction, _ attachments: [Attachment]
    ) throws -> [String] {
        // A VF that is gone, as after an administrator's own change, cannot be disturbed.
        var obstacles = attachments.filter {
            !functionIsGone(of: $0)
        }.map {
            "VF \($0.virtualFunction) is \($0.phase.rawValue) to \($0.owner)"
        }
        let recorded = Set(attachments.map(\.virtualFunction))
        let own = try host.hostNamespace()
        if let name = function.interfaceName,
            let link = try host.link(
                of: function.address, expectedName: name, in: own)
        {
            try note(&obstacles) {
                try refuseIfTheHostUses(link, of: "PF \(function.address)")
            }
        }
        for vf in try host.virtualFunctions(of: function, isDescribed: false) {
            let address = vf.address
            guard let driver = vf.driver, !recorded.contains(address) else { continue }
            if UserspaceDriver.isKnown(driver) {
                obstacles.append("VF \(address) is bound to \(driver)")
            } else if let name = vf.interfaceName {
                guard let link = try host.link(of: address, expectedName: name, in: own) else {
                    continue
                }
                try note(&obstacles) { try refuseIfTheHostUses(link, of: "VF \(address)") }
            } else {
                obstacles.append("VF \(address) is in another network namespace with no record")
            }
        }
        return obstacles
    }

    private func note(_ obstacles: inout [String], _ check: () throws -> Void) throws {
        do {
            try check()
        } catch let error as ManagerError where error.code == .obstructed {
            obstacles.append(error.message)
        }
    }

    /// Who uses a VF, in a sentence; nil if nobody does, as far as can be told.
    ///
    /// - Parameter asksPrograms: Whether programs count that have it open through a driver of user space.
    package func user(
        of function: VirtualFunction, _ link: Link?, _ attachment: Attachment?, asksPrograms: Bool
    ) throws -> String? {
        let subject = "VF \(function.address)"
        if let attachment {
            return "\(subject) is \(attachment.phase.rawValue) to \(attachment.owner)"
        }
        if let claim = try foreignClaim(on: function.address), try isLive(claim) {
            return inUse(function.address, by: claim).message
        }
        guard let driver = function.driver else { return nil }
        if let link {
            do {
                try refuseIfTheHostUses(link, of: subject)
                return nil
            } catch let error as ManagerError where error.code == .obstructed {
                return error.message
            }
        }
        guard UserspaceDriver.isKnown(driver) else {
            // Some drivers make no interface, so only one in another namespace tells of a user.
            return try isElsewhere(function)
                ? "\(subject) is in another network namespace with no record" : nil
        }
        guard asksPrograms else { return nil }
        let programs = try host.programs(using: function)
        return programs.isEmpty
            ? nil : "\(subject) is open in \(programs.joined(separator: ", "))"
    }

    private func isElsewhere(_ function: VirtualFunction) throws -> Bool {
        try holder(of: function.address, expectedName: nil, among: host.otherNamespaces()) != nil
    }
}
