import AdminTool
import FrontEndSupport
import Glibc
import LinuxSystem
import SQLite
import SRIOV
import SimulatedHost
import Testing

/// What users without root's rights see: the hardware, and on standard error what they do not see.
@Suite(.enabled(if: geteuid() == 0, "needs root to give up its rights"))
struct UnprivilegedListTests {
    /// Runs a command as nobody, in a process that a test made for this, with one of two VFs attached.
    private static func runAsNobody(
        _ arguments: String..., prepare: (AdminFixture) throws -> Void = { _ in }
    ) throws -> (AdminFixture.Run, String) {
        try AdminFixture.with { fixture in
            let attach = fixture.run("attach", "0000:01:10.0", "--netns", "blue")
            try #require(attach.status == .success)
            try prepare(fixture)
            try systemCall("open the directory", on: fixture.directory) {
                chmod(fixture.directory, 0o755)
            }
            try systemCall("change group", on: "") { setegid(65534) }
            try systemCall("change user", on: "") { seteuid(65534) }
            defer {
                seteuid(0)
                setegid(0)
            }
            return (fixture.run(arguments, isPrivileged: false), fixture.statePath)
        }
    }

    @Test func listShowsTheHardwareAndSaysThatOwnersAreNotKnown() async {
        await #expect(processExitsWith: .success) {
            let (run, path) = try UnprivilegedListTests.runAsNobody("list")
            try #require(
                run.output == """
                    VF            PF   #  DRIVER  INTERFACE  MAC                VLAN  STATE    OWNER
                    0000:01:10.0  pf0  0  igbvf   net1       02:00:01:00:00:00  -     unknown  -
                    0000:01:10.2  pf0  1  igbvf   pf0v1      02:00:01:00:00:01  -     unknown  -

                    """)
            try #require(
                run.errors == [
                    "vfmap: owners are not known: state file \(path): permission denied (EACCES)"
                ])
            try #require(run.status == .success)
        }
    }

    /// A file that everybody may read, as an earlier version left it.
    @Test func listOfAnEarlierVersionsFileSaysWhatUpgradesIt() async {
        await #expect(processExitsWith: .success) {
            let (run, path) = try UnprivilegedListTests.runAsNobody("list") { fixture in
                unlink(fixture.statePath)
                mknod(fixture.statePath, S_IFREG | 0o644, 0)
                let database = try SQLiteDatabase(path: fixture.statePath, access: .readWrite)
                for statement in StateSchema.current.steps.prefix(2).joined() {
                    try database.execute(statement)
                }
                try database.execute("PRAGMA application_id = \(StateSchema.applicationID)")
                try database.execute("PRAGMA user_version = 2")
            }
            try #require(
                run.errors == [
                    "vfmap: owners are not known: state file \(path): written by an earlier "
                        + "version (schema 2, this program reads 3); any vfmap command run as root "
                        + "upgrades it"
                ])
            try #require(run.output.contains("0000:01:10.0  pf0  0  igbvf   net1"))
            try #require(run.status == .success)
        }
    }

    @Test func showShowsTheHardwareAndSaysThatOwnersAreNotKnown() async {
        await #expect(processExitsWith: .success) {
            let (run, path) = try UnprivilegedListTests.runAsNobody("show", "0000:01:10.0")
            try #require(run.output.contains("state:               unknown\n"))
            try #require(!run.output.contains("owner:"))
            try #require(
                run.errors == [
                    "vfmap: owners are not known: state file \(path): permission denied (EACCES)"
                ])
            try #require(run.status == .success)
        }
    }

    @Test func exportIsRefused() async {
        await #expect(processExitsWith: .success) {
            let (run, path) = try UnprivilegedListTests.runAsNobody("state", "export")
            try #require(
                run.errors == [
                    "vfmap: state export: state file \(path): permission denied (EACCES)"
                ])
            try #require(run.output == "")
            try #require(run.status == .notPermitted)
        }
    }
}
