import CNIPlugin
import FrontEndSupport
import JSON
import SRIOV
import Testing

/// The front end's part of a record as text.
@Suite struct IPAMRecordTests {
    /// As the version wrote it that still encoded it with Foundation.
    private static let full =
        #"{"arguments":"IgnoreUnknown=1;K8S_POD_NAME=p","configuration":"{\"name\":\"a/b\"}\n","#
        + #""container":"c1","deviceInfoFile":"/run/d.json","interfaceName":"net1","#
        + #""namespacePath":"/run/netns/a","searchPath":"/opt/cni/bin:/usr/lib/cni","type":"host-local"}"#

    @Test func aRecordIsReadAndWrittenAsItWas() throws {
        let record = try IPAMRecord(parsing: Self.full)
        #expect(record.arguments == "IgnoreUnknown=1;K8S_POD_NAME=p")
        #expect(record.configuration == "{\"name\":\"a/b\"}\n")
        #expect(record.container == "c1")
        #expect(record.deviceInfoFile == "/run/d.json")
        #expect(record.interfaceName == "net1")
        #expect(record.namespacePath == "/run/netns/a")
        #expect(record.searchPath == "/opt/cni/bin:/usr/lib/cni")
        #expect(record.type == "host-local")
        #expect(record.encoded() == Self.full)
    }

    @Test func whatIsNilIsLeftOut() throws {
        let text =
            #"{"arguments":"","configuration":"","container":"c1","interfaceName":"net1","#
            + #""namespacePath":"","searchPath":""}"#
        let record = try IPAMRecord(parsing: text)
        #expect(record.type == nil && record.deviceInfoFile == nil)
        #expect(record.encoded() == text)
    }

    @Test(arguments: [
        (#""container":"c1""#, #""container":1"#, "container: must be a string, not a number"),
        (#""container":"c1","#, "", "container: is missing"),
    ])
    func whatIsWrongIsNamed(part: String, replacement: String, message: String) {
        let error = #expect(throws: JSONKeyError.self) {
            try IPAMRecord(parsing: Self.full.replacing(part, with: replacement))
        }
        #expect(error?.description == message)
    }
}
