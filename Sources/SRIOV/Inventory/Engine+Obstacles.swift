internal import LinuxSystem

/// What verbs on a PF as a whole would disturb.
extension Engine {
    /// What forbids a change of a PF as a whole: VFs in use, and the host's own use of the PF.
    ///
    /// - Parameter attachments: The records of the PF's VFs.
    /// - Throws: `NetlinkError` or `SystemCallError` of the host; what `ForeignClaims` throws if claims of
    ///   other programs cannot be read.
    package func obstacles(
        to function: PhysicalFunction, _ attachments: [Attachment]
    ) throws -> [Obstacle] {
        try reader(of: attachments).snapshot(of: function).obstacles
    }

    /// Reads PFs and VFs for a change that must not disturb a container or a program.
    ///
    /// A VF that is gone, as after an administrator's own change, cannot be disturbed: its record does not count.
    ///
    /// - Parameters:
    ///   - records: All records of the functions in question.
    ///   - isForOne: Whether it will read a single VF.
    ///   - functions: What is read of each VF; by default its IOMMU group, which identifies the programs that use it.
    package func reader(
        of records: [Attachment], functions: FunctionDetail = [.work, .iommuGroup],
        isForOne: Bool = false
    ) -> SnapshotReader<H> {
        SnapshotReader(
            self,
            SnapshotDetail(
                functions: functions, reach: .unrecorded, programs: true, staleness: .ignored),
            KnownRecords(records.filter { !functionIsGone(of: $0) }), isForOne: isForOne,
            searchingUntil: Deadline(after: timeouts.search))
    }
}

extension PFSnapshot {
    /// The users that a change of the PF as a whole would disturb.
    package var obstacles: [Obstacle] {
        let own: Obstacle? =
            if case .usedByHost = occupancy {
                occupancy.obstacle(to: .physicalFunction(function.address))
            } else {
                nil
            }
        return [own].compactMap(\.self) + virtualFunctions.compactMap(\.obstacle)
    }
}

extension VFSnapshot {
    /// The user that is disturbed if the VF vanishes or gets another driver; nil for none.
    package var obstacle: Obstacle? { occupancy.obstacle(to: AttachmentSubject(function)) }
}
