/// The verbs that only read: PFs and VFs, their owners, and which VFs are free.
package struct Inspector<H: Host>: ContextBound, Sendable {
    /// What the verbs work with.
    package let context: Context<H>

    var engine: Engine<H> { context.engine }
}

extension Context {
    package var inspector: Inspector<H> { Inspector(context: self) }
}
