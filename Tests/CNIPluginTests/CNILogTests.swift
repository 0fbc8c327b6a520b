import CNIPlugin
import Foundation
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
                == #"level=warning msg="a \"b\"\nc\\d" container=c1 ifname="net 1""# + "\n")
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

    @Test func aFileIsAppendedToWithTheTime() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "vfmap-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: path) }  // A leftover fails no test.
        try Data("before\n".utf8).write(to: URL(filePath: path))
        let log = CNILog.writing(to: path, level: .info, context: CNILog.Context()) { _ in }
        log.error("one")
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[0] == "before")
        #expect(try #/time=[0-9T:-]+Z level=error msg="one"/#.wholeMatch(in: lines[1]) != nil)
    }

    @Test func aFileThatCannotBeWrittenFallsBackToStandardError() {
        let lines = Lines()
        let log = CNILog.writing(
            to: "/nonexistent/folder/log", level: .info, context: CNILog.Context(),
            writeError: lines.append)
        log.error("one")
        #expect(lines.value == "level=error msg=\"one\"\n")
    }
}
