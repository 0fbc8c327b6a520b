/// A value that works with a context, with accessors for its parts.
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

    /// Reports warnings, about failures that did not end the operation.
    package func warn(_ message: String) { context.warn(message) }
}
