/// The verbs that only look: at PFs and VFs, at who has them, and at what is free.
package struct Inspector<H: Host>: ContextBound, Sendable {
    /// What the verbs work with.
    package let context: Context<H>

    var engine: Engine<H> { context.engine }
}

extension Context {
    package var inspector: Inspector<H> { Inspector(context: self) }
}
