import SRIOV

/// What a writer does, step by step: ten inserts, ten updates, ten removals, and so on.
///
/// The records are long enough to span pages.
enum WriterScript {
    /// Takes one step, counted from 0.
    static func act(_ step: Int, on store: AttachmentStore) throws {
        var attachment = try Attachment.sample(step % 10 + 1)
        attachment.frontEndData = String(repeating: "\(step % 10)", count: 6000)
        switch step / 10 % 3 {
        case 0: try store.insert(attachment)
        case 1:
            attachment.phase = .attached
            try store.update(attachment)
        default: try store.remove(attachment)
        }
    }

    /// What lies in the file after so many steps.
    static func records(after steps: Int) throws -> [Attachment] {
        let (round, done) = ((steps / 10) % 3, steps % 10)
        return try (1...10).compactMap { number in
            let isDone = number <= done
            if round == 0 && !isDone || round == 2 && isDone { return nil }
            var attachment = try Attachment.sample(number)
            attachment.frontEndData = String(repeating: "\(number - 1)", count: 6000)
            if round == 2 || round == 1 && isDone { attachment.phase = .attached }
            return attachment
        }
    }
}
