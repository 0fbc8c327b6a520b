/// The time of a command that goes on for some time.
package struct Ticker {
    /// Seconds since some moment; never goes back.
    package let now: () -> Double

    /// Waits for so many seconds; false if the program is asked to end.
    package let wait: (Double) throws -> Bool

    package init(now: @escaping () -> Double, wait: @escaping (Double) throws -> Bool) {
        self.now = now
        self.wait = wait
    }
}
