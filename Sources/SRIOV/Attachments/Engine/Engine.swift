internal import LinuxSystem

/// The steps of which the verbs are made: claim, examine, configure, bring back, restore.
///
/// Most of them need the locks of their VF, as their comments say.
package struct Engine<H: Host>: ContextBound, Sendable {
    /// What the steps work with.
    package let context: Context<H>

    /// The same with one wait in place of one for each VF: see `Context.sharing`.
    func sharing(_ deadline: Deadline, search: Deadline) -> Engine {
        Engine(context: context.sharing(deadline, search: search))
    }
}

extension Context {
    package var engine: Engine<H> { Engine(context: self) }
}
