/// The verbs on attachments whose interface vfmap moves: attach, check, detach, and for all of them recover and import.
package struct Attachments<H: Host>: ContextBound, Sendable {
    /// What the verbs work with.
    package let context: Context<H>

    var engine: Engine<H> { context.engine }
}

extension Context {
    package var attachments: Attachments<H> { Attachments(context: self) }
}
