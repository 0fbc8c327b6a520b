/// A request that has arrived whole.
package struct PluginRequest: Hashable, Sendable {
    /// As it was sent: `POST`.
    package let method: String
    /// The target without a query: `/NetworkDriver.Join`.
    package let path: String
    package let body: [UInt8]

    package init(method: String, path: String, body: [UInt8] = []) {
        self.method = method
        self.path = path
        self.body = body
    }
}
