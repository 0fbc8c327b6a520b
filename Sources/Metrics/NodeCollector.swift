package import LinuxSystem
package import SRIOV
internal import Synchronization

/// Reads all PFs of the node, side by side, and waits for none longer than it may.
///
/// A PF whose driver hangs keeps one thread of its own, and nobody else: it is not asked again until it has answered.
package final class NodeCollector<H: Host>: Sendable {
    private struct State {
        /// The PFs that are being read.
        var busy: Set<PCIAddress> = []
        var results: [PCIAddress: Result<FunctionReading, any Error>] = [:]
    }

    private let context: Context<H>
    private let allowance: Duration
    private let reach: SnapshotDetail.Reach
    private let signal: WakeSignal
    private let state = Mutex(State())
    private let turn = Mutex(())

    /// - Parameters:
    ///   - allowance: How long PFs are waited for.
    ///   - reach: Where the interfaces of VFs are looked for.
    /// - Throws: `SystemCallError`.
    package init(
        context: Context<H>, allowance: Duration = .seconds(5),
        reach: SnapshotDetail.Reach = .everywhere
    ) throws(SystemCallError) {
        self.context = context
        self.allowance = allowance
        self.reach = reach
        signal = try WakeSignal()
    }

    /// Reads everything anew; calls from several threads come one after the other.
    ///
    /// - Parameter pools: nil where nobody asks for them.
    /// - Throws: If PFs cannot even be listed.
    package func read(pools: PoolList? = nil) throws -> NodeReading {
        try turn.withLock { _ in try readAlone(pools) }
    }

    private func readAlone(_ pools: PoolList?) throws -> NodeReading {
        let watch = Stopwatch()
        var reading = NodeReading()
        do {
            reading.attachments = try context.store.attachments()
        } catch {
            reading.storeFailure = "\(error)"
        }
        let search = Deadline(after: .seconds(1))
        let reader = SnapshotReader(
            context.engine,
            SnapshotDetail(
                functions: [.work, .numaNode, pools?.neededDetail ?? []], reach: reach,
                programs: pools != nil, counters: true),
            reading.attachments.map { KnownRecords($0) } ?? .unknown, searchingUntil: search)
        let parents = try context.host.physicalFunctions()
        state.withLock { $0.results = [:] }
        for parent in parents { begin(parent, reader, pools) }
        let deadline = Deadline(after: allowance)
        while !deadline.hasPassed, !areDone(parents) { try signal.wait(until: deadline) }
        let results = state.withLock { $0.results }
        for parent in parents {
            switch results[parent.address] {
            case .success(let function): reading.functions.append(function)
            case .failure(let error): reading.failures[parent.displayName] = "\(error)"
            case nil:
                reading.failures[parent.displayName] = "it was not read within \(allowance)"
            }
        }
        reading.staleAttachments = reading.attachments.map { attachments in
            // Those of VFs were looked at with them.
            let others = attachments.filter { attachment in
                !parents.contains {
                    $0.virtualFunctions.values.contains(attachment.function)
                }
            }
            return others.count {
                context.engine.knownStaleness(of: $0, searchingUntil: search) != nil
            }
                + reading.functions.flatMap(\.vfs).count {
                    $0.snapshot.occupancy.staleness != nil
                }
        }
        reading.seconds = watch.seconds
        return reading
    }

    private func areDone(_ parents: [PhysicalFunction]) -> Bool {
        state.withLock { state in parents.allSatisfy { state.results[$0.address] != nil } }
    }

    private func begin(
        _ parent: PhysicalFunction, _ reader: SnapshotReader<H>, _ pools: PoolList?
    ) {
        guard state.withLock({ $0.busy.insert(parent.address).inserted }) else { return }
        do {
            try onDetachedThread {
                self.end(
                    parent,
                    Result {
                        try FunctionReading(
                            try reader.snapshot(of: parent), on: self.context.host, reader.host,
                            pools: pools)
                    })
            }
        } catch {
            end(parent, .failure(error))
        }
    }

    private func end(_ parent: PhysicalFunction, _ result: Result<FunctionReading, any Error>) {
        state.withLock { state in
            state.busy.remove(parent.address)
            state.results[parent.address] = result
        }
        signal.wake()
    }
}
