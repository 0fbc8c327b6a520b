import LinuxSystem
import Netlink
import SRIOV

/// Times one attachment in the state: opened, inserted, committed and removed, and the same work with a file that is
/// synchronised, as all of the state was before.
///
/// Usage: `store-bench DISK-DIRECTORY MEMORY-DIRECTORY WEATHER ROUNDS`. It prints a line a figure, in microseconds.
struct StoreBench {
    let disk: String
    let memory: String
    let boot = BootIdentity(rawValue: "bench")
    let function: PCIAddress

    private var paths: StatePaths {
        StatePaths(
            state: memory + "/state.db", networks: disk + "/networks.db", leases: disk + "/leases",
            former: nil)
    }

    private var attachment: Attachment {
        Attachment(
            owner: AttachmentOwner(
                frontEnd: "cni", network: "n", container: "c", interfaceName: "net1"),
            subject: .function(function), phase: .preparing, boot: boot,
            placement: .moved(.announced(path: "/run/netns/c")), settings: VFSettings(),
            interfaces: [], originalInfo: nil, originalDriver: "iavf", frontEndData: "{}",
            hasLease: true, created: 0)
    }

    /// As an ADD and a DEL do it, in a process each: the file is opened for both, and what is in progress is a marker.
    func inMemory() throws {
        let store = AttachmentStore(paths: paths, boot: boot)
        try store.insert(attachment, becoming: .attached)
        try store.commit(attachment)
        let next = AttachmentStore(paths: paths, boot: boot)
        try next.note(.detaching, of: attachment)
        try next.remove(attachment)
    }

    /// The same with a transaction in the place of each marker.
    func withTransactions() throws {
        var attachment = attachment
        let store = AttachmentStore(paths: paths, boot: boot)
        try store.insert(attachment)
        attachment.phase = .attached
        try store.update(attachment)
        let next = AttachmentStore(paths: paths, boot: boot)
        attachment.phase = .detaching
        try next.update(attachment)
        try next.remove(attachment)
    }

    /// The same two transactions, each waiting for the disk.
    func synchronised() throws {
        let paths = StatePaths(
            state: memory + "/other.db", networks: disk + "/durable.db", leases: disk + "/none",
            former: nil)
        let network = NetworkRecord(
            frontEnd: "bench", identifier: "n", definition: "{}", created: 0)
        try AttachmentStore(paths: paths, boot: boot).insert(network)
        try AttachmentStore(paths: paths, boot: boot).removeNetwork("n", of: "bench")
    }
}

let arguments = CommandLine.arguments
guard arguments.count == 5, let rounds = Int(arguments[4]),
    let function = PCIAddress("0000:01:10.0")
else { fatalError("usage: store-bench DISK-DIRECTORY MEMORY-DIRECTORY WEATHER ROUNDS") }
let bench = StoreBench(disk: arguments[1], memory: arguments[2], function: function)
let clock = ContinuousClock()
// The first round makes the files.
for round in 0...rounds {
    for (name, body) in [
        ("boot", bench.inMemory), ("transactions", bench.withTransactions),
        ("durable", bench.synchronised),
    ] {
        let time = try clock.measure(body)
        if round > 0 { print("store\tstore-\(name)-\(arguments[3])\t\(time / .microseconds(1))") }
    }
}
