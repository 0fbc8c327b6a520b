internal import JSON
internal import LinuxSystem
internal import SRIOV

/// The options that a user gave to a network or an endpoint, taken out one by one: what is left at the end
/// nobody knows.
///
/// All values are texts, as `docker network create --opt` and `--network name=…,driver-opt=…` give them. Names
/// and words match exactly.
struct DriverOptions: Sendable {
    /// What names of Docker's own begin with, which its daemon may put beside the user's.
    static let reservedPrefix = "com.docker."

    private var words: [String: String] = [:]

    /// Reads the members of an object but for Docker's own.
    ///
    /// - Throws: `DriverError` for a value that is no text.
    init(of object: JSONObject) throws(DriverError) {
        for name in object.keys where !name.hasPrefix(Self.reservedPrefix) {
            switch object.value(name) {
            case .string(let word)?: words[name] = word
            case nil: break
            case .some(let value):
                throw DriverError(option: name, "must be a string, not \(value.kind)")
            }
        }
    }

    mutating func take(_ name: String) -> String? { words.removeValue(forKey: name) }

    /// Adds an option that Docker knows under a name of its own.
    ///
    /// - Throws: `DriverError` if there are both.
    mutating func add(_ name: String, _ word: String?, from other: String) throws(DriverError) {
        guard let word else { return }
        guard words.updateValue(word, forKey: name) == nil else {
            throw DriverError(option: other, "must not be given with \(name)")
        }
    }

    /// The words for yes and no.
    static let flags = [
        "on": true, "off": false, "true": true, "false": false, "1": true, "0": false,
    ]

    /// on or off; nil if it is not given.
    mutating func flag(_ name: String) throws(DriverError) -> Bool? {
        guard let word = take(name) else { return nil }
        if let flag = Self.flags[word] { return flag }
        throw DriverError(
            option: name, "must be on, off, true, false, 1 or 0, not \(excerpt(word))")
    }

    /// One of several words; nil if it is not given.
    mutating func choice<Value>(
        _ name: String, _ choices: [(word: String, value: Value)]
    ) throws(DriverError) -> Value? {
        guard let word = take(name) else { return nil }
        if let choice = choices.first(where: { $0.word == word }) { return choice.value }
        let words = choices.map(\.word)
        throw DriverError(
            option: name,
            "must be \(words.dropLast().joined(separator: ", ")) or \(words.last ?? ""), not "
                + excerpt(word))
    }

    /// Refuses what has not been taken.
    ///
    /// - Parameter known: The names that are there to choose from, for the message.
    func refuseRest(known: [String]) throws(DriverError) {
        if words["rocehoplimit"] != nil {
            throw DriverError(
                option: "rocehoplimit",
                "is not supported, only a vendor's own driver package has such a setting")
        }
        guard let name = words.keys.min() else { return }
        let choice = known.sorted().joined(separator: ", ")
        throw DriverError(
            option: name.prefix(bytes: 64),
            "is not a known option" + (choice.isEmpty ? "" : "; there are \(choice)"))
    }
}
