import Foundation
import LinuxSystem
import Synchronization
import Testing

@Suite struct FileLockTests {
    private let path = FileManager.default.temporaryDirectory.path + "/vfmap-\(UUID()).lock"

    private func isFree() -> Bool {
        (try? FileLock(path: path, mode: .exclusive, deadline: Deadline(after: .zero))) != nil
    }

    @Test func anExclusiveLockKeepsOthersOut() throws {
        defer { unlink(path) }
        let lock = try FileLock(path: path, mode: .exclusive, deadline: Deadline(after: .zero))
        withExtendedLifetime(lock) { #expect(!isFree()) }
    }

    /// As between fork(2) and exec(2) of a child that another thread starts.
    @Test func aLockEndsWithItsHolderAlthoughItsDescriptorWasCopied() throws {
        defer { unlink(path) }
        var lock: FileLock? = try FileLock(
            path: path, mode: .exclusive, deadline: Deadline(after: .zero))
        let number = try #require(
            FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap {
                Int32($0)
            }
            .first {
                (try? FileManager.default.destinationOfSymbolicLink(
                    atPath: "/proc/self/fd/\($0)")) == path
            })
        let copy = dup(number)
        defer { close(copy) }
        withExtendedLifetime(lock) {}
        lock = nil
        #expect(isFree())
    }

    // MARK: The gate

    private func isFreeToShare(_ mode: FileLock.Mode = .shared, _ path: String? = nil) -> Bool {
        (try? FileLock(path: path ?? self.path, mode: mode, deadline: Deadline(after: .zero)))
            != nil
    }

    /// A thread that waits for the exclusive lock.
    private func waiter(
        _ allowance: Duration = .seconds(300), then work: @escaping @Sendable (FileLock?) -> Void
    ) -> DispatchSemaphore {
        let end = DispatchSemaphore(value: 0)
        Thread { [path] in
            work(try? FileLock(path: path, mode: .exclusive, deadline: Deadline(after: allowance)))
            end.signal()
        }.start()
        return end
    }

    private struct NobodyWaits: Error {}

    /// Returns when somebody waits for the exclusive lock.
    private func awaitWaiter() throws {
        let deadline = Deadline(after: .seconds(60))
        while isFreeToShare() {
            if deadline.hasPassed { throw NobodyWaits() }
            sched_yield()
        }
    }

    /// Two holders at least at any time, unless a third is kept out: who waits for the lock alone gets it.
    @Test func holdersThatFollowOneAnotherWithoutAGapLetTheOneInThatWaits() {
        defer { unlink(path) }
        struct State {
            var holders = 0
            var refusals = 0
            var isOver = false
        }
        let state = Mutex(State())
        let path = path
        @Sendable func share() {
            while !state.withLock({ $0.isOver }) {
                let lock = try? FileLock(
                    path: path, mode: .shared, deadline: Deadline(after: .zero))
                guard let lock else {
                    state.withLock { $0.refusals += 1 }
                    sched_yield()
                    continue
                }
                let refusals = state.withLock { state in
                    state.holders += 1
                    return state.refusals
                }
                withExtendedLifetime(lock) {
                    while true {
                        let mayGo = state.withLock { state in
                            let mayGo =
                                state.holders > 1 || state.refusals > refusals || state.isOver
                            if mayGo { state.holders -= 1 }
                            return mayGo
                        }
                        if mayGo { break }
                        sched_yield()
                    }
                }
            }
        }
        let ends = (0..<3).map { _ in
            let end = DispatchSemaphore(value: 0)
            Thread {
                share()
                end.signal()
            }.start()
            return end
        }
        while state.withLock({ $0.holders }) == 0 { sched_yield() }
        let lock = try? FileLock(
            path: path, mode: .exclusive, deadline: Deadline(after: .seconds(20)))
        #expect(lock != nil)
        withExtendedLifetime(lock) { state.withLock { $0.isOver = true } }
        for end in ends { end.wait() }
    }

    @Test func nobodyPassesWhoWaitsAndEverybodyDoesAfterwards() throws {
        defer {
            unlink(path)
            unlink(path + "-other")
        }
        var shared: FileLock? = try FileLock(
            path: path, mode: .shared, deadline: Deadline(after: .zero))
        #expect(isFreeToShare())
        let end = waiter { lock in withExtendedLifetime(lock) {} }
        try awaitWaiter()
        #expect(!isFreeToShare())
        // For who has it already nobody is to wait; nor for a lock on another file.
        #expect(isFreeToShare(.sharedOnceMore))
        #expect(isFreeToShare(.shared, path + "-other"))
        withExtendedLifetime(shared) {}
        shared = nil
        end.wait()
        #expect(isFreeToShare())
        #expect(isFree())
    }

    @Test func whoGivesUpWaitingHoldsNobodyUp() throws {
        defer { unlink(path) }
        let shared = try FileLock(path: path, mode: .shared, deadline: Deadline(after: .zero))
        withExtendedLifetime(shared) {
            for deadline in [Deadline(after: .zero), Deadline(after: .milliseconds(5))] {
                let error = #expect(throws: SystemCallError.self) {
                    try FileLock(path: path, mode: .exclusive, deadline: deadline)
                }
                #expect(error?.errno == .wouldBlock)
                #expect(isFreeToShare())
            }
            // A shared lock has its deadline before the gate as before the lock.
            let isRefused = Mutex(false)
            let end = waiter(.milliseconds(50)) { _ in }
            while !isRefused.withLock({ $0 }) {
                let lock = try? FileLock(
                    path: path, mode: .shared, deadline: Deadline(after: .milliseconds(1)))
                if lock == nil { isRefused.withLock { $0 = true } }
                if end.wait(timeout: .now()) == .success { break }
            }
            #expect(isRefused.withLock { $0 })
        }
    }

    @Test func severalThatWaitComeOneByOne() throws {
        defer { unlink(path) }
        var shared: FileLock? = try FileLock(
            path: path, mode: .shared, deadline: Deadline(after: .zero))
        let held = Mutex((now: 0, most: 0, total: 0))
        let ends = (0..<3).map { _ in
            waiter { lock in
                guard let lock else { return }
                held.withLock { held in
                    held.now += 1
                    held.most = max(held.most, held.now)
                    held.total += 1
                }
                sched_yield()
                held.withLock { $0.now -= 1 }
                withExtendedLifetime(lock) {}
            }
        }
        try awaitWaiter()
        withExtendedLifetime(shared) {}
        shared = nil
        for end in ends { end.wait() }
        #expect(held.withLock { $0.most } == 1)
        #expect(held.withLock { $0.total } == 3)
        #expect(isFreeToShare())
    }

    @Test func aWaiterThatDiesHoldsNobodyUp() async throws {
        defer { unlink(path) }
        let shared = try FileLock(path: path, mode: .shared, deadline: Deadline(after: .zero))
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            Thread {
                _ = try? FileLock(
                    path: path, mode: .exclusive, deadline: Deadline(after: .seconds(300)))
            }.start()
            let deadline = Deadline(after: .seconds(60))
            while (try? FileLock(path: path, mode: .shared, deadline: Deadline(after: .zero)))
                != nil, !deadline.hasPassed
            { sched_yield() }
            try #require(!deadline.hasPassed)
            kill(getpid(), SIGKILL)
        }
        withExtendedLifetime(shared) { #expect(isFreeToShare()) }
    }
}
