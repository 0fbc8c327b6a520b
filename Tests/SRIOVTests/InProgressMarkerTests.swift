import FrontEndSupport
import Glibc
import LinuxSystem
import Netlink
import SQLite
import SRIOV
import SimulatedHost
import Testing

/// Notes of what is under way: whoever opens the state file sees the phase that they tell of.
@Suite final class InProgressMarkerTests {
    private let fixture: StoreFixture

    init() throws {
        fixture = try StoreFixture()
    }

    deinit {
        fixture.delete()
    }

    private var notes: String { fixture.path + "-work" }

    private func note(_ attachment: Attachment) throws -> String? {
        try linkText("\(notes)/\(attachment.function)")
    }

    /// The phase in the state file itself.
    private func rowPhase() throws -> String {
        let database = try SQLiteDatabase(path: fixture.path, access: .readOnly)
        var statement = try database.prepare("SELECT phase FROM attachments")
        return try statement.step() ? statement.text(0) : ""
    }

    private func phase(of attachment: Attachment) throws -> AttachmentPhase? {
        try fixture.store.attachment(of: attachment.function)?.phase
    }

    @Test func unfinishedWorkIsSeenByAllAndSettledWithoutATransaction() throws {
        let attachment = try Attachment.sample()
        try fixture.store.insert(attachment, becoming: .attached)
        #expect(try fixture.store.attachment(of: attachment.owner) == attachment)
        #expect(try fixture.store.attachments() == [attachment])
        #expect(try rowPhase() == "attached")
        #expect(try fixture.store.export().contains(#""phase" : "preparing""#))
        let before = try fixture.bytes()

        try fixture.store.commit(attachment)
        #expect(try phase(of: attachment) == .attached)
        #expect(try fixture.bytes() == before)
        #expect(try note(attachment) == nil)
    }

    @Test func detachingIsNotedUntilTheRecordGoes() throws {
        var attachment = try Attachment.sample()
        attachment.phase = .attached
        try fixture.store.insert(attachment)
        try fixture.store.note(.detaching, of: attachment)
        #expect(try phase(of: attachment) == .detaching)
        try fixture.store.remove(attachment)
        #expect(try phase(of: attachment) == nil)
        #expect(try directoryNames(notes) == [])
    }

    @Test func anUpdateSaysWhereItIsAtRest() throws {
        var attachment = try Attachment.sample()
        try fixture.store.insert(attachment, becoming: .attached)
        try fixture.store.note(.detaching, of: attachment)
        attachment.phase = .restoring
        try fixture.store.update(attachment)
        #expect(try fixture.store.attachments() == [attachment])
        #expect(try directoryNames(notes) == [])
    }

    @Test func aNoteIsReplacedInOneStep() throws {
        let attachment = try Attachment.sample()
        try fixture.store.insert(attachment, becoming: .attached)
        // Of somebody who died just before the last step.
        #expect(symlink("detaching 1", "\(notes)/\(attachment.function).new") == 0)
        try fixture.store.note(.detaching, of: attachment)
        #expect(try phase(of: attachment) == .detaching)
        #expect(try directoryNames(notes) == ["\(attachment.function)"])
    }

    @Test func theRefusedWritesNoNote() throws {
        var holder = try Attachment.sample(1, container: "holder")
        holder.phase = .attached
        try fixture.store.insert(holder)
        #expect(throws: StoreError.conflict(existing: holder)) {
            try fixture.store.insert(
                try .sample(1, container: "other"), becoming: .attached)
        }
        #expect(try fixture.store.attachments() == [holder])
        #expect(try note(holder) == nil)
    }

    @Test func whoIsInTheWayIsToldInThePhaseThatItIsIn() throws {
        let holder = try Attachment.sample(1, container: "holder")
        try fixture.store.insert(holder, becoming: .attached)
        #expect(throws: StoreError.conflict(existing: holder)) {
            try fixture.store.insert(
                try .sample(1, container: "other"), becoming: .attached)
        }
    }

    /// The note is made before the commit: nobody ever finds an unfinished record without it.
    @Test func deathAtAnyStepLeavesNothingOrUnfinishedWork() throws {
        let attachment = try Attachment.sample(1, container: "dead")
        for step in 1... {
            let fixture = try StoreFixture()
            defer { fixture.delete() }
            let store = fixture.store(dyingAt: step)
            do {
                try store.insert(attachment, becoming: .attached)
                // Six statements, application id, version, record, lease, note and commit.
                #expect(step == 13)
                #expect(try fixture.store.attachments() == [attachment])
                break
            } catch is StoreFixture.Death {
                #expect(try fixture.store.attachments() == [], "step \(step)")
                // Whatever note the dead one has left is not about the next one, be it the same again.
                var next = attachment
                next.phase = .attached
                try fixture.store.insert(next)
                #expect(try fixture.store.attachments() == [next], "step \(step)")
            }
        }
    }

    /// As after an older version, which knows of no notes, has given the VF away anew.
    @Test func aNoteOfAnotherRecordDoesNotCount() throws {
        let first = try Attachment.sample(1, container: "first")
        try fixture.store.insert(first, becoming: .attached)
        let text = try #require(try note(first))
        try fixture.store.remove(first)
        for change in [
            { (record: inout Attachment) in record.owner.container = "second" },
            { $0.owner.network = "second" }, { $0.owner.interfaceName = "net2" },
            { $0.owner.frontEnd = "docker" }, { $0.created += 1 },
        ] {
            var second = first
            second.phase = .attached
            change(&second)
            try fixture.store.insert(second)
            #expect(symlink(text, "\(notes)/\(second.function)") == 0)
            #expect(try fixture.store.attachments() == [second])
            try fixture.store.remove(second)
            #expect(try note(first) == text, "of another, so it stays")
            unlink("\(notes)/\(second.function)")
        }
    }

    @Test(arguments: ["", "attached 1", "preparing", "restoring 12345", "preparing 12345 "])
    func oddNotesDoNotCount(_ text: String) throws {
        var attachment = try Attachment.sample()
        attachment.phase = .attached
        try fixture.store.insert(attachment)
        mkdir(notes, 0o755)
        let path = "\(notes)/\(attachment.function)"
        if text.isEmpty {
            close(open(path, O_CREAT | O_WRONLY, 0o644))
        } else {
            #expect(symlink(text, path) == 0)
        }
        #expect(try fixture.store.attachments() == [attachment])
        try fixture.store.note(.detaching, of: attachment)
        #expect(try phase(of: attachment) == .detaching)
    }

    @Test func notesOfAnotherBootGoWithItsFile() throws {
        let void = try Attachment.sample(1, boot: StoreFixture.earlierBoot)
        try AttachmentStore(path: fixture.path, boot: StoreFixture.earlierBoot)
            .insert(void, becoming: .attached)
        #expect(try note(void) != nil)
        let live = try Attachment.sample(2)
        try fixture.store.insert(live, becoming: .attached)
        #expect(try note(void) == nil)
        var expected = void
        expected.phase = .attached
        #expect(try fixture.store.leasesOfOtherBoots().attachments == [expected])
        try fixture.store.remove(void)
        #expect(try fixture.store.attachments() == [live])
    }

    @Test func aNoteThatStaysIsToldWhereItMatters() throws {
        var attachment = try Attachment.sample()
        try fixture.store.insert(attachment, becoming: .attached)
        try holdNote(of: attachment)
        #expect(throws: StoreError.self) { try fixture.store.commit(attachment) }
        // With the record at rest it says nothing.
        attachment.phase = .restoring
        try fixture.store.update(attachment)
        #expect(try rowPhase() == "restoring")
        try fixture.store.remove(attachment)
        #expect(try fixture.store.attachments() == [])
    }

    @Test func nothingIsSettledInAFileThatIsGone() throws {
        let attachment = try Attachment.sample()
        let store = fixture.store
        try store.insert(attachment, becoming: .attached)
        #expect(rename(fixture.path, fixture.path + ".old") == 0)
        let error = StoreError.unusable(path: fixture.path, reason: "moved or deleted meanwhile")
        #expect(throws: error) { try store.commit(attachment) }
        #expect(try note(attachment) != nil)
    }

    /// The last step of an ADD whose record says less than was asked for: its second writing is not the end.
    @Test func anAttachWhoseNoteStaysIsUndone() throws {
        let host = SimulatedHost.withVFs(1)
        host.makeNamespace("/run/netns/a")
        let context = try EngineFixture(host)
        let before = host.kernel.pristinePart
        let directory = context.statePath + "-work"
        let settings = VFSettings(
            trust: true, linkState: .enabled, toleratesUnsupportedLinkState: true)
        #expect(throws: ManagerError.self) {
            try context.context().attachments.attach(.vf(0, for: "a", settings)) { attached in
                try Self.holdNote("\(directory)/\(attached.attachment.function)")
            }
        }
        #expect(host.kernel.pristinePart == before)
        #expect(try context.store().attachments() == [])
    }

    /// Puts a directory in a note's place, which no unlink(2) removes.
    private func holdNote(of attachment: Attachment) throws {
        try Self.holdNote("\(notes)/\(attachment.function)")
    }

    private static func holdNote(_ path: String) throws {
        try systemCall("delete", on: path) { unlink(path) }
        try systemCall("make", on: path) { mkdir(path, 0o755) }
    }

    @Test func withoutRoomForANoteNothingIsWritten() throws {
        var holder = try Attachment.sample(2)
        holder.phase = .attached
        try fixture.store.insert(holder)
        // A file where the directory should be.
        close(open(notes, O_CREAT | O_WRONLY, 0o644))
        let reason = "make \(notes)/0000:01:00.1: not a directory (ENOTDIR)"
        let error = StoreError.unusable(path: fixture.path, reason: reason)
        #expect(throws: error) {
            try fixture.store.insert(try .sample(1), becoming: .attached)
        }
        #expect(try fixture.store.attachments() == [holder])
        #expect(throws: StoreError.self) { try fixture.store.note(.detaching, of: holder) }
        #expect(try phase(of: holder) == .attached)
        // What has nothing under way needs none.
        try fixture.store.remove(holder)
        #expect(try fixture.store.attachments() == [])
    }

    @Test func aReaderWritesNoNote() throws {
        let attachment = try Attachment.sample()
        try fixture.store.insert(attachment, becoming: .attached)
        let reader = AttachmentStore(
            path: fixture.path, boot: StoreFixture.boot, access: .readOnly)
        #expect(try reader.attachments() == [attachment])
        let error = StoreError.unusable(path: fixture.path, reason: "opened for reading only")
        #expect(throws: error) { try reader.note(.detaching, of: attachment) }
        #expect(throws: error) { try reader.commit(attachment) }
        #expect(try phase(of: attachment) == .preparing)
    }
}
