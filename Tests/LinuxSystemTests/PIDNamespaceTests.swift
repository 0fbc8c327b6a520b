import Foundation
import Glibc
import LinuxSystem
import Testing

@Suite struct PIDNamespaceTests {
    @Test func theKernelNamesItByTheInode() throws {
        let link = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")
        #expect(try PIDNamespace.isInitial() == (link == "pid:[4026531836]"))
    }

    @Test(.enabled(if: geteuid() == 0, "needs root")) func aContainersIsNotTheInitialOne() throws {
        // The child is in the new namespace; its file is looked at while it waits for its standard input to end.
        let child = Process()
        let input = Pipe()
        let output = Pipe()
        child.executableURL = URL(filePath: "/usr/bin/unshare")
        child.arguments = ["--pid", "sh", "-c", "sh -c 'echo; read _'; exit"]
        child.standardInput = input
        child.standardOutput = output
        try child.run()
        defer { child.waitUntilExit() }
        defer { try? input.fileHandleForWriting.close() }  // It may have ended already.
        _ = output.fileHandleForReading.readData(ofLength: 1)
        let path = "/proc/\(child.processIdentifier)/ns/pid_for_children"
        #expect(try !PIDNamespace.isInitial(path))
    }

    @Test func whatIsNotThereIsAnError() {
        #expect(throws: SystemCallError.self) { try PIDNamespace.isInitial("/proc/self/ns/none") }
    }
}
