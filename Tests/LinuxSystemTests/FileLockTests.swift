import Foundation
import LinuxSystem
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
}
