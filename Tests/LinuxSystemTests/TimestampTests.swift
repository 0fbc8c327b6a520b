import LinuxSystem
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"), (1_709_251_199, "2024-02-29T23:59:59Z"),
        (4_102_444_800, "2100-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"),
    ])
    func aMomentIsToldInUTC(seconds: Int, text: String) {
        #expect(timestamp(at: seconds) == text)
    }
}
