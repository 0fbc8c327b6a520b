/// Tells connections that the server stops: those without a request being worked on close.
struct ShutdownEvent: Sendable {}
