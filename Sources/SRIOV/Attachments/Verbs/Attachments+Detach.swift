internal import LinuxSystem

extension Attachments {
    /// Takes a VF back from an owner: undoes `attach`.
    ///
    /// It succeeds when there is nothing (more) to take back, and never touches the VF of another
    /// owner. With no record, or a state file that cannot be used, it takes back what it can
    /// recognise: the VF that the request names, if it is in the namespace that the request names.
    ///
    /// - Parameter releaseOwn: Undoes the front end's part in place of what the record keeps; it gets the record,
    ///   nil if there is none, and is called again if a record shows up meanwhile. It runs with the VF's lock held,
    ///   where there is a record or the request names the VF, so that no attach of the same owner is in progress, and
    ///   before the record goes. What it throws is not thrown on, but the record stays.
    /// - Returns: The record that was undone, and the settings that the hardware refuses to restore now: those
    ///   do not keep the VF in the container.
    /// - Throws: `ManagerError` `incomplete` if the VF could not be brought home, or `inUse` if
    ///   another process had it all the time; the record stays, and repeating the call continues.
    package func detach(
        _ request: DetachRequest, releasing releaseOwn: ((Attachment?) throws -> Void)? = nil
    ) throws -> DetachOutcome {
        let operation = DetachOperation(
            context: context, request: request, releaseOwn: releaseOwn)
        let deadline = Deadline(after: timeouts.lock)
        while true {
            if let outcome = try operation.attempt(until: deadline) { return outcome }
            guard !deadline.hasPassed else {
                throw ManagerError(
                    .inUse,
                    "\(request.owner) is being attached by another process again and again, "
                        + "waited \(deadline.allowance)")
            }
        }
    }
}
