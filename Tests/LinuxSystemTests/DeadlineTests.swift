import LinuxSystem
import Testing

@Suite struct DeadlineTests {
    @Test func remainingTimeIsRoundedUpToMilliseconds() {
        let remaining = Deadline(after: .microseconds(500)).remainingMilliseconds
        #expect(remaining == 0 || remaining == 1)
        #expect(Deadline(after: .seconds(3600)).remainingMilliseconds > 3_599_000)
    }

    @Test func aDeadlineInThePastHasPassed() {
        let deadline = Deadline(after: .seconds(-5))
        #expect(deadline.hasPassed)
        #expect(deadline.remainingMilliseconds == 0)
    }
}
