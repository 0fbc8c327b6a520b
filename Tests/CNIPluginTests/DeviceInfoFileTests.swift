import CNI
import CNIPlugin
import Foundation
import FrontEndSupport
import JSON
import LinuxSystem
import SRIOV
import SimulatedHost
import Testing

/// `runtimeConfig.CNIDeviceInfoFile`: what Multus reads there after ADD.
@Suite struct DeviceInfoFileTests {
    private let fixture: PluginFixture
    /// Below two directories that do not exist.
    private let path: String

    init() throws {
        fixture = try PluginFixture()
        path = fixture.ipam.directory + "/devinfo/cni/c1-net1.json"
    }

    private func configuration(ipam: String = #"{"type":"scripted"}"#) -> String {
        fixture.configuration(
            #""runtimeConfig":{"CNIDeviceInfoFile":"\#(path)"}"#, ipam: ipam)
    }

    /// nil if there is no file.
    private var contents: String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }

    private func write(_ text: String) throws {
        try FileManager.default.createDirectory(
            atPath: fixture.ipam.directory + "/devinfo/cni", withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: path))
    }

    private var directoryNames: [String] {
        // A directory that is not there has no entries.
        (try? FileManager.default.contentsOfDirectory(
            atPath: fixture.ipam.directory + "/devinfo/cni")) ?? []
    }

    private let plain =
        #"{"pci":{"pci-address":"0000:01:10.0","pf-pci-address":"0000:01:00.0"},"#
        + #""type":"pci","version":"1.1.0"}"#

    @Test(arguments: [#"{"type":"scripted"}"#, "{}"])
    func addWritesItAndDelRemovesIt(ipam: String) throws {
        try fixture.add(configuration(ipam: ipam))
        #expect(contents == plain)
        #expect(directoryNames == ["c1-net1.json"])
        let status = fixture.call("DEL", configuration(ipam: ipam)).status
        #expect(status == 0)
        #expect(directoryNames == [])
        #expect(fixture.call("DEL", configuration(ipam: ipam)).status == 0)
    }

    @Test(arguments: [#"{"type":"scripted"}"#, "{}"])
    func delRemovesItAlsoIfTheRuntimeDoesNotNameItAnyMore(ipam: String) throws {
        try fixture.add(configuration(ipam: ipam))
        #expect(fixture.call("DEL", fixture.configuration(ipam: ipam)).status == 0)
        #expect(directoryNames == [])
    }

    @Test func representorAndRDMADeviceAreTold() throws {
        fixture.host.withKernel { kernel in
            let vf = SimulatedHost.vfAddress(0)
            kernel.vfs[vf]?.function.rdmaDevice = "mlx5_2"
            kernel.addRepresentor(ofVF: 0, of: SimulatedHost.pfAddress(), named: "eth3")
        }
        try fixture.add(configuration())
        #expect(
            contents == #"{"pci":{"pci-address":"0000:01:10.0","#
                + #""pf-pci-address":"0000:01:00.0","rdma-device":"mlx5_2","#
                + #""representor-device":"eth3"},"type":"pci","version":"1.1.0"}"#)
    }

    @Test func aFileOfTheDevicePluginIsCompleted() throws {
        try write(
            #"{"type":"pci","version":"1.0.0","pci":{"pci-address":"0000:01:10.0","#
                + #""vhost-net":"/dev/vhost-net"}}"#)
        try fixture.add(configuration())
        #expect(
            contents == #"{"pci":{"pci-address":"0000:01:10.0","#
                + #""pf-pci-address":"0000:01:00.0","vhost-net":"/dev/vhost-net"},"#
                + #""type":"pci","version":"1.1.0"}"#)
    }

    @Test func aFileOfAnotherTypeOfDeviceStays() throws {
        let vdpa = #"{"type":"vdpa","version":"1.1.0","vdpa":{"parent-device":"vdpa3"}}"#
        try write(vdpa)
        try fixture.add(configuration())
        #expect(contents == vdpa)
    }

    @Test func aFileThatHoldsSomethingElseIsRefusedAndNeverRemoved() throws {
        try write("root:x:0:0")
        let before = fixture.machine
        let answer = fixture.call("ADD", configuration())
        #expect(
            answer.output
                == (try errorDocument(
                    7,
                    "runtimeConfig.CNIDeviceInfoFile: \(path) cannot be written: there is a file that "
                        + "holds no device information")))
        #expect(fixture.machine == before)
        #expect(try fixture.store().attachments() == [])
        #expect(fixture.ipam.calls.last == "DEL c1 net1 /run/netns/c1 ")
        #expect(fixture.call("DEL", configuration()).status == 0)
        // Without an attachment nothing says that the file is ours.
        #expect(contents == "root:x:0:0")
    }

    @Test func aDirectoryThatCannotBeMadeIsAnErrorThatLeavesNothing() throws {
        let file = fixture.ipam.directory + "/devinfo"
        try Data().write(to: URL(filePath: file))
        let before = fixture.machine
        let answer = fixture.call("ADD", configuration())
        #expect(
            answer.output
                == (try errorDocument(
                    999,
                    "runtimeConfig.CNIDeviceInfoFile: \(path) cannot be written: open "
                        + "\(file): not a directory (ENOTDIR)")))
        #expect(fixture.machine == before)
        #expect(try fixture.store().attachments() == [])
        #expect(fixture.call("DEL", configuration()).status == 0)
    }

    @Test func aFIFOInItsPlaceHoldsNobodyUp() throws {
        try write("")
        try FileManager.default.removeItem(atPath: path)
        try systemCall("make FIFO", on: path) { mkfifo(path, 0o600) }
        #expect(fixture.call("ADD", configuration()).status == 1)
        #expect(fixture.call("DEL", configuration()).status == 0)
    }

    @Test func whoUndoesADeadWritersWorkRemovesTheFile() throws {
        try fixture.add(configuration())
        var record = try #require(try fixture.store().attachments().first)
        record.phase = .preparing
        try fixture.store().update(record)
        fixture.host.makeNamespace("/run/netns/c2")
        try fixture.add(nil, ["CNI_CONTAINERID": "c2", "CNI_NETNS": "/run/netns/c2"])
        #expect(directoryNames == [])
    }

    private func fails(_ path: String) throws -> String {
        let before = fixture.machine
        let input = fixture.configuration(#""runtimeConfig":{"CNIDeviceInfoFile":"\#(path)"}"#)
        let answer = fixture.call("ADD", input)
        #expect(answer.status == 1)
        #expect(fixture.machine == before)
        #expect(try fixture.store().attachments() == [])
        #expect(fixture.ipam.calls == [])
        #expect(fixture.call("DEL", input).status == 0)
        return answer.output
    }

    @Test(arguments: ["x.json", "devinfo/../x.json", "devinfo", "devinfo/a/../../x.json"])
    func aFileElsewhereIsRefusedBeforeAnythingIsDone(rest: String) throws {
        let path = "\(fixture.ipam.directory)/\(rest)"
        #expect(
            try fails(path)
                == (try errorDocument(
                    7,
                    "runtimeConfig.CNIDeviceInfoFile: \"\(path)\" is not the path of a file below "
                        + "\(fixture.ipam.directory)/devinfo")))
        #expect(!FileManager.default.fileExists(atPath: fixture.ipam.directory + "/devinfo"))
        #expect(!FileManager.default.fileExists(atPath: fixture.ipam.directory + "/x.json"))
    }

    @Test func withoutAConfigurationItIsTheDirectoryOfTheSpecification() throws {
        #expect(throws: JSONKeyError.self) {
            try DeviceInfoFile(
                "/var/run/k8s.cni.cncf.io/x", below: CNIConfiguration().deviceInfoDirectories)
        }
        for name in ["/run", "/var/run"] {
            let path = name + "/k8s.cni.cncf.io/devinfo/cni/x"
            let file = try DeviceInfoFile(path, below: CNIConfiguration().deviceInfoDirectories)
            #expect(file.path == path)
        }
    }

    /// Right in its shape, below the right directory, and of somebody else.
    @Test(arguments: [true, false])
    func delRemovesNothingOfOthers(hasAttachment: Bool) throws {
        let other = plain.replacingOccurrences(of: "10.0", with: "10.2")
        if hasAttachment { try fixture.add(fixture.configuration()) }
        try write(hasAttachment ? other : plain)
        #expect(fixture.call("DEL", configuration()).status == 0)
        #expect(contents == (hasAttachment ? other : plain))
        #expect(fixture.complaint == "")
    }

    /// As an imported one.
    @Test func delRemovesTheVFsFileThatItsRecordDoesNotName() throws {
        try fixture.add(fixture.configuration())
        try write(plain)
        #expect(fixture.call("DEL", configuration()).status == 0)
        #expect(directoryNames == [])
    }

    @Test func aRecordThatNamesAFileElsewhereHasItLeftAlone() throws {
        try fixture.add(configuration())
        let moved = fixture.ipam.directory + "/x.json"
        try FileManager.default.moveItem(atPath: path, toPath: moved)
        var record = try #require(try fixture.store().attachments().first)
        record.frontEndData = record.frontEndData?.replacingOccurrences(
            of: "/devinfo/cni/c1-net1.json", with: "/x.json")
        record.phase = .preparing
        try fixture.store().update(record)
        fixture.host.makeNamespace("/run/netns/c2")
        try fixture.add(nil, ["CNI_CONTAINERID": "c2", "CNI_NETNS": "/run/netns/c2"])
        #expect(FileManager.default.contents(atPath: moved) == Data(plain.utf8))
        #expect(fixture.complaint.contains("is not the path of a file below"))
    }

    @Test func whatADraftOfAnEarlierVersionWasLinkedToStays() throws {
        try write("")
        try FileManager.default.removeItem(atPath: path)
        let victim = fixture.ipam.directory + "/victim"
        try Data("root:x:0:0".utf8).write(to: URL(filePath: victim))
        try FileManager.default.linkItem(atPath: victim, toPath: path + ".vfmap")
        try fixture.add(configuration())
        #expect(contents == plain)
        #expect(FileManager.default.contents(atPath: victim) == Data("root:x:0:0".utf8))
        #expect(directoryNames.sorted() == ["c1-net1.json", "c1-net1.json.vfmap"])
    }
}
