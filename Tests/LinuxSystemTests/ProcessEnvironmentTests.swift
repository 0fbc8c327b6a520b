import Foundation
import LinuxSystem
import Testing

@Suite struct ProcessEnvironmentTests {
    @Test func itIsWhatFoundationReads() {
        #expect(processEnvironment() == ProcessInfo.processInfo.environment)
        #expect(processEnvironment()["PATH"]?.isEmpty == false)
    }
}
