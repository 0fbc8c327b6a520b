internal import FoundationEssentials
internal import LinuxSystem
internal import SRIOV

/// Asks the running daemon.
package struct DaemonClient: Sendable {
    /// An answer that is not one of our daemon's.
    package struct UnexpectedAnswer: Error, Hashable, CustomStringConvertible {
        /// The socket and what is wrong with its answer.
        package let description: String
    }

    private let path: String
    private let allowance: Duration

    /// - Parameters:
    ///   - path: The daemon's status socket.
    ///   - allowance: How long each of connecting, asking and reading may take.
    package init(path: String, allowance: Duration = .seconds(15)) {
        self.path = path
        self.allowance = allowance
    }

    /// - Throws: `SystemCallError` if nobody answers, `UnexpectedAnswer` if somebody else does.
    package func report() throws -> DaemonReport {
        let stream = try UnixStream.connect(to: path, allowance: allowance)
        try stream.write(
            Array("GET /v1/status HTTP/1.1\r\nHost: vfmapd\r\nConnection: close\r\n\r\n".utf8))
        let answer = try stream.readToEnd(limit: 1 << 20)
        let body = try Self.body(of: answer, from: path)
        do {
            return try JSONDecoder().decode(DaemonReport.self, from: Data(body))
        } catch {
            throw UnexpectedAnswer(description: "\(path): the answer is not a status of vfmapd")
        }
    }

    /// What follows the empty line of an answer that ends with the connection.
    private static func body(
        of answer: [UInt8], from path: String
    ) throws(UnexpectedAnswer) -> ArraySlice<UInt8> {
        let text = String(decoding: answer.prefix { $0 != 0x0d }, as: UTF8.self)
        let words = text.split(separator: " ")
        guard words.first?.hasPrefix("HTTP/1.") == true, words.count >= 2 else {
            throw UnexpectedAnswer(description: "\(path): the answer is not HTTP")
        }
        guard words[1] == "200" else {
            throw UnexpectedAnswer(description: "\(path): answered \(words[1])")
        }
        let gap: [UInt8] = [0x0d, 0x0a, 0x0d, 0x0a]
        guard let end = answer.firstRange(of: gap)?.upperBound else {
            throw UnexpectedAnswer(description: "\(path): the answer is cut off")
        }
        return answer[end...]
    }
}
