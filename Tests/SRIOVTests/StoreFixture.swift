import Glibc
import LinuxSystem
import Netlink
import SQLite
import SRIOV
import Synchronization
import Testing

/// Testing has an `Attachment` of its own.
typealias Attachment = SRIOV.Attachment

/// A directory of its own with a state file in it, for one test: its suite makes and deletes it.
struct StoreFixture: Sendable {
    static let boot = BootIdentity(rawValue: "5b1c0f0e-0000-4000-8000-000000000001")
    static let earlierBoot = BootIdentity(rawValue: "5b1c0f0e-0000-4000-8000-000000000000")

    let directory: String

    var path: String { directory + "/state.db" }

    var store: AttachmentStore { AttachmentStore(path: path, boot: Self.boot) }

    /// What a store that dies throws.
    struct Death: Error {}

    /// A store that fails once, before the n-th statement that writes, note or commit, counted from 1.
    func store(dyingAt step: Int) -> AttachmentStore {
        let left = Mutex(step)
        return AttachmentStore(path: path, boot: Self.boot) {
            let isLast = left.withLock { left in
                left -= 1
                return left == 0
            }
            if isLast { throw Death() }
        }
    }

    init() throws {
        var template = Array("/tmp/vfmap-store-XXXXXX".utf8CString)
        directory = String(cString: try #require(mkdtemp(&template)))
        // An unprivileged reader comes by here.
        chmod(directory, 0o755)
    }

    func delete() {
        // What is left behind in /tmp does not change what a test found.
        _ = try? removeDirectory(directory)
    }

    private func removeDirectory(_ path: String) throws {
        for name in try directoryNames(path) {
            let entry = path + "/" + name
            if unlink(entry) != 0 { try removeDirectory(entry) }
        }
        rmdir(path)
    }

    func bytes(of name: String = "state.db") throws -> [UInt8] {
        try Descriptor(opening: directory + "/" + name).readToEnd(limit: 1 << 24, subject: name)
    }

    func write(_ bytes: [UInt8], to name: String = "state.db") throws {
        let file = try Descriptor(
            opening: directory + "/" + name, flags: O_WRONLY | O_CREAT | O_TRUNC, permissions: 0o644
        )
        #expect(Glibc.write(file.rawValue, bytes, bytes.count) == bytes.count)
    }

    /// Runs statements on the file as it is.
    func execute(_ statements: String..., on name: String = "state.db") throws {
        let database = try SQLiteDatabase(path: directory + "/" + name, access: .readWrite)
        for statement in statements { try database.execute(statement) }
    }

    /// Calls a store again while other processes keep it busy for longer than it waits, as they do on a slow machine.
    static func whileBusy<Value>(_ call: () throws -> Value) throws -> Value {
        let deadline = Deadline(after: .seconds(300))
        while true {
            do {
                return try call()
            } catch StoreError.busy where !deadline.hasPassed {
                continue
            }
        }
    }

    /// What SQLite says of the whole file: `ok`, or what is wrong.
    func integrity() throws -> String {
        let database = try SQLiteDatabase(path: path, access: .readWrite)
        var statement = try database.prepare("PRAGMA integrity_check")
        return try statement.step() ? statement.text(0) : ""
    }

    func mode(of path: String) -> UInt32 {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
    }
}

extension Attachment {
    /// A record with every field set: VF `number` of the PF 0000:01:00.0, for container `c<number>`.
    static func sample(
        _ number: Int = 1, container: String? = nil, boot: BootIdentity = StoreFixture.boot,
        hasLease: Bool = true
    ) throws -> Attachment {
        var link = Link(index: 7, name: KernelText("ens1f0v\(number)"))
        link.alternativeNames = [KernelText("enp1s0f0v\(number)")]
        link.macAddress = MACAddress("02:11:22:33:44:55")
        link.alias = "café"
        return Attachment(
            owner: AttachmentOwner(
                frontEnd: "cni", network: "sriov-net", container: container ?? "c\(number)",
                interfaceName: "net1"),
            subject: .virtualFunction(
                try #require(
                    PCIAddress(
                        domain: 0, bus: UInt8(1 + number / 256),
                        device: UInt8(number / 8 % 32), function: UInt8(number % 8))),
                of: try #require(PCIAddress("0000:01:00.0")), index: number),
            phase: .preparing, boot: boot,
            placement: .moved(
                .seen(
                    path: "/run/netns/a",
                    NamespaceIdentity(device: 4, inode: 4_026_532_000, cookie: 12))),
            settings: VFSettings(
                macAddress: MACAddress("02:aa:00:00:00:01"), maximumRate: 200, trust: true),
            interfaces: [RecordedInterface(original: InterfaceOriginal(link))],
            originalInfo: VFState(index: number, spoofCheck: true),
            originalDriver: "iavf", frontEndData: "{\"ipam\":\"host-local\"}", hasLease: hasLease,
            created: 1_700_000_000, functionInstance: 70_000_000_000)
    }

    /// A PF given away as a whole.
    static func passthrough(_ function: String) throws -> Attachment {
        try Attachment.sample(0, container: "whole").about(
            .physicalFunction(try #require(PCIAddress(function))))
    }

    /// The same of another subject.
    func about(_ subject: AttachmentSubject) -> Attachment {
        Attachment(
            owner: owner, subject: subject, phase: phase, boot: boot, placement: placement,
            settings: settings, interfaces: interfaces, originalInfo: originalInfo,
            originalDriver: originalDriver, frontEndData: frontEndData, hasLease: hasLease,
            created: created, functionInstance: functionInstance)
    }
}
