import CNI
import CNIPlugin
import SRIOV
import Testing

/// The time of an ADD is bounded well below the minute after which runtimes kill it.
@Suite struct AddBudgetTests {
    @Test func theIPAMPluginGetsWhatTheWayBackDoesNotNeed() throws {
        #expect(try AddBudget.limit(remaining: .seconds(50)) == .seconds(34))
        #expect(try AddBudget.limit(remaining: .seconds(20)) == .seconds(4))
        #expect(try AddBudget.limit(remaining: .seconds(18)) == .seconds(2))
    }

    @Test func withTooLittleTimeLeftItIsNotAsked() {
        let error = #expect(throws: CNIError.self) {
            try AddBudget.limit(remaining: .milliseconds(17_900))
        }
        #expect(
            error
                == CNIError(
                    .tryAgainLater,
                    "waiting for others took 32.1 seconds, which leaves no time for the IPAM plugin"
                ))
    }

    /// Everything that is waited for before the IPAM plugin is asked: a lock; for a VF that a dead writer or a
    /// vanished container left behind, the DEL of its IPAM plugin and the VF's return.
    @Test func theWaitsBeforeItAddUpToLessThanTheWhole() {
        let waits =
            Timeouts().lock + IPAMDelegate.Timeouts().delete + Timeouts().returnOfInterface
        #expect(waits == .seconds(45))
        #expect(waits < AddBudget.total)
    }

    /// What follows if it is asked at the last moment, and fails at the last moment.
    @Test func theWayBackFitsIntoItsShare() {
        #expect(IPAMDelegate.Timeouts().delete + .seconds(5) < AddBudget.rollbackReserve)
        #expect(AddBudget.total == .seconds(50))
    }
}
