/// A request that has arrived whole.
package struct HTTPRequest: Hashable, Sendable {
    /// As it was sent: `POST`.
    package let method: String
    /// The target without a query: `/NetworkDriver.Join`.
    package let path: String
    /// The body, whole; empty if there is none.
    package let body: [UInt8]

    package init(method: String, path: String, body: [UInt8] = []) {
        self.method = method
        self.path = path
        self.body = body
    }
}

extension HTTPRequest {
    /// Why a page that can only be read does not answer; nil if it does.
    ///
    /// - Parameter page: Its path.
    func refusal(unlessReading page: String) -> HTTPReply? {
        guard path == page else { return .failure(404, "there is no \(path)") }
        guard method == "GET" || method == "HEAD" else {
            return .failure(405, "\(path) takes GET only")
        }
        return nil
    }
}
