import CNIPlugin
import Foundation
import FrontEndSupport
import JSON
import LinuxSystem
import SRIOV
import Synchronization
import Testing

@Suite struct CNILogTests {
    private final class Lines: Sendable {
        let text = Mutex("")
        var value: String { text.withLock { $0 } }
        func append(_ more: String) { text.withLock { $0 += more } }
    }

    private let context = CNILog.Context(container: "c1", interfaceName: "net 1")

    @Test func aMessageIsOneLine() {
        let lines = Lines()
        let log = CNILog.writing(
            to: nil, level: .info, context: context, writeError: lines.append)
        log.warning("a \"b\"\nc\\d\u{1b}")
        log.debug("dropped")
        #expect(
            lines.value
                == #"level=warning msg="a \"b\"\nc\\d\u{1b}" container=c1 ifname="net 1""# + "\n")
    }

    @Test(arguments: [
        ("panic", 0), ("error", 1), ("WARNING", 2), ("info", 2), ("debug", 3),
    ])
    func theLevelDecidesWhatIsWritten(word: String, count: Int) throws {
        let lines = Lines()
        let level = try #require(CNILog.Level(word))
        let log = CNILog.writing(
            to: nil, level: level, context: CNILog.Context(), writeError: lines.append)
        log.error("e")
        log.warning("w")
        log.debug("d")
        #expect(lines.value.split(separator: "\n").count == count)
    }

    /// What a shell or a terminal would take for more than text, in a message and in a value.
    @Test(arguments: [
        ("$(id)", #""\$(id)""#), ("`id`", #""\`id\`""#), ("a;b", #""a;b""#), ("a&b", #""a&b""#),
        ("a>b", #""a>b""#), ("'", #""'""#), ("a\nb", #""a\nb""#), ("a\rb", #""a\rb""#),
        ("a\u{9b}b", #""a\u{9b}b""#), ("a\u{7f}", #""a\u{7f}""#), ("a\u{0}", #""a\u{0}""#),
        ("\u{202e}a\u{2066}", #""\u{202e}a\u{2066}""#), ("\u{200f}", #""\u{200f}""#),
        ("\u{2028}", #""\u{2028}""#), ("é", #""é""#), (#"a"b\"#, #""a\"b\\""#),
    ])
    func nothingButTextIsLeftOfWhatItIsGiven(text: String, quoted: String) {
        let lines = Lines()
        let log = CNILog.writing(
            to: nil, level: .info, context: CNILog.Context(namespacePath: text),
            writeError: lines.append)
        log.error(text)
        #expect(lines.value == "level=error msg=\(quoted) netns=\(quoted)\n")
    }

    /// A line as a command of a shell does nothing but set variables.
    @Test func aShellRunsNothingOfALine() throws {
        let lines = Lines()
        let text = "x$(echo RUN)`echo RUN`\" ; echo RUN; \"'\necho RUN\n# ${HOME} \\"
        let log = CNILog.writing(
            to: nil, level: .info, context: CNILog.Context(container: text, namespacePath: text),
            writeError: lines.append)
        log.error(text)
        var shell = ChildProcess(executable: "/bin/sh", environment: ["PATH": "/usr/bin:/bin"])
        shell.input = Array(lines.value.utf8)
        let outcome = try shell.run(until: Deadline(after: .seconds(60)))
        #expect(outcome.output == [])
        #expect(outcome.errorOutput == [])
    }

    @Test func aFileIsAppendedToWithTheTime() throws {
        let directory = FileManager.default.temporaryDirectory.path
        let path = "\(directory)/vfmap-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: path) }  // A leftover fails no test.
        try Data("before\n".utf8).write(to: URL(filePath: path))
        let log = CNILog.writing(
            to: try CNILogFile(path, below: directory), level: .info, context: CNILog.Context()
        ) { _ in }
        log.error("one")
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[0] == "before")
        #expect(try #/time=[0-9T:-]+Z level=error msg="one"/#.wholeMatch(in: lines[1]) != nil)
    }

    @Test func aFileThatCannotBeWrittenFallsBackToStandardError() throws {
        let lines = Lines()
        let log = CNILog.writing(
            to: try CNILogFile("/nonexistent/log", below: "/nonexistent"), level: .info,
            context: CNILog.Context(), writeError: lines.append)
        log.error("one")
        #expect(
            lines.value
                == #"level=warning msg="logFile: open /nonexistent: no such file or directory "#
                + #"(ENOENT), using standard error""# + "\nlevel=error msg=\"one\"\n")
        #expect(!FileManager.default.fileExists(atPath: "/nonexistent"))
    }

    @Test(arguments: [
        "/etc/profile.d/x.sh", "x.log", "/var/log/vfmap/../x", "/var/log/vfmap", "/var/log/vfmapx",
    ])
    func aFileElsewhereIsRefused(path: String) {
        #expect(throws: JSONKeyError.self) {
            try CNILogFile(path, below: CNIConfiguration.defaultLogDirectory)
        }
    }

    /// Names that a network's author chooses, with the file system as it was afterwards.
    @Test(arguments: ["elsewhere/x.sh", "log/../elsewhere/x.sh", "log/link/x.sh", "log/linked"])
    func anAddGoesOnWithoutALogElsewhere(rest: String) throws {
        let fixture = try PluginFixture()
        let files = FileManager.default
        let directory = fixture.ipam.directory
        for name in ["log", "elsewhere"] {
            try files.createDirectory(
                atPath: "\(directory)/\(name)", withIntermediateDirectories: false)
        }
        try files.createSymbolicLink(
            atPath: directory + "/log/link", withDestinationPath: directory + "/elsewhere")
        try files.createSymbolicLink(
            atPath: directory + "/log/linked", withDestinationPath: directory + "/elsewhere/x.sh")
        try Data(#"{"cni":{"logDirectory":"\#(directory)/log"}}"#.utf8)
            .write(to: URL(filePath: fixture.configurationPath))
        try fixture.add(
            fixture.configuration(
                #""logLevel":"debug","announce":false,"logFile":"\#(directory)/\#(rest)""#))
        #expect(fixture.complaint.contains("level=warning msg=\"logFile: "))
        #expect(fixture.complaint.contains("level=debug msg="))
        #expect(try files.contentsOfDirectory(atPath: directory + "/elsewhere") == [])
        #expect(
            try files.contentsOfDirectory(atPath: directory + "/log").sorted() == [
                "link", "linked",
            ])
    }

    @Test func aConfigurationFileThatIsWrongAllowsNoLogFile() throws {
        let fixture = try PluginFixture()
        try Data("{".utf8).write(to: URL(filePath: fixture.configurationPath))
        let path = fixture.ipam.directory + "/log"
        try fixture.add(fixture.configuration(#""logLevel":"debug","logFile":"\#(path)""#))
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(
            fixture.complaint.contains("level=warning msg=\"\(fixture.configurationPath): is not"))
    }
}
