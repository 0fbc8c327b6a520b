import Glibc
import LinuxSystem
import Metrics
import Netlink
import SRIOV
import SimulatedHost
import TestSupport
import Testing

/// A simulated host whose counters are read, with a state file of its own.
final class CollectorFixture: Sendable {
    let context: Context<SimulatedHost>
    private let machine: SimulatedMachine

    init(vfs: Int = 2) throws {
        machine = try SimulatedMachine(.withVFs(vfs))
        context = try machine.context()
    }

    var host: SimulatedHost { machine.host }

    /// Gives a VF to a container whose namespace is made for it.
    func attach(_ index: Int, to container: String, frontEnd: String = "cni") throws {
        try machine.attach(index, to: container, frontEnd: frontEnd)
    }

    /// Puts something in the place of the state file that is none.
    func breakStateFile() throws {
        let descriptor = try Descriptor(
            opening: machine.statePath, flags: O_WRONLY | O_CREAT | O_TRUNC)
        try descriptor.write([UInt8](repeating: 0x61, count: 4096), subject: "the state file")
    }

    /// What the interface of a VF counts itself, wherever it is.
    func count(_ index: Int, receivedBytes: UInt64) {
        host.withKernel { kernel in
            guard let link = kernel.vfs[SimulatedHost.vfAddress(index)]?.linkIndex else { return }
            var statistics = LinkStatistics()
            statistics.receivedBytes = receivedBytes
            kernel.linkStatistics[link] = statistics
        }
    }

    func read(pools: PoolList? = nil) throws -> NodeReading {
        try NodeCollector(context: context, allowance: .seconds(120)).read(pools: pools)
    }

    /// The page's lines without comments, of one family.
    func lines(_ name: String, pools: PoolList? = nil) throws -> [String] {
        var text = MetricsText()
        try read(pools: pools).write(to: &text, pools: pools)
        return String(decoding: text.bytes, as: UTF8.self).split(separator: "\n")
            .filter { $0.hasPrefix(name + "{") || $0.hasPrefix(name + " ") }.map(String.init)
    }
}
