package import SRIOV

/// The verbs on PFs and on VFs that nobody has: their number, drivers, the switch's mode, and what a configuration asks.
package struct NodeConfigurator<H: Host>: ContextBound, Sendable {
    /// What the verbs work with.
    package let context: Context<H>

    var engine: Engine<H> { context.engine }
    var inspector: Inspector<H> { context.inspector }
}

extension Context {
    package var node: NodeConfigurator<H> { NodeConfigurator(context: self) }
}
