internal import Glibc
internal import LinuxSystem

/// Work in progress on VFs: a note beside the state file for each VF on which a process works, or died working.
///
/// A note is a symbolic link, named after the VF's PCI address, whose text is a phase and a hash that identifies
/// the record: `preparing 1234567890`. symlink(2), rename(2) and unlink(2) are atomic, so it is whole whenever a
/// process dies. It need not survive a loss of power: it is about a record of this boot. Only a process with the VF's
/// lock, or its PF's exclusive lock, writes or erases it. See `docs/decisions/0007-work-notes.md`.
struct InProgressMarkers: Sendable {
    let directory: String

    /// The phases that a note can say; no other is ever written.
    private static var phases: [AttachmentPhase] { [.preparing, .detaching] }

    /// The work in progress on a record's VF; nil for none, also if the note is about another record.
    func phase(of attachment: Attachment) throws(SystemCallError) -> AttachmentPhase? {
        guard let text = try linkText(path(attachment.function)) else { return nil }
        return Self.phases.first { Self.text($0, attachment) == text }
    }

    /// Writes a note in place of any other on the VF.
    ///
    /// - Throws: `SystemCallError`; the note is the one that was there before.
    func write(
        _ phase: AttachmentPhase, of attachment: Attachment
    ) throws(SystemCallError) {
        precondition(Self.phases.contains(phase))
        let note = path(attachment.function)
        let text = Self.text(phase, attachment)
        do {
            try Self.link(text, at: note)
        } catch  where error.errno == .noSuchFile {
            // A user who may read the state file must see the work in progress.
            try makeOpenDirectory(directory)
            try Self.link(text, at: note)
        } catch  where error.errno == .exists {
            // Without a note in between, unfinished work would look finished.
            let draft = note + ".new"
            unlink(draft)
            try Self.link(text, at: draft)
            try systemCall("rename to \(note)", on: draft) { rename(draft, note) }
        }
    }

    /// Erases the note on a VF, whatever it says; nothing if there is none.
    func erase(_ address: PCIAddress) throws(SystemCallError) {
        try deleteFile(path(address))
    }

    /// Erases the note on a record's VF, unless it is about another record.
    func erase(of attachment: Attachment) throws(SystemCallError) {
        if try phase(of: attachment) != nil { try erase(attachment.function) }
    }

    private func path(_ address: PCIAddress) -> String { directory + "/" + address.description }

    private static func link(_ text: String, at path: String) throws(SystemCallError) {
        try systemCall("make", on: path) { symlink(text, path) }
    }

    private static func text(_ phase: AttachmentPhase, _ attachment: Attachment) -> String {
        phase.rawValue + " " + identity(of: attachment).description
    }

    /// FNV-1a over the fields that distinguish a record from others of its VF: the boot, the owner, and when it was
    /// made.
    private static func identity(of attachment: Attachment) -> UInt64 {
        var hash = FNV1a()
        hash.add(attachment.boot.rawValue)
        hash.add(attachment.owner.frontEnd)
        hash.add(attachment.owner.network ?? "")
        hash.add(attachment.owner.container)
        hash.add(attachment.owner.interfaceName ?? "")
        hash.add(attachment.created.description)
        return hash.value
    }
}
