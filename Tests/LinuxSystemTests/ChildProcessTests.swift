import Foundation
import LinuxSystem
import Testing

@Suite struct ChildProcessTests {
    private func shell(_ script: String, environment: [String: String] = [:]) -> ChildProcess {
        var process = ChildProcess(executable: "/bin/sh", environment: environment)
        process.arguments = ["-c", script]
        return process
    }

    private let soon = Deadline(after: .seconds(120))

    @Test func bothStreamsAndTheStatusAreCollected() throws {
        let outcome = try shell("echo out; echo err >&2; exit 3").run(until: soon)
        #expect(outcome.ending == .exited(3))
        #expect(outcome.output == Array("out\n".utf8))
        #expect(outcome.errorOutput == Array("err\n".utf8))
    }

    @Test func aSignalIsTold() throws {
        let outcome = try shell("kill -9 $$").run(until: soon)
        #expect(outcome.ending == .killed(signal: 9))
    }

    @Test func theChildHasTheEnvironmentGivenAndNoOther() throws {
        var process = ChildProcess(executable: "/usr/bin/env", environment: ["A": "b=c", "D": ""])
        process.arguments = []
        let outcome = try process.run(until: soon)
        #expect(String(decoding: outcome.output, as: UTF8.self) == "A=b=c\nD=\n")
    }

    @Test func muchInputComesBackWhole() throws {
        var process = ChildProcess(executable: "/bin/cat", environment: [:])
        process.input = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0) }
        let outcome = try process.run(until: soon)
        #expect(outcome.output == process.input)
    }

    @Test func inputThatNobodyReadsIsNoFailure() throws {
        var process = shell("exit 0")
        process.input = [UInt8](repeating: 65, count: 1_000_000)
        #expect(try process.run(until: soon).ending == .exited(0))
    }

    @Test func aChildThatHangsIsKilledWithItsChildren() throws {
        let marker = "vfmap-test-\(UUID())"
        let begun = FileManager.default.temporaryDirectory.path + "/" + marker
        defer { unlink(begun) }
        // Again with more time, until the grandchild had begun when the deadline came.
        let times = [(300, "0.3"), (1000, "1.0"), (10_000, "10.0"), (60_000, "60.0")]
        for (milliseconds, seconds) in times where access(begun, F_OK) != 0 {
            let error = #expect(throws: ChildProcessError.self) {
                // The argument marks the grandchild among the processes of the machine.
                try shell("sh -c ': >\(begun); sleep 3600; : \(marker)' & sleep 3600").run(
                    until: Deadline(after: .milliseconds(milliseconds)))
            }
            #expect(
                error?.description
                    == "/bin/sh was killed after \(seconds) seconds: it did not end")
        }
        #expect(access(begun, F_OK) == 0)
        #expect(try waitUntilGone(marker))
    }

    @Test func aFloodOfOutputIsCutOffByKilling() throws {
        var process = shell("cat /dev/zero")
        process.outputLimit = 100_000
        let error = #expect(throws: ChildProcessError.self) { try process.run(until: soon) }
        #expect(error?.description == "/bin/sh was killed: it wrote more than 100000 bytes")
    }

    @Test func aFloodOfErrorOutputIsCutAndDoesNotBlock() throws {
        var process = shell("head -c 1000000 /dev/zero >&2; echo done")
        process.errorOutputLimit = 1000
        let outcome = try process.run(until: soon)
        #expect(outcome.errorOutput.count == 1000)
        #expect(outcome.output == Array("done\n".utf8))
    }

    @Test func whatTheChildLeavesRunningIsNotWaitedFor() throws {
        // Who waited for it would come to the deadline.
        let outcome = try shell("sleep 3600 & echo $!").run(until: soon)
        let process = try #require(
            Int32(String(decoding: outcome.output, as: UTF8.self).dropLast()))
        #expect(kill(process, SIGKILL) == 0)
    }

    @Test func aMissingProgramIsNamed() throws {
        let process = ChildProcess(executable: "/nonexistent/program", environment: [:])
        let error = #expect(throws: ChildProcessError.self) { try process.run(until: soon) }
        #expect(
            error?.description
                == "run /nonexistent/program: no such file or directory (ENOENT)")
    }

    /// A child that cannot become the program ends at once; who does not wait for it keeps a zombie.
    @Test func theChildOfAProgramThatCannotBeRunIsCollected() async {
        // A process of its own, which has no other children.
        await #expect(processExitsWith: .success) {
            let process = ChildProcess(executable: "/nonexistent/program", environment: [:])
            #expect(throws: ChildProcessError.self) {
                try process.run(until: Deadline(after: .seconds(120)))
            }
            #expect(waitpid(-1, nil, WNOHANG) == -1)
            #expect(errno == ECHILD)
        }
    }

    @Test func aChildThatWasKilledIsCollected() async {
        await #expect(processExitsWith: .success) {
            var process = ChildProcess(executable: "/bin/sh", environment: [:])
            process.arguments = ["-c", "sleep 3600"]
            #expect(throws: ChildProcessError.self) {
                try process.run(until: Deadline(after: .milliseconds(100)))
            }
            #expect(waitpid(-1, nil, WNOHANG) == -1)
            #expect(errno == ECHILD)
        }
    }

    @Test func aProgramStillBeingWrittenIsTriedAgain() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "vfmap-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: path) }  // A leftover fails no test.
        try FileManager.default.copyItem(atPath: "/bin/true", toPath: path)
        let writer = open(path, O_RDWR | O_CLOEXEC)
        try #require(writer >= 0)
        var process = ChildProcess(executable: path, environment: [:])
        process.writerAllowance = .seconds(120)
        // A thread of its own: the test blocks one of the few that tasks share. It closes the file at about the third
        // try, or before the first on a slow machine.
        let number = writer
        Thread.detachNewThread {
            usleep(100_000)
            close(number)
        }
        let outcome = try process.run(until: soon)
        #expect(outcome.ending == .exited(0))
    }

    @Test func onlyTheStandardStreamsAreInherited() throws {
        let lock = try Descriptor(opening: "/dev/null")
        let outcome = try shell("ls /proc/self/fd").run(until: soon)
        // The fourth is the directory that ls reads.
        #expect(String(decoding: outcome.output, as: UTF8.self) == "0\n1\n2\n3\n")
        withExtendedLifetime(lock.rawValue) {}
    }

    /// Whether no process has the marker in its arguments any more, within two minutes.
    private func waitUntilGone(_ marker: String) throws -> Bool {
        let deadline = Deadline(after: .seconds(120))
        while !deadline.hasPassed {
            let processes = try FileManager.default.contentsOfDirectory(atPath: "/proc")
            let found = processes.contains { name in
                // Processes that end meanwhile have no arguments to read.
                let arguments = try? Data(
                    contentsOf: URL(filePath: "/proc/\(name)/cmdline"))
                return arguments?.range(of: Data(marker.utf8)) != nil
            }
            if !found { return true }
            Thread.sleep(forTimeInterval: 0.1)
        }
        return false
    }
}

@Suite struct ExecutableSearchTests {
    private func makeDirectory() throws -> String {
        let directory = FileManager.default.temporaryDirectory.appending(path: "vfmap-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        return directory.path
    }

    @Test func theFirstExecutableFileIsFound() throws {
        let (first, second) = (try makeDirectory(), try makeDirectory())
        defer {
            for directory in [first, second] {
                try? FileManager.default.removeItem(atPath: directory)  // Fails no test.
            }
        }
        // A directory and a file that may not be executed have the name too.
        try FileManager.default.createDirectory(
            atPath: first + "/tool", withIntermediateDirectories: true)
        try Data().write(to: URL(filePath: second + "/plain"))
        try FileManager.default.createSymbolicLink(
            atPath: second + "/tool", withDestinationPath: "/bin/true")
        #expect(findExecutable(named: "tool", in: [first, "", second]) == second + "/tool")
        #expect(findExecutable(named: "plain", in: [first, second]) == nil)
        #expect(findExecutable(named: "missing", in: [first, second]) == nil)
    }

    @Test(arguments: ["", "/bin/true", "../bin/true", "..", "."])
    func aNameThatLeadsElsewhereIsNeverFound(name: String) {
        #expect(findExecutable(named: name, in: ["/usr", "/bin"]) == nil)
    }
}
