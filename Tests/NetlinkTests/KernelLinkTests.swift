import LinuxSystem
import Synchronization
import Testing

@testable import Netlink

/// Links of the real kernel, compared with what ip(8) shows.
@Suite(.needsRoot) struct KernelLinkTests {
    /// A namespace with the two ends of a cable, a0 and a1.
    private func cable() throws -> TestNamespace {
        let inside = try TestNamespace()
        try inside.ip("link add a0 type veth peer name a1")
        return inside
    }

    @Test func settingsArriveInTheKernel() throws {
        let inside = try cable()
        let index = try inside.link("a0").index
        try inside.socket.setLink(
            index: index, named: "a0",
            LinkSettings(
                name: "net1", macAddress: MACAddress("02:11:22:33:44:55"), mtu: 1400, isUp: true,
                isPromiscuous: true, receivesAllMulticast: true, transmitQueueLength: 77,
                alias: "blue one"))
        let shown = try inside.show("net1")
        #expect(shown["address"] as? String == "02:11:22:33:44:55")
        #expect(shown["mtu"] as? Int == 1400)
        #expect(shown["txqlen"] as? Int == 77)
        #expect(shown["ifalias"] as? String == "blue one")
        let flags = Set(try #require(shown["flags"] as? [String]))
        #expect(flags.isSuperset(of: ["UP", "PROMISC", "ALLMULTI"]))

        try inside.socket.setLink(
            index: index, named: "net1",
            LinkSettings(isUp: false, isPromiscuous: false, receivesAllMulticast: false, alias: ""))
        let after = try inside.show("net1")
        #expect(after["ifalias"] == nil)
        #expect(
            Set(try #require(after["flags"] as? [String]))
                .isDisjoint(with: ["UP", "PROMISC", "ALLMULTI"]))
    }

    @Test func linksAreDecodedAsIpShowsThem() throws {
        let inside = try cable()
        try inside.ip("link add br0 type bridge")
        try inside.ip("link set a0 master br0 up alias uplink")
        try inside.ip("link set a1 up mtu 1400 address 02:11:22:33:44:55 txqueuelen 7")
        try inside.ip("link property add dev a1 altname blue altname a-name-of-more-than-15-bytes")
        // The kernel works on a change of carrier, and the bridge on its port, when they have the time.
        let deadline = Deadline(after: .seconds(120))
        func isSettled(_ name: String) throws -> Bool {
            try inside.show(name)["operstate"] as? String == "UP"
        }
        while try !(isSettled("a0") && isSettled("a1")), !deadline.hasPassed {}
        let links = try inside.socket.links()
        let shown = try inside.list("link show")
        #expect(links.map(\.name).sorted() == ["a0", "a1", "br0", "lo"])
        #expect(links.map(\.name.description) == shown.map { $0["ifname"] as? String })
        #expect(links.map { Int($0.index) } == shown.map { $0["ifindex"] as? Int })
        #expect(links.map { Int($0.mtu) } == shown.map { $0["mtu"] as? Int })
        let a0 = try inside.link("a0")
        let a1 = try inside.link("a1")
        #expect(a0.controllerIndex == (try inside.link("br0").index))
        #expect(a0.controllerKind == "bridge")
        #expect(a0.kind == "veth")
        #expect(a0.alias == "uplink")
        #expect(a0.isUp && a0.hasCarrier)
        #expect(a1.macAddress?.description == "02:11:22:33:44:55")
        #expect(a1.transmitQueueLength == 7)
        #expect(a1.alternativeNames == ["blue", "a-name-of-more-than-15-bytes"])
        #expect(a1.controllerIndex == nil)
        #expect(try inside.link("lo").macAddress == nil)
        // What is asked for alone is what the list shows.
        #expect(try inside.socket.link(index: a1.index) == a1)
        var listed: [Link] = []
        var alone: [Link] = []
        repeat {
            listed = try inside.socket.links()
            alone = [try inside.link("a0"), try inside.link("a1")]
        } while !alone.allSatisfy(listed.contains) && !deadline.hasPassed
        #expect(alone.allSatisfy(listed.contains))
    }

    @Test func absentLinksAreNil() throws {
        let inside = try cable()
        #expect(try inside.socket.link(named: "nothing") == nil)
        #expect(try inside.socket.link(named: "nothing-with-more-than-fifteen-bytes") == nil)
        #expect(try inside.socket.link(named: "a/b") == nil)
        #expect(try inside.socket.link(index: 4711) == nil)
    }

    @Test func alternativeNamesComeAndGo() throws {
        let inside = try cable()
        let index = try inside.link("a0").index
        let long = "a-name-of-more-than-15-bytes"
        try inside.socket.addAlternativeName("blue", toLink: index, named: "a0")
        try inside.socket.addAlternativeName(KernelText(long), toLink: index, named: "a0")
        #expect(try inside.show("a0")["altnames"] as? [String] == ["blue", long])
        #expect(try inside.link("blue").name == "a0")
        #expect(try inside.link(long).name == "a0")

        let taken = #expect(throws: NetlinkError.self) {
            try inside.socket.addAlternativeName("a1", toLink: index, named: "a0")
        }
        #expect(taken?.errno == .exists)
        try inside.socket.removeAlternativeName("blue", fromLink: index, named: "a0")
        try inside.socket.removeAlternativeName(KernelText(long), fromLink: index, named: "a0")
        #expect(try inside.show("a0")["altnames"] == nil)
        let gone = #expect(throws: NetlinkError.self) {
            try inside.socket.removeAlternativeName("blue", fromLink: index, named: "a0")
        }
        #expect(gone?.errno == .noSuchFile)
    }

    @Test func aNameThatIsTakenIsRefused() throws {
        let inside = try cable()
        let index = try inside.link("a0").index
        let error = #expect(throws: NetlinkError.self) {
            try inside.socket.setLink(index: index, named: "a0", LinkSettings(name: "a1"))
        }
        #expect(error?.errno == .exists)
        #expect(try inside.link("a0").index == index)
    }

    @Test func theKernelsOwnWordsReachTheError() throws {
        let inside = try cable()
        let error = #expect(throws: NetlinkError.self) {
            try inside.socket.setLink(
                index: try inside.link("a0").index, named: "a0", LinkSettings(mtu: 1_000_000))
        }
        #expect(
            error?.description
                == "set MTU 1000000 of interface a0: invalid argument (EINVAL): mtu greater than device maximum"
        )
    }

    @Test func interfacesWithoutVFsRefuseTheirSettings() throws {
        let inside = try cable()
        let index = try inside.link("a0").index
        let error = #expect(throws: NetlinkError.self) {
            try inside.socket.setVF(.trust(true), index: 1, ofPF: index, named: "a0")
        }
        #expect(
            error?.description == "set trust of VF 1 of a0: operation not supported (EOPNOTSUPP)")
        let (link, vfs) = try inside.socket.virtualFunctions(ofPF: "a0")
        #expect(link.name == "a0")
        #expect(link.virtualFunctionCount == nil)
        #expect(vfs == [])
    }

    @Test func moveAndRenameInOneStep() throws {
        let home = try cable()
        let away = try TestNamespace()
        try home.ip("link property add dev a0 altname blue")
        try home.socket.moveLink(
            index: try home.link("a0").index, named: "a0", to: away.namespace, renamedTo: "net1")
        #expect(try home.socket.link(named: "a0") == nil)
        let moved = try away.link("net1")
        #expect(try away.show("net1")["ifindex"] as? Int == Int(moved.index))
        #expect(moved.alternativeNames == ["blue"])
        #expect(!moved.isUp)
    }

    @Test func moveToATakenNameLeavesTheLinkInOnePlace() throws {
        let home = try cable()
        let away = try TestNamespace()
        try away.ip("link add net1 type veth peer name other")
        let error = #expect(throws: NetlinkError.self) {
            try home.socket.moveLink(
                index: try home.link("a0").index, named: "a0", to: away.namespace,
                renamedTo: "net1")
        }
        #expect(error?.errno == .exists)
        let stayed = try home.socket.link(named: "a0") != nil
        let moved = try away.socket.link(named: "a0") != nil
        #expect(stayed != moved)
    }

    @Test func plainMoveToATakenNameDoesNotMove() throws {
        let home = try cable()
        let away = try TestNamespace()
        try away.ip("link add a0 type veth peer name other")
        let error = #expect(throws: NetlinkError.self) {
            try home.socket.moveLink(
                index: try home.link("a0").index, named: "a0", to: away.namespace, renamedTo: nil)
        }
        #expect(error?.errno == .exists)
        #expect(try home.socket.link(named: "a0") != nil)
    }

    @Test func manyThreadsShareOneSocket() throws {
        let inside = try cable()
        let names = Mutex<[String]>([])
        let index = try inside.link("a1").index
        let socket = inside.socket
        onThreads(8) {
            for _ in 0..<50 {
                let name = (try? socket.link(index: index))??.name ?? "failed"
                let count = (try? socket.links())?.count ?? -1
                names.withLock { $0.append("\(name) \(count)") }
            }
        }
        #expect(names.withLock { $0 } == [String](repeating: "a1 3", count: 400))
    }

    @Test func listsStayWholeWhileInterfacesComeAndGo() throws {
        let inside = try cable()
        // Enough that a list needs several datagrams, between which it can change.
        try inside.ip(
            "-batch -", lines: (0..<60).map { "link add v\($0) type veth peer name w\($0)" })
        let churn = (0..<15).map { _ in "link add x0 type veth peer name x1\nlink del x0" }
        let socket = inside.socket
        let finished = Atomic(false)
        let wrong = Mutex<[String]>([])
        try withThread {
            while !finished.load(ordering: .relaxed) {
                do {
                    let names = try socket.links().map(\.name.description)
                        .filter { !$0.hasPrefix("x") }
                    if names.count != 123 || Set(names).count != 123 {
                        wrong.withLock { $0.append("\(names.count) names") }
                    }
                } catch {
                    // Ten readings in a row that changed are told, not hidden.
                    if (error as? NetlinkError)?.errno != .interrupted {
                        wrong.withLock { $0.append("\(error)") }
                    }
                }
            }
        } during: {
            defer { finished.store(true, ordering: .relaxed) }
            try inside.ip("-batch -", lines: churn)
        }
        #expect(wrong.withLock { $0 } == [])
    }

    @Test func socketsAreCloseOnExec() throws {
        let socket = try NetlinkSocket(family: 0)
        let flags = try readTextFile(
            "/proc/self/fdinfo/\(socket.descriptor)", limit: 4096
        ).split(separator: "\n").first { $0.hasPrefix("flags:") }
        // O_CLOEXEC is 02000000, O_NONBLOCK 04000.
        #expect(flags?.split(separator: "\t").last == "02004002")
    }

    @Test func socketsAreClosedWithTheirOwners() throws {
        // libnl has 1024 ports for a process, and most shells allow as many descriptors.
        for _ in 0..<2000 { _ = try RouteSocket() }
    }

    @Test func devicesOfThisMachineWithoutDevlinkHaveNoMode() throws {
        let address = try #require(PCIAddress("ffff:ff:1f.7"))
        #expect(try Devlink().eswitchMode(of: address) == nil)
    }
}
