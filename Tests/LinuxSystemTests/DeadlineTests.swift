import LinuxSystem
import Testing

@Suite struct DeadlineTests {
    @Test func remainingTimeIsRoundedUpToMilliseconds() {
        let remaining = Deadline(after: .microseconds(500)).remainingMilliseconds
        #expect(remaining == 0 || remaining == 1)
        // Some of the hour has passed when it is asked, and how much is for the machine to say.
        let hour = Deadline(after: .seconds(3600)).remainingMilliseconds
        #expect((1_800_000...3_600_000).contains(hour))
    }

    @Test func aDeadlineInThePastHasPassed() {
        let deadline = Deadline(after: .seconds(-5))
        #expect(deadline.hasPassed)
        #expect(deadline.remainingMilliseconds == 0)
    }
}
