/// The members of a JSON object, read by key with the type checked.
///
/// null counts as absent. Keys that nobody asks for are ignored: runtimes add their own.
package struct JSONObject: Hashable, Sendable {
    /// Which keys are the one that is asked for.
    package enum KeyMatching: Hashable, Sendable {
        /// Those that differ from it only by case too, as Go's decoder matches them; one that matches exactly
        /// goes first.
        case anyCase
        case exact
    }

    private let members: JSONMembers
    /// What stands before a key in errors: empty, or `ipam.`.
    private let prefix: String
    private let matching: KeyMatching
    /// Whether all keys are ASCII, which makes it easy to tell that they differ.
    private let keysAreASCII: Bool

    /// - Parameters:
    ///   - path: Where the object lies in its document, for errors; empty at the top.
    ///   - matching: How keys match, in the objects within this one too.
    package init(
        _ members: JSONMembers, path: String = "", matching: KeyMatching = .anyCase
    ) {
        self.members = members
        self.matching = matching
        keysAreASCII =
            matching == .anyCase && members.keys.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } }
        prefix = path.isEmpty ? "" : path + "."
    }

    /// The value of a key; nil if it is absent or null.
    package func value(_ key: String) -> JSONValue? {
        let value = members[key] ?? foldedMember(key)
        return value == .null ? nil : value
    }

    /// The key with those above it, for errors.
    package func path(_ key: String) -> String { prefix + key }

    /// The keys as they are written, sorted.
    package var keys: [String] { members.keys }

    /// Whether a key is there, be it with null.
    package func contains(_ key: String) -> Bool {
        members[key] != nil || foldedMember(key) != nil
    }

    /// A text; nil if it is absent.
    ///
    /// - Throws: `JSONKeyError` if it is not a string.
    package func string(_ key: String) throws(JSONKeyError) -> String? {
        guard let value = value(key) else { return nil }
        guard case .string(let text) = value else {
            throw JSONKeyError(path(key), "must be a string, not \(value.kind)")
        }
        return text
    }

    /// A text that is not empty; an empty one counts as absent, as it does for Go's decoder.
    ///
    /// - Throws: `JSONKeyError` if it is not a string.
    package func nonEmptyString(_ key: String) throws(JSONKeyError) -> String? {
        let text = try string(key)
        return text?.isEmpty == true ? nil : text
    }

    /// true or false; nil if it is absent.
    ///
    /// - Throws: `JSONKeyError` if it is not a boolean.
    package func boolean(_ key: String) throws(JSONKeyError) -> Bool? {
        guard let value = value(key) else { return nil }
        guard case .bool(let truth) = value else {
            throw JSONKeyError(path(key), "must be true or false, not \(value.kind)")
        }
        return truth
    }

    /// A whole number; nil if it is absent.
    ///
    /// - Parameter range: Its end is not negative.
    /// - Throws: `JSONKeyError` if it is not a whole number in the range.
    package func integer<Number: FixedWidthInteger>(
        _ key: String, _ range: ClosedRange<Number>
    ) throws(JSONKeyError) -> Number? {
        try integer(key, in: range)
    }

    private func integer<Number: FixedWidthInteger>(
        _ key: String, in range: ClosedRange<Number>
    ) throws(JSONKeyError) -> Number? {
        let bits = try integer(
            key, from: Int64(range.lowerBound), through: UInt64(range.upperBound))
        return bits.map { Number(truncatingIfNeeded: $0) }
    }

    /// The bits of a whole number from `least` to `most`; nil if it is absent.
    private func integer(
        _ key: String, from least: Int64, through most: UInt64
    ) throws(JSONKeyError) -> UInt64? {
        guard let value = value(key) else { return nil }
        let found: String
        switch value {
        case .integer(let number):
            if number >= least, number < 0 || UInt64(number) <= most {
                return UInt64(bitPattern: number)
            }
            found = "\(number)"
        case .unsigned(let number):
            if number <= most { return number }
            found = "\(number)"
        case .double(let number): found = "\(number)"
        case .null, .bool, .string, .array, .object: found = value.kind
        }
        throw JSONKeyError(
            path(key), "must be an integer from \(least) to \(most), not \(found)")
    }

    /// An object; nil if it is absent.
    ///
    /// - Throws: `JSONKeyError` if it is not an object.
    package func object(_ key: String) throws(JSONKeyError) -> JSONObject? {
        guard let value = value(key) else { return nil }
        return try object(value, path: path(key))
    }

    /// An array of objects; empty if it is absent.
    ///
    /// - Throws: `JSONKeyError` if it is not an array, or an element is not an object.
    package func objects(_ key: String) throws(JSONKeyError) -> [JSONObject] {
        var objects: [JSONObject] = []
        for (index, element) in try array(key).enumerated() {
            objects.append(try object(element, path: "\(path(key))[\(index)]"))
        }
        return objects
    }

    /// An array of texts; empty if it is absent.
    ///
    /// - Throws: `JSONKeyError` if it is not an array, or an element is not a string.
    package func strings(_ key: String) throws(JSONKeyError) -> [String] {
        var texts: [String] = []
        for (index, element) in try array(key).enumerated() {
            guard case .string(let text) = element else {
                throw JSONKeyError(
                    "\(path(key))[\(index)]", "must be a string, not \(element.kind)")
            }
            texts.append(text)
        }
        return texts
    }

    private func array(_ key: String) throws(JSONKeyError) -> [JSONValue] {
        guard let value = value(key) else { return [] }
        guard case .array(let elements) = value else {
            throw JSONKeyError(path(key), "must be an array, not \(value.kind)")
        }
        return elements
    }

    private func object(
        _ value: JSONValue, path: String
    ) throws(JSONKeyError) -> JSONObject {
        guard case .object(let members) = value else {
            throw JSONKeyError(path, "must be an object, not \(value.kind)")
        }
        return JSONObject(members, path: path, matching: matching)
    }

    /// Of several keys that differ from the one asked for only by case, the first in order of
    /// their characters: an arbitrary choice, but always the same.
    private func foldedMember(_ key: String) -> JSONValue? {
        guard matching == .anyCase,
            let match = members.keys.firstIndex(where: {
                (!keysAreASCII || $0.utf8.count == key.utf8.count)
                    && Self.differByCaseAlone($0, key)
            })
        else { return nil }
        return members.values[match]
    }

    /// Whether two keys are the same but for case, or wholly.
    private static func differByCaseAlone(_ one: String, _ other: String) -> Bool {
        var others = other.utf8.makeIterator()
        for byte in one.utf8 {
            guard let otherByte = others.next() else { return false }
            if byte >= 0x80 || otherByte >= 0x80 { return one.lowercased() == other.lowercased() }
            if lowercase(byte) != lowercase(otherByte) { return false }
        }
        return others.next() == nil
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}

/// The same for the commonest types: a generic function asks the runtime for types where another module calls it.
extension JSONObject {
    /// A whole number in the range; nil if it is absent.
    ///
    /// - Throws: `JSONKeyError` if it is not a whole number in the range.
    package func integer(
        _ key: String, _ range: ClosedRange<UInt8>
    ) throws(JSONKeyError) -> UInt8? {
        try integer(key, in: range)
    }

    /// A whole number in the range; nil if it is absent.
    ///
    /// - Throws: `JSONKeyError` if it is not a whole number in the range.
    package func integer(
        _ key: String, _ range: ClosedRange<UInt16>
    ) throws(JSONKeyError) -> UInt16? {
        try integer(key, in: range)
    }

    /// A whole number in the range; nil if it is absent.
    ///
    /// - Throws: `JSONKeyError` if it is not a whole number in the range.
    package func integer(
        _ key: String, _ range: ClosedRange<UInt32>
    ) throws(JSONKeyError) -> UInt32? {
        try integer(key, in: range)
    }
}
