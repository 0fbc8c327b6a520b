import CNIPlugin
import Foundation
import SRIOV
import SimulatedHost
import Testing

/// The IPAM plugins of the distribution, where they are installed.
@Suite(
    .enabled(
        if: FileManager.default.isExecutableFile(atPath: "/usr/lib/cni/host-local"),
        "needs containernetworking-plugins"))
struct DebianIPAMTests {
    @Test(arguments: ["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0"])
    func aLeaseIsTakenCheckedAndGivenBack(version: String) throws {
        let fixture = try PluginFixture()
        let leases = fixture.ipam.directory + "/leases"
        let ipam =
            #"{"type":"host-local","dataDir":"\#(leases)","#
            + #""ranges":[[{"subnet":"10.7.0.0/29"}],[{"subnet":"fd07::/64"}]],"#
            + #""routes":[{"dst":"0.0.0.0/0"}]}"#
        let path = ["CNI_PATH": "/usr/lib/cni"]
        let input = fixture.configuration(version: version, ipam: ipam)
        let output = try fixture.add(input, path)
        #expect(output.contains(#""10.7.0.2/29""#))
        #expect(output.contains(#""fd07::2/64""#))
        #expect(FileManager.default.fileExists(atPath: leases + "/sriov-net/10.7.0.2"))
        if version == "0.4.0" || version == "1.0.0" {
            let check = fixture.configuration(
                "\"prevResult\":\(output)", version: version, ipam: ipam)
            #expect(fixture.call("CHECK", check, path) == ("", 0))
        }
        #expect(fixture.call("DEL", input, path) == ("", 0))
        #expect(!FileManager.default.fileExists(atPath: leases + "/sriov-net/10.7.0.2"))
    }

    /// They do not speak 1.1.0, so they know neither GC nor STATUS.
    @Test func theyAreNoObstacleToGCAndTheReasonThatStatusFails() throws {
        let fixture = try PluginFixture()
        let leases = fixture.ipam.directory + "/leases"
        let ipam =
            #"{"type":"host-local","dataDir":"\#(leases)","ranges":[[{"subnet":"10.7.0.0/29"}]]}"#
        let variables = [
            "CNI_PATH": "/usr/lib/cni", "CNI_CONTAINERID": "", "CNI_NETNS": "", "CNI_IFNAME": "",
        ]
        try fixture.add(fixture.configuration(ipam: ipam), ["CNI_PATH": "/usr/lib/cni"])
        #expect(FileManager.default.fileExists(atPath: leases + "/sriov-net/10.7.0.2"))
        let input = fixture.configuration(
            #""cni.dev/valid-attachments":[]"#, version: "1.1.0", ipam: ipam)
        #expect(fixture.call("GC", input, variables) == ("", 0))
        #expect(!FileManager.default.fileExists(atPath: leases + "/sriov-net/10.7.0.2"))
        #expect(try fixture.store().attachments() == [])
        #expect(
            fixture.call("STATUS", input, variables).output
                == (try errorDocument(
                    50, "IPAM plugin host-local does not speak cniVersion 1.1.0", version: "1.1.0"))
        )
    }

    @Test func aFullRangeIsTheIPAMPluginsOwnError() throws {
        let fixture = try PluginFixture()
        let ipam =
            #"{"type":"host-local","dataDir":"\#(fixture.ipam.directory)/leases","#
            + #""ranges":[[{"subnet":"10.7.0.0/29","rangeStart":"10.7.0.2","rangeEnd":"10.7.0.2"}]]}"#
        let path = ["CNI_PATH": "/usr/lib/cni"]
        let before = fixture.machine
        try fixture.add(fixture.configuration(ipam: ipam), path)
        fixture.host.makeNamespace("/run/netns/c2")
        let second = fixture.call(
            "ADD", fixture.configuration(device: "0000:01:10.2", ipam: ipam),
            path.merging(["CNI_CONTAINERID": "c2", "CNI_NETNS": "/run/netns/c2"]) { $1 })
        #expect(second.status == 1)
        #expect(second.output.contains("no IP addresses available"), "\(second.output)")
        #expect(fixture.call("DEL", fixture.configuration(ipam: ipam), path).status == 0)
        var after = fixture.machine
        after.paths["/run/netns/c2"] = nil
        after.nextNamespace = before.nextNamespace
        #expect(after == before)
    }
}
