/// What works with a context, and calls its parts by their names.
package protocol ContextBound {
    associatedtype H: Host
    var context: Context<H> { get }
}

extension ContextBound {
    package var host: H { context.host }
    /// The network namespace of this process.
    package var home: H.Namespace { context.home }
    package var store: AttachmentStore { context.store }
    package var locks: LockDirectory { context.locks }
    package var foreignClaims: ForeignClaims { context.foreignClaims }
    package var timeouts: Timeouts { context.timeouts }

    /// Tells an operator what the operation survived.
    package func warn(_ message: String) { context.warn(message) }
}
