import CNIPlugin
import Foundation
import Glibc
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Synchronization
import Testing

/// What the plugin does of it, over the simulated host.
@Suite struct AnnouncingAddTests {
    private let addressesOfBothFamilies = """
        [ "$CNI_COMMAND" != ADD ] || echo '{"cniVersion":"1.0.0","ips":[
        {"address":"10.1.0.5/24"},{"address":"fd00::5/64"}]}'
        """

    /// What kinds of frames went out: by their EtherType.
    private func types(_ fixture: PluginFixture) -> [String] {
        fixture.host.kernel.sentFrames.map { frame in
            frame.bytes[12..<14].map { hexadecimal($0, digits: 2) }.joined()
        }
    }

    @Test func everyAddressIsAnnouncedThreeTimes() throws {
        let fixture = try PluginFixture(ipam: addressesOfBothFamilies)
        try fixture.add(fixture.configuration(#""mac":"02:11:22:33:44:55""#))
        #expect(
            types(fixture) == [
                "0806", "0806", "86dd", "0806", "0806", "86dd", "0806", "0806", "86dd",
            ])
        let frame = try #require(fixture.host.kernel.sentFrames.first)
        #expect(frame.linkIndex == fixture.interface?.link.index)
        #expect(frame.bytes[6..<12] == [0x02, 0x11, 0x22, 0x33, 0x44, 0x55])
        #expect(fixture.complaint == "")
    }

    @Test func announceOffSendsNothing() throws {
        let fixture = try PluginFixture()
        try fixture.add(fixture.configuration(#""announce":false"#))
        #expect(types(fixture) == [])
    }

    @Test func aNetworkWithoutAddressesSendsNothing() throws {
        let fixture = try PluginFixture()
        try fixture.add(fixture.configuration(ipam: "{}"))
        #expect(types(fixture) == [])
    }

    @Test func withoutCarrierThereIsAWarningAndTheResult() throws {
        let fixture = try PluginFixture(.withVFs(2, isPFUp: false))
        let output = try fixture.add()
        #expect(output.contains("10.1.0.5/24"))
        #expect(types(fixture) == [])
        #expect(
            fixture.complaint.contains(
                "net1 has no carrier after 1.0 seconds, its addresses are not announced"))
        #expect(try fixture.store().attachments().map(\.phase) == [.attached])
    }

    @Test func aFailureIsAWarning() throws {
        var failures = 0
        for step in 1... {
            let fixture = try PluginFixture()
            fixture.host.arm(.fail(at: step))
            let status = fixture.call("ADD").status
            if !fixture.host.faultWasReached { break }
            guard status == 0, fixture.complaint.contains("announce the addresses of net1")
            else { continue }
            failures += 1
            #expect(fixture.complaint.contains("level=warning"))
            #expect(try fixture.store().attachments().map(\.phase) == [.attached])
        }
        // Waiting for carrier, and sending three times.
        #expect(failures == 4)
    }
}

/// What comes out at the other end of a real cable.
@Suite(.enabled(if: geteuid() == 0, "needs root")) struct AddressAnnouncerTests {
    /// `net1` in one namespace, `peer` in another, where frames are caught.
    private final class Cable: Sendable {
        let host = SystemHost()
        private let names: [String]

        init() throws {
            let name = "vfmap-\(UUID().uuidString.prefix(8))"
            names = [name, "\(name)x"]
            for name in names { try Self.ip("netns", "add", name) }
            try Self.ip(
                "-n", names[0], "link", "add", "net1", "address", "02:11:22:33:44:55", "type",
                "veth", "peer", "name", "peer", "netns", names[1])
            // The interface that came up first: what the kernel routes to ff02::1 would leave by it.
            try Self.ip(
                "-n", names[0], "link", "add", "eth0", "type", "veth", "peer", "name", "bridge0")
            for interface in ["lo", "eth0", "bridge0", "net1"] {
                try Self.ip("-n", names[0], "link", "set", interface, "up")
            }
        }

        deinit {
            for name in names {
                _ = try? Self.ip("netns", "del", name)  // A leftover namespace fails no test.
            }
        }

        func plugIn() throws { try Self.ip("-n", names[1], "link", "set", "peer", "up") }

        /// Returns when the kernel has worked on the carrier, before which it sends nothing.
        func awaitCarrier() throws {
            let deadline = Deadline(after: .seconds(120))
            repeat {
                let shown = try Self.ip("-n", names[0], "-o", "link", "show", "net1")
                if shown.contains(" state UP ") { return }
            } while !deadline.hasPassed
            Issue.record("net1 never had carrier")
        }

        func container() throws -> SystemNamespace {
            try host.openNamespace("/run/netns/\(names[0])")
        }

        @discardableResult
        private static func ip(_ arguments: String...) throws -> String {
            var process = ChildProcess(executable: "/usr/sbin/ip", environment: [:])
            process.arguments = arguments
            let outcome = try process.run(until: Deadline(after: .seconds(120)))
            let complaint = String(decoding: outcome.errorOutput, as: UTF8.self)
            try #require(outcome.ending == .exited(0), "\(arguments): \(complaint)")
            return String(decoding: outcome.output, as: UTF8.self)
        }

        /// A socket that hears every frame in the namespace of `peer`.
        func listen() throws -> Int32 {
            try NetworkNamespace.open("/run/netns/\(names[1])").run {
                // ETH_P_ALL in network order.
                try systemCall("open packet socket", on: "") {
                    socket(
                        AF_PACKET, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue),
                        Int32(UInt16(3).bigEndian))
                }
            }
        }

        /// Gives net1 addresses and announces them.
        ///
        /// - Returns: The warnings.
        func announce(_ addresses: [String], carrier: Duration = .seconds(120)) throws -> [String] {
            let namespace = try container()
            let link = try #require(try host.link(named: "net1", in: namespace))
            var timeouts = AddressAnnouncer<SystemHost>.Timeouts()
            timeouts.carrier = carrier
            let warnings = Mutex<[String]>([])
            let networks = try addresses.map { try #require(IPNetwork($0)) }
            AddressAnnouncer(
                host: host, namespace: namespace, link: link, networks: networks,
                timeouts: timeouts
            ) { warning in warnings.withLock { $0.append(warning) } }.announce()
            return warnings.withLock { $0 }
        }

        func addAddress(_ text: String) throws {
            try Self.ip("-n", names[0], "address", "add", text, "dev", "net1", "nodad")
        }

        /// The frames of net1, ARP and neighbour advertisements alone: those that are there, once there are so many.
        func announcements(_ expected: Int, on socket: Int32) -> [String] {
            let deadline = Deadline(after: .seconds(120))
            var buffer = [UInt8](repeating: 0, count: 2048)
            var frames: [String] = []
            while true {
                let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
                guard count > 0 else {
                    if frames.count >= expected || deadline.hasPassed { return frames }
                    usleep(1000)
                    continue
                }
                let frame = buffer[..<count]
                let isAdvertisement =
                    count > 54 && frame[12...13] == [0x86, 0xdd] && frame[54] == 136
                guard frame[6..<12] == [0x02, 0x11, 0x22, 0x33, 0x44, 0x55],
                    frame[12...13] == [0x08, 0x06] || isAdvertisement
                else { continue }
                frames.append(frame.map { hexadecimal($0, digits: 2) }.joined())
            }
        }
    }

    private let request =
        "ffffffffffff0211223344550806" + "0001080006040001" + "0211223344550a010005"
        + "0000000000000a010005"
    private let reply =
        "ffffffffffff0211223344550806" + "0001080006040002" + "0211223344550a010005"
        + "0211223344550a010005"
    private let advertisement =
        "33330000000102112233445586dd" + "6000000000203aff" + "fd000000000000000000000000000005"
        + "ff020000000000000000000000000001" + "8800f3fa20000000"
        + "fd000000000000000000000000000005" + "0201021122334455"

    @Test func theOtherEndHearsEveryAddressThreeTimes() throws {
        let cable = try Cable()
        try cable.plugIn()
        try cable.awaitCarrier()
        try cable.addAddress("10.1.0.5/24")
        try cable.addAddress("fd00::5/64")
        let socket = try cable.listen()
        defer { close(socket) }
        #expect(try cable.announce(["10.1.0.5/24", "fd00::5/64"]) == [])
        let expected = [request, reply, advertisement]
        #expect(cable.announcements(9, on: socket) == expected + expected + expected)
    }

    @Test func anAddressThatIsGoneIsNotAnnounced() throws {
        let cable = try Cable()
        try cable.plugIn()
        let socket = try cable.listen()
        defer { close(socket) }
        #expect(try cable.announce(["fd00::5/64"]) == [])
        #expect(cable.announcements(0, on: socket) == [])
    }

    @Test func carrierThatComesLateIsWaitedFor() throws {
        let cable = try Cable()
        try cable.addAddress("10.1.0.5/24")
        let socket = try cable.listen()
        defer { close(socket) }
        let end = DispatchSemaphore(value: 0)
        Thread {
            // Mostly the announcer waits by then; nothing is other if it does not yet.
            usleep(200_000)
            // What fails here shows as carrier that never comes.
            try? cable.plugIn()
            end.signal()
        }.start()
        let warnings = try cable.announce(["10.1.0.5/24"])
        end.wait()
        #expect(warnings == [])
        #expect(cable.announcements(6, on: socket).count == 6)
    }

    @Test func withoutCarrierTheWaitIsBounded() throws {
        let cable = try Cable()
        #expect(
            try cable.announce(["10.1.0.5/24"], carrier: .milliseconds(300)) == [
                "net1 has no carrier after 0.3 seconds, its addresses are not announced"
            ])
    }
}
