internal import LinuxSystem
internal import Netlink
package import SRIOV

extension NodeConfigurator {
    /// What `resize` would do.
    ///
    /// - Throws: `ManagerError` `invalidRequest` if the PF cannot have that many VFs.
    package func resizePlan(
        _ function: PhysicalFunction, to count: Int
    ) throws(ManagerError) -> ResizePlan {
        guard (0...function.maximumVFs).contains(count) else {
            throw ManagerError(
                .invalidRequest,
                "\(function.displayName) can have 0 to \(function.maximumVFs) VFs, not \(count)")
        }
        do {
            let present = function.virtualFunctions.count
            // The kernel takes a new number only when there are no VFs.
            let writes =
                present == count ? [] : (present == 0 || count == 0 ? [count] : [0, count])
            let attachments = try store.attachments(ofPhysicalFunction: function.address)
            return ResizePlan(
                function: function, count: count, writes: writes,
                obstacles: writes.isEmpty ? [] : try engine.obstacles(to: function, attachments),
                attachments: writes.isEmpty ? [] : attachments)
        } catch {
            throw error as? ManagerError ?? .wrapping(error, "look at \(function.displayName)")
        }
    }

    /// Changes how many VFs a PF has.
    ///
    /// Records of VFs that are gone are dropped.
    ///
    /// - Parameter force: Does it although VFs are in use: those with a record are brought back first, as far as
    ///   possible.
    /// - Returns: The PF as it is afterwards.
    /// - Throws: `ManagerError` `inUse` with everything that forbids it; nothing is changed then.
    package func resize(
        _ function: PhysicalFunction, to count: Int, force: Bool
    ) throws(ManagerError) -> PhysicalFunction {
        let lock = try engine.lockWhole(function.address)
        defer { withExtendedLifetime(lock) {} }
        return try resizeLocked(function, to: count, force: force)
    }

    /// `resize` with the PF's exclusive lock held.
    func resizeLocked(
        _ function: PhysicalFunction, to count: Int, force: Bool
    ) throws(ManagerError) -> PhysicalFunction {
        let plan = try resizePlan(function, to: count)
        guard plan.obstacles.isEmpty || force else {
            throw ManagerError(
                .inUse,
                "changing the number of VFs of \(function.displayName) would disturb what is in use: "
                    + plan.obstacles.joined)
        }
        var unfinished: [Attachment] = []
        for attachment in plan.attachments {
            let outcome = engine.bringBack(
                attachment, within: nil, releasing: engine.releaseByRecord)
            for failure in outcome.failures { warn("\(failure), proceeding anyway") }
            // What a front end has given out is not gone with the VF.
            if !outcome.isVFComplete, outcome.frontEnd.isEmpty { unfinished.append(attachment) }
        }
        do {
            for number in plan.writes {
                try host.setNumberOfVFs(
                    number, of: function, deadline: Deadline(after: timeouts.creation))
            }
            // Records of VFs that could not be brought back have lost their subject now.
            for attachment in unfinished
            where !host.functionExists(at: attachment.function) || count == 0 {
                // A record that is gone already is what is wanted; recover sees to the rest.
                try? store.remove(attachment)
            }
            return try host.physicalFunction(at: function.address) ?? function
        } catch {
            throw .wrapping(error, "set the number of VFs of \(function.displayName) to \(count)")
        }
    }
}
