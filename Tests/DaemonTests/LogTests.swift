import Daemon
import DaemonInterface
import Glibc
import Logging
import Testing

@Suite struct LogTests {
    @Test(arguments: [
        (Logger.Level.info, "ready", [:], "info ready"),
        (.warning, "call failed", ["b": "2", "a": "1"], "warning call failed a=1 b=2"),
        (.error, "x", ["a": "two words"], #"error x a="two words""#),
        (.error, "x", ["a": ""], #"error x a="""#),
        (.error, "x", ["a": #"say "no" \"#], #"error x a="say \"no\" \\""#),
        (.error, "x", ["a": "k=v"], #"error x a="k=v""#),
        (.critical, "a\nb\u{1b}[2J", ["a": "c\nd\u{7}"], #"critical a\nb?[2J a="c\nd?""#),
    ])
    func anEventIsALine(
        level: Logger.Level, message: String, fields: [String: String], line: String
    ) {
        #expect(LogLine.text(level, message, fields.mapValues { "\($0)" }) == line)
    }

    @Test func anEventAsJSON() {
        #expect(
            LogLine.json(.info, "start", ["a": "/x \"y\""], time: "2026-01-02T03:04:05.006Z")
                == #"{"fields":{"a":"/x \"y\""},"level":"info","message":"start","#
                + #""time":"2026-01-02T03:04:05.006Z"}"#)
    }

    @Test(arguments: [
        (timespec(tv_sec: 0, tv_nsec: 0), "1970-01-01T00:00:00.000Z"),
        (timespec(tv_sec: 1_795_564_911, tv_nsec: 42_999_999), "2026-11-25T00:01:51.042Z"),
    ])
    func timesAreInUTC(time: timespec, text: String) {
        #expect(LogLine.timestamp(time) == text)
    }

    @Test func prioritiesAreThoseOfSyslog() {
        #expect(
            Logger.Level.allCases.map { LogLine.priority(of: $0) } == [7, 7, 6, 5, 4, 3, 2])
    }

    @Test func theJournalIsKnownByItsStream() throws {
        var status = stat()
        fstat(2, &status)
        let own = "\(status.st_dev):\(status.st_ino)"
        #expect(LineLogHandler.prefix(environment: ["JOURNAL_STREAM": own]) == .priority)
        #expect(LineLogHandler.prefix(environment: ["JOURNAL_STREAM": "8:1"]) == .time)
        #expect(LineLogHandler.prefix(environment: ["JOURNAL_STREAM": "x"]) == .time)
        #expect(LineLogHandler.prefix(environment: [:]) == .time)
    }

    @Test func theLastTwentyFailuresAreRemembered() {
        let lines = LogLines()
        let log = lines.log()
        for number in 0..<25 { log.failure(.warning, "failure", ["n": "\(number)"]) }
        #expect(log.recentFailures.map(\.text) == (5..<25).map { "failure n=\($0)" })
        #expect(lines.all.count == 25)
        log.failure(.error, String(repeating: "a", count: 5000))
        #expect(log.recentFailures.last?.text.count == 1000)
    }

    /// A character may have any number of combining marks.
    @Test func anEventIsShortWhateverItQuotes() throws {
        let long = "e" + String(repeating: "\u{301}", count: 200_000)
        let lines = LogLines()
        let log = lines.log()
        log.failure(.error, long, ["a": "\(long)"])
        #expect(try #require(lines.all.first).utf8.count < 20_000)
        #expect(try #require(log.recentFailures.last).text.utf8.count <= 1000)
    }
}
