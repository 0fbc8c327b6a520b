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
}
