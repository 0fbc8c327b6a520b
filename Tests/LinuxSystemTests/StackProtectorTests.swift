import Foundation
import Testing

private let object = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: ".build/debug/CLinuxShim.build/linux_shim.c.o")

/// How the C parts were compiled. The rest of it is seen in the finished programs, by packaging/check-deb.sh; this is not,
/// for Swift's own runtime refers to the symbol too.
@Suite struct StackProtectorTests {
    @Test(
        .enabled(
            if: FileManager.default.fileExists(atPath: object.path), "needs a build of this source")
    )
    func functionsWithBuffersCheckTheirStack() throws {
        #expect(try Data(contentsOf: object).range(of: Data("__stack_chk_fail".utf8)) != nil)
    }
}
