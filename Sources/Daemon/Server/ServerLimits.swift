/// What a server grants its clients.
package struct ServerLimits: Hashable, Sendable {
    /// Open connections; further ones wait until one is closed.
    package var connections = 256
    /// Whether a connection that stalls is closed for a further one. Only where a client that was just about to send its
    /// request can as well try again.
    package var closesStalled = false
    /// Threads that work on requests.
    package var threads = 8
    /// Requests that wait for a thread; further ones are answered with 503.
    package var waitingRequests = 240
    /// Bytes of one body; a longer one is answered with 413.
    package var body = 1 << 20
    /// Bytes of all bodies that are being received, waiting or worked on; beyond them 503.
    package var allBodies = 32 << 20
    /// Bytes of the request line and all header fields; more are answered with 431.
    package var head = 16 << 10
    /// Header fields; more are answered with 431.
    package var headerFields = 100
    /// Within what time a request must arrive whole, once it has begun.
    package var receiving: Duration = .seconds(30)
    /// Within what time a client must take its answer.
    package var sending: Duration = .seconds(30)
    /// Bytes received behind a request that is being answered; a connection with more is closed.
    package var pipelined = 256 << 10
    /// Whether a connection stays open for further requests; if not, the answer to the first closes it.
    package var keepsConnections = true
    /// How long a connection without a request is kept.
    package var idle: Duration = .seconds(180)
    /// How long requests may go on after the server was told to stop.
    package var draining: Duration = .seconds(60)

    package init() {}

    /// For clients that only ask how things are.
    package static var readOnly: ServerLimits {
        var limits = ServerLimits()
        limits.threads = 2
        limits.connections = 32
        limits.waitingRequests = 32
        limits.receiving = .seconds(10)
        limits.sending = .seconds(10)
        limits.keepsConnections = false
        limits.closesStalled = true
        limits.draining = .seconds(15)
        return limits
    }
}
