import Foundation
import LinuxSystem
import SRIOV
import Testing

/// The state file under several processes, and under processes that are killed.
@Suite final class StoreProcessTests {
    private let fixture: StoreFixture

    init() throws {
        fixture = try StoreFixture()
    }

    deinit {
        fixture.delete()
    }

    @Test func killedWriterLosesNothingThatItWasTold() async throws {
        var steps = 0
        var halfWritten = 0
        for kill in 0..<100 {
            // Each of the first calls by which SQLite changes files, half done and done.
            let (call, isDone) = (kill / 2 + 1, kill % 2 == 1)
            await #expect(processExitsWith: .signal(SIGKILL), "call \(call)") {
                [
                    path = fixture.path as String, directory = fixture.directory as String,
                    steps = steps as Int, call = call as Int, isDone = isDone as Bool
                ] in
                let told = try Descriptor(
                    opening: directory + "/told", flags: O_WRONLY | O_CREAT | O_TRUNC)
                let store = AttachmentStore(path: path, boot: StoreFixture.boot)
                DeathInSystemCall.arm(at: call, isDone: isDone)
                // A step takes several calls.
                for step in steps...steps + call {
                    try WriterScript.act(step, on: store)
                    try told.write([1], subject: "told")
                }
            }
            let names = try directoryNames(fixture.directory)
            if names.contains("state.db-journal"),
                try !fixture.bytes(of: "state.db-journal").isEmpty
            {
                halfWritten += 1
            }
            steps += try fixture.bytes(of: "told").count
            let found = try fixture.store.attachments()
            // The step at hand may have been taken without anybody being told.
            if found != (try WriterScript.records(after: steps)) { steps += 1 }
            let comment: Comment = "call \(call), \(isDone ? "done" : "half done")"
            #expect(found == (try WriterScript.records(after: steps)), comment)
            // The first ones may die before there is a file.
            let verdict = names.contains("state.db") ? try fixture.integrity() : "ok"
            #expect(verdict == "ok", comment)
        }
        // Otherwise the moments were not what this is about.
        #expect(steps > 20)
        #expect(halfWritten > 20)
    }

    @Test func oneOfManyProcessesGetsAVF() async throws {
        await withTaskGroup { group in
            for process in 1...6 {
                group.addTask { [path = fixture.path, directory = fixture.directory] in
                    await #expect(processExitsWith: .success) {
                        [
                            path = path as String, directory = directory as String,
                            process = process as Int
                        ] in
                        let store = AttachmentStore(path: path, boot: StoreFixture.boot)
                        let won = try Descriptor(
                            opening: "\(directory)/won-\(process)", flags: O_WRONLY | O_CREAT)
                        try StartLine(directory: directory, runners: 6).wait(as: process)
                        for number in 1...40 {
                            let own = try Attachment.sample(
                                number, container: "p\(process)-\(number)")
                            do {
                                try StoreFixture.whileBusy { try store.insert(own) }
                                try won.write([UInt8(number)], subject: "won")
                            } catch StoreError.conflict(let holder) {
                                try #require(holder.function == own.function)
                            }
                        }
                    }
                }
            }
        }
        var winners: [String] = []
        for process in 1...6 {
            winners += try fixture.bytes(of: "won-\(process)").map { "p\(process)-\($0)" }
        }
        let holders = try fixture.store.attachments().map(\.owner.container)
        #expect(holders.count == 40)
        #expect(holders.sorted() == winners.sorted())
    }

    @Test func processesWithVFsOfTheirOwnAllSucceedAndReadersSeeWholeRecords() async throws {
        await withTaskGroup { group in
            for process in 0..<6 {
                group.addTask { [path = fixture.path, directory = fixture.directory] in
                    await #expect(processExitsWith: .success) {
                        [
                            path = path as String, directory = directory as String,
                            process = process as Int
                        ] in
                        let line = StartLine(directory: directory, runners: 8)
                        try line.wait(as: process)
                        for number in process * 20 + 1...process * 20 + 20 {
                            // Every record by a connection of its own, as by one plugin each.
                            let store = AttachmentStore(path: path, boot: StoreFixture.boot)
                            var attachment = try Attachment.sample(number)
                            try StoreFixture.whileBusy { try store.insert(attachment) }
                            attachment.phase = .attached
                            try StoreFixture.whileBusy { try store.update(attachment) }
                            if number % 2 == 1 {
                                try StoreFixture.whileBusy { try store.remove(attachment) }
                            }
                        }
                        try line.cross(as: process)
                    }
                }
            }
            for reader in 6..<8 {
                group.addTask { [path = fixture.path, directory = fixture.directory] in
                    await #expect(processExitsWith: .success) {
                        [
                            path = path as String, directory = directory as String,
                            reader = reader as Int
                        ] in
                        let store = AttachmentStore(
                            path: path, boot: StoreFixture.boot,
                            access: reader == 6 ? .readOnly : .readWrite)
                        let line = StartLine(directory: directory, runners: 8)
                        try line.wait(as: reader)
                        let deadline = Deadline(after: .seconds(300))
                        while try line.crossed() < 6 && !deadline.hasPassed {
                            for found in try StoreFixture.whileBusy({ try store.attachments() }) {
                                var written = try Attachment.sample(found.index ?? -1)
                                written.phase = found.phase
                                try #require(found == written)
                            }
                        }
                    }
                }
            }
        }
        let left = try fixture.store.attachments()
        #expect(left.map(\.index) == (1...60).map { $0 * 2 })
        #expect(left.allSatisfy { $0.phase == .attached })
    }

    @Test func fileDoesNotGrowWithTheNumberOfTransactions() throws {
        for _ in 1...200 {
            // Each by a connection of its own, as by one plugin each.
            try fixture.store.insert(try .sample())
            try fixture.store.remove(try .sample())
        }
        let sizes = try ["state.db", "state.db-journal"].map { try fixture.bytes(of: $0).count }
        #expect(sizes.reduce(0, +) < 65536)
    }
}
