package import LinuxSystem
package import Netlink

extension SystemHost {
    /// - Throws: `NetlinkError`; `SystemCallError` if sysfs cannot be read.
    package func vfInfosWithStatistics(
        ofPF address: PCIAddress, count: Int
    ) throws -> PhysicalFunctionInfo? {
        do {
            return try vfInfos(ofPF: address, expectedName: nil) {
                socket, name throws(NetlinkError) in
                try socket.virtualFunctions(
                    ofPF: name, statistics: count <= RouteSocket.mostVFsWithStatistics)
            }
        } catch let error as NetlinkError where error.errno == .messageTooLong {
            // A driver that reports more of its VFs than most.
            return try vfInfos(ofPF: address)
        }
    }

    package func hasFilesOfVFs(ofPF address: PCIAddress) -> Bool {
        sysfs.exists("\(functions.directory(of: address))/sriov")
    }

    /// - Throws: `SystemCallError`.
    package func counterFiles(
        ofVF index: Int, ofPF address: PCIAddress
    ) throws -> [String: UInt64]? {
        try functions.counterFiles(ofVF: index, ofPF: address)
    }

    /// - Throws: `NetlinkError`.
    package func statistics(
        of link: Link, in namespace: SystemNamespace
    ) throws -> LinkStatistics? {
        try namespace.socket.statistics(ofLink: link.index, named: link.name)
    }
}

extension SysfsInventory {
    /// The counters that some drivers show as files: a directory `stats` with a file for each, or one file `stats` with
    /// a line `rx_packets : 5` for each.
    ///
    /// - Returns: By name; nil if the driver shows none.
    /// - Throws: `SystemCallError`.
    package func counterFiles(
        ofVF index: Int, ofPF address: PCIAddress
    ) throws(SystemCallError) -> [String: UInt64]? {
        let path = "\(directory(of: address))/sriov/\(index)/stats"
        guard sysfs.exists(path) else { return nil }
        var counters: [String: UInt64] = [:]
        let names = try sysfs.entries(of: path)
        for name in names {
            counters[name] = try sysfs.value(of: "\(path)/\(name)").flatMap { UInt64($0) }
        }
        if names.isEmpty, let text = try text(ofFile: path) {
            for line in text.split(whereSeparator: \.isNewline) {
                let parts = line.split(separator: ":").map { String($0).trimmingASCIISpace() }
                guard parts.count == 2 else { continue }
                counters[parts[0]] = UInt64(parts[1])
            }
        }
        return counters.isEmpty ? nil : counters
    }

    /// nil for a directory too.
    private func text(ofFile path: String) throws(SystemCallError) -> String? {
        do {
            return try sysfs.value(of: path)
        } catch  where error.errno == .isDirectory {
            return nil
        }
    }
}
