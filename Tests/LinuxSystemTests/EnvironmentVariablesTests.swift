import Glibc
import LinuxSystem
import Testing

@Suite struct EnvironmentVariablesTests {
    @Test func thoseOfTheProcessAreFoundOneByOneAndAllTogether() throws {
        let path = try #require(EnvironmentVariables.process["PATH"])
        #expect(path == String(cString: getenv("PATH")))
        #expect(EnvironmentVariables.process.all["PATH"] == path)
        #expect(EnvironmentVariables.process.all == processEnvironment())
        #expect(EnvironmentVariables.process["VFMAP_NOTHING_OF_THIS_NAME"] == nil)
    }

    @Test func emptyIsNotMissing() {
        let variables = EnvironmentVariables.other(["A": "", "B": "b"])
        #expect(variables["A"] == "")
        #expect(variables.nonEmpty("A") == nil)
        #expect(variables.nonEmpty("B") == "b")
        #expect(variables["C"] == nil)
        #expect(variables.all == ["A": "", "B": "b"])
    }

    @Test func aChildHasNothingThatIsMeantForThisProcess() {
        let kept = ["PATH": "/bin", "HOME": "/", "CNI_PATH": "/c", "LISTENER": "", "NOTIFY": "x"]
        let dropped = [
            "NOTIFY_SOCKET": "@x", "LISTEN_FDS": "1", "LISTEN_PID": "2", "LISTEN_FDNAMES": "a",
            "WATCHDOG_USEC": "1", "WATCHDOG_PID": "1", "JOURNAL_STREAM": "8:1",
            "INVOCATION_ID": "a", "VFMAP_STATE": "/s", "VFMAP_ANYTHING": "",
            "CREDENTIALS_DIRECTORY": "/run/c", "RUNTIME_DIRECTORY": "/run/vfmap",
            "MEMORY_PRESSURE_WATCH": "/x", "SYSTEMD_EXEC_PID": "1",
        ]
        let variables = EnvironmentVariables.other(kept.merging(dropped) { $1 })
        #expect(variables.forChildren == kept)
    }
}
