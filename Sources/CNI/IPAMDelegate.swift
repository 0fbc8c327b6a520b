internal import JSON
internal import LinuxSystem

/// The IPAM plugin of a network, to which the choice of addresses is delegated.
///
/// It is run with the environment and the complete standard input of this plugin, but for
/// CNI_COMMAND. What it writes to standard error goes to ours.
package struct IPAMDelegate: Sendable {
    /// How long a run may take; then it is killed with everything that it started. The runtimes give
    /// the whole of ADD about 60 s.
    package struct Timeouts: Hashable, Sendable {
        package var add: Duration = .seconds(20)
        package var delete: Duration = .seconds(10)
        package var check: Duration = .seconds(10)
        /// For STATUS and for the VERSION that may follow it, together.
        package var status: Duration = .seconds(10)
        package var collectGarbage: Duration = .seconds(20)

        package init() {}
    }

    /// Whose `ipam.type` it is: the name of the program.
    package let type: String
    /// The path at which the program was found.
    package let executable: String
    private let environment: [String: String]
    private let input: [UInt8]
    private let timeouts: Timeouts
    private let passOn: @Sendable (String) -> Void

    /// Finds the plugin.
    ///
    /// - Parameters:
    ///   - type: The program's name.
    ///   - directories: Where to look for it.
    ///   - environment: Variables; CNI_COMMAND is replaced, and `callMarker` is set.
    ///   - input: The complete network configuration.
    ///   - passOn: Takes what the plugin wrote to standard error.
    /// - Throws: `CNIError` `invalidConfiguration` if there is no such program, or if it is this one.
    package init(
        type: String, in directories: [String], environment: [String: String], input: [UInt8],
        timeouts: Timeouts = Timeouts(), passOn: @escaping @Sendable (String) -> Void
    ) throws(CNIError) {
        // A zero byte would end the name for the kernel, and another plugin be run.
        guard !type.utf8.contains(UInt8(ascii: "/")), !type.utf8.contains(0) else {
            throw CNIError(
                .invalidConfiguration, "ipam.type: \"\(type)\" must be a name, not a path")
        }
        guard let executable = findExecutable(named: type, in: directories) else {
            throw CNIError(
                .invalidConfiguration,
                "ipam.type: there is no plugin \"\(type)\" in CNI_PATH",
                details: directories.joined(separator: ":"))
        }
        guard !Self.isThisProgram(executable) else {
            throw CNIError(
                .invalidConfiguration,
                "ipam.type: \"\(type)\" is this plugin itself, which has no addresses to give",
                details: executable)
        }
        self.type = type
        self.executable = executable
        self.environment = environment
        self.input = input
        self.timeouts = timeouts
        self.passOn = passOn
    }

    /// The variable by which a plugin knows that an IPAM plugin's call led to its own, through however many others.
    package static var callMarker: String { "VFMAP_IPAM_CALL" }

    /// Whether a file is the one that this process runs, by whatever name.
    private static func isThisProgram(_ path: String) -> Bool {
        // Without /proc the marker still ends the recursion, at its first step.
        guard let own = try? FileIdentity(of: "/proc/self/exe") else { return false }
        // A file that is gone by now is not run either.
        return (try? FileIdentity(of: path)) == own
    }

    /// Has addresses chosen.
    ///
    /// - Parameters:
    ///   - version: That of the configuration, in which a result that names none is written.
    ///   - limit: A time shorter than the usual one; nil for the usual one.
    /// - Throws: `CNIError`: the plugin's own, or `addressManagementFailed`. Whether it has given addresses
    ///   by then is not known: have them deleted.
    package func add(
        version: CNIVersion, limit: Duration? = nil
    ) throws(CNIError) -> CNIResult {
        let allowance = min(timeouts.add, limit ?? timeouts.add)
        let output = try run(.add, Deadline(after: allowance))
        do {
            switch try JSONValue(parsing: output) {
            case .object(let members):
                return try CNIResult(JSONObject(members), defaultVersion: version)
            case .null:
                return CNIResult()
            case let value:
                throw JSONKeyError("result", "must be an object, not \(value.kind)")
            }
        } catch {
            let reason = (error as? JSONKeyError)?.description ?? "it is not a JSON document"
            throw failure("answered ADD with a result that cannot be used: \(reason)", output)
        }
    }

    /// Has the addresses taken back; succeeds also if there are none.
    ///
    /// - Throws: `CNIError`: the plugin's own, or `addressManagementFailed`. Whether the addresses are taken back by
    ///   then is not known: the call may be repeated.
    package func delete() throws(CNIError) {
        _ = try run(.delete, Deadline(after: timeouts.delete))
    }

    /// Has the addresses checked.
    ///
    /// - Throws: `CNIError`: the plugin's own, or `addressManagementFailed` if it failed without one.
    package func check() throws(CNIError) {
        _ = try run(.check, Deadline(after: timeouts.check))
    }

    /// Asks whether it could give addresses now.
    ///
    /// - Returns: false if it does not know the command, as plugins made for versions before 1.1.0.
    /// - Throws: `CNIError`: its own, or `notAvailable` if it does not speak the configuration's version.
    package func status(version: CNIVersion) throws(CNIError) -> Bool {
        let deadline = Deadline(after: timeouts.status)
        do {
            _ = try run(.status, deadline)
            return true
        } catch  where Self.isIgnorance(error) {
            guard let versions = supportedVersions(deadline), !versions.contains(version) else {
                return false
            }
            throw CNIError(
                .notAvailable, "IPAM plugin \(type) does not speak cniVersion \(version)")
        }
    }

    /// Has all addresses taken back but those of the attachments that the input lists.
    ///
    /// - Returns: false if it knows neither the command nor the version, as plugins made for versions before
    ///   1.1.0.
    /// - Throws: `CNIError`: any other of the plugin's own, or `addressManagementFailed`. Which addresses are taken
    ///   back by then is not known: the call may be repeated.
    package func collectGarbage() throws(CNIError) -> Bool {
        do {
            _ = try run(.collectGarbage, Deadline(after: timeouts.collectGarbage))
            return true
        } catch  where Self.isIgnorance(error) || error.code == .incompatibleVersion {
            return false
        }
    }

    /// Whether it is how a plugin answers a command that it does not know: it misses the container, or the
    /// interface's name, before it looks at the command.
    private static func isIgnorance(_ error: CNIError) -> Bool {
        error.code == .unknownContainer || error.code == .invalidEnvironment
    }

    /// The versions that it speaks; nil if it does not tell.
    private func supportedVersions(_ deadline: Deadline) -> [CNIVersion]? {
        // Only a sound answer counts.
        guard let output = try? run(.version, deadline),
            case .object(let members)? = try? JSONValue(parsing: output),
            let versions = try? JSONObject(members).strings("supportedVersions"),
            !versions.isEmpty
        else { return nil }
        return versions.compactMap { CNIVersion($0) }
    }

    private func run(
        _ command: CNICommand, _ deadline: Deadline
    ) throws(CNIError) -> [UInt8] {
        var variables = environment
        variables["CNI_COMMAND"] = command.rawValue
        variables[Self.callMarker] = "1"
        var process = ChildProcess(executable: executable, environment: variables)
        process.input = input
        let outcome: ChildProcess.Outcome
        do {
            outcome = try process.run(until: deadline)
        } catch {
            throw failure("failed at \(command.rawValue): \(error)", [])
        }
        let complaint = String(decoding: outcome.errorOutput, as: UTF8.self)
        if !complaint.isEmpty { passOn(complaint) }
        if outcome.ending == .exited(0) { return outcome.output }
        if let error = Self.reported(outcome.output) { throw error }
        let words = complaint.trimmingASCIISpace()
        throw failure(
            "\(Self.described(outcome.ending)) at \(command.rawValue)"
                + (words.isEmpty ? "" : ": \(words.suffix(bytes: 1000))"), outcome.output)
    }

    /// The error document that the plugin wrote; nil if it wrote none.
    private static func reported(_ output: [UInt8]) -> CNIError? {
        // Output that is no document is reported as what it is, not by where it breaks off.
        guard case .object(let members)? = try? JSONValue(parsing: output) else { return nil }
        let object = JSONObject(members)
        // The same for a document of another shape.
        guard let code = try? object.integer("code", 0...UInt64.max),
            let message = try? object.string("msg")
        else { return nil }
        // Details are optional, and of another type they are no reason to lose the rest.
        let details = try? object.string("details")
        return CNIError(CNIErrorCode(rawValue: code), message, details: details ?? "")
    }

    private static func described(_ ending: ChildProcess.Ending) -> String {
        switch ending {
        case .exited(let status): "ended with status \(status)"
        case .killed(let signal): "was killed by signal \(signal)"
        }
    }

    private func failure(_ words: String, _ output: [UInt8]) -> CNIError {
        let start = String(decoding: output.prefix(200), as: UTF8.self).trimmingASCIISpace()
        return CNIError(
            .addressManagementFailed, "IPAM plugin \(type) \(words)",
            details: start.isEmpty ? "" : "it wrote: \(start)")
    }
}
