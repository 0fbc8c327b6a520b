internal import JSON
internal import LinuxSystem
package import SRIOV

/// How the daemon is to run: the object `daemon` of the configuration file.
package struct DaemonConfiguration: Hashable, Sendable {
    /// What is logged at least.
    package enum LogLevel: String, CaseIterable, Sendable {
        case trace, debug, info, notice, warning, error, critical
    }

    package enum LogFormat: String, CaseIterable, Sendable {
        case text, json
    }

    /// What the daemon does about PFs that are not as the configuration asks.
    package enum DriftHandling: String, CaseIterable, Sendable {
        /// It tells.
        case report
        /// It tells, and does what `vfmap apply` would do without `--force`.
        case remediate = "mend"
    }

    /// Where Docker calls; nil for a daemon that Docker has no part in.
    package var dockerSocket: String? = "/run/docker/plugins/sriov.sock"
    /// Where `vfmap status` asks.
    package var statusSocket: String
    /// Where metrics are served; nil for nowhere.
    package var metrics: MetricsAddress?
    /// What is done about PFs that differ from the configuration.
    package var drift = DriftHandling.report
    /// Seconds between two reconciliations that nothing called for.
    package var reconcileSeconds: UInt32 = 60
    /// The lowest level that is logged.
    package var logLevel = LogLevel.info
    /// The form of a line of the log.
    package var logFormat = LogFormat.text

    /// What the daemon does without a configuration file.
    ///
    /// - Parameter runDirectory: Where sockets and locks lie.
    package init(runDirectory: String) {
        statusSocket = runDirectory + "/vfmapd.sock"
    }
}

extension DaemonConfiguration {
    /// Reads the configuration file; without one everything is as `init` says.
    ///
    /// - Throws: `ManagerError` `invalidRequest` naming the file, the key and what is wrong.
    package static func read(
        _ path: String, runDirectory: String
    ) throws(ManagerError) -> DaemonConfiguration {
        let text: String
        do {
            text = try readTextFile(path, limit: 1 << 20)
        } catch  where error.errno == .noSuchFile {
            return DaemonConfiguration(runDirectory: runDirectory)
        } catch {
            throw ManagerError(.invalidRequest, "configuration file", causes: [error])
        }
        return try DaemonConfiguration(
            parsing: Array(text.utf8), path: path, runDirectory: runDirectory)
    }

    /// - Parameter path: Where the text comes from.
    /// - Throws: `ManagerError` `invalidRequest` naming the file, the key and what is wrong.
    package init(
        parsing bytes: [UInt8], path: String, runDirectory: String
    ) throws(ManagerError) {
        self.init(runDirectory: runDirectory)
        let document = try JSONObject.document(bytes, path: path)
        do {
            if let object = try document.object("daemon") { try take(object) }
        } catch {
            throw ManagerError(.invalidRequest, "\(path): \(error)")
        }
    }

    package static var keys: [String] {
        [
            "dockerSocket", "statusSocket", "metrics", "drift", "reconcileSeconds", "logLevel",
            "logFormat",
        ]
    }

    private mutating func take(_ object: JSONObject) throws(JSONKeyError) {
        try object.refuseKeys(otherThan: Self.keys)
        if object.contains("dockerSocket") {
            // null switches it off.
            dockerSocket = try Self.socket(object, "dockerSocket")
        }
        if let path = try Self.socket(object, "statusSocket") { statusSocket = path }
        if let seconds: UInt32 = try object.integer("reconcileSeconds", 5...86400) {
            reconcileSeconds = seconds
        }
        metrics = try Self.metrics(object)
        drift = try Self.word(object, "drift") ?? drift
        logLevel = try Self.word(object, "logLevel") ?? logLevel
        logFormat = try Self.word(object, "logFormat") ?? logFormat
        if dockerSocket == statusSocket {
            throw JSONKeyError(object.path("statusSocket"), "must not be that of dockerSocket")
        }
        if case .unix(let path) = metrics, path == dockerSocket || path == statusSocket {
            throw JSONKeyError(
                object.path("metrics"), "must not be that of dockerSocket or statusSocket")
        }
    }

    private static func metrics(_ object: JSONObject) throws(JSONKeyError) -> MetricsAddress? {
        guard let text = try object.string("metrics") else { return nil }
        let prefix = "unix:"
        if text.hasPrefix(prefix) {
            return .unix(try socket(String(text.dropFirst(prefix.count)), object.path("metrics")))
        }
        guard let address = TCPAddress(text), address.port > 0 else {
            throw JSONKeyError(
                object.path("metrics"),
                "must be an IP address with a port (127.0.0.1:9808, [::1]:9808) or a path after "
                    + "unix:, not \"\(text)\"")
        }
        return .tcp(address)
    }

    private static func socket(
        _ object: JSONObject, _ key: String
    ) throws(JSONKeyError) -> String? {
        guard let path = try object.string(key) else { return nil }
        return try socket(path, object.path(key))
    }

    private static func socket(
        _ path: String, _ key: String
    ) throws(JSONKeyError) -> String {
        guard path.hasPrefix("/"), !path.hasSuffix("/"), !path.utf8.contains(0) else {
            throw JSONKeyError(key, "must be an absolute path, not \"\(path)\"")
        }
        guard path.utf8.count <= UnixAddress.maximumLength else {
            throw JSONKeyError(
                key, "must have at most \(UnixAddress.maximumLength) bytes, not \(path.utf8.count)")
        }
        return path
    }

    private static func word<Word: RawRepresentable<String> & CaseIterable>(
        _ object: JSONObject, _ key: String
    ) throws(JSONKeyError) -> Word? {
        guard let text = try object.string(key) else { return nil }
        guard let word = Word(rawValue: text) else {
            let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw JSONKeyError(object.path(key), "must be one of \(words), not \"\(text)\"")
        }
        return word
    }
}
