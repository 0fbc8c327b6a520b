/// What configuration files need beyond single values.
extension JSONObject {
    /// Reads a text that must be one JSON object.
    ///
    /// A key that an object has twice is refused, unlike elsewhere: the author of the one that would not count
    /// believes that it does.
    ///
    /// - Throws: `JSONDocumentError` with the line and the column of a mistake.
    package static func document(_ bytes: [UInt8]) throws(JSONDocumentError) -> JSONObject {
        let value: JSONValue
        let repeatedKey: String?
        do {
            var parser = try JSONParser(bytes)
            value = try parser.document()
            repeatedKey = parser.repeatedKey
        } catch {
            throw JSONDocumentError(
                "is not a JSON document: \(error.place(in: bytes)): \(error.problem)")
        }
        if let repeatedKey { throw JSONDocumentError("\(repeatedKey): is given twice") }
        guard case .object(let members) = value else {
            throw JSONDocumentError("must be a JSON object, not \(value.kind)")
        }
        return JSONObject(members)
    }

    /// Refuses keys that are not known, and keys of which two differ by case alone.
    ///
    /// A key that is mistyped would let every VF pass, and of two that differ by case alone one would not count.
    ///
    /// - Throws: `JSONKeyError` for the first key that is not known, or that is given twice.
    package func refuseKeys(otherThan known: [String]) throws(JSONKeyError) {
        let folded = Set(known.map { $0.lowercased() })
        var found: Set<String> = []
        for key in keys {
            guard folded.contains(key.lowercased()) else {
                throw JSONKeyError(path(key), "is not known")
            }
            guard found.insert(key.lowercased()).inserted else {
                throw JSONKeyError(
                    path(key), "is given twice: upper and lower case do not matter in keys")
            }
        }
    }

    /// Where the object itself lies in its document: `physicalFunctions[0]`.
    package var ownPath: String {
        let path = path("")
        return path.hasSuffix(".") ? String(path.dropLast()) : path
    }

    /// One object, or an array of at least one; empty if it is absent.
    ///
    /// - Throws: `JSONKeyError` for an empty array, and for a value or an element that is not an object.
    package func oneOrMore(_ key: String) throws(JSONKeyError) -> [JSONObject] {
        switch value(key) {
        case nil: return []
        case .array:
            let objects = try objects(key)
            guard !objects.isEmpty else {
                throw JSONKeyError(path(key), "must not be an empty array")
            }
            return objects
        default:
            return [try object(key)].compactMap(\.self)
        }
    }

    /// One of several values by its spelling, upper or lower case; nil if it is absent.
    ///
    /// - Parameter spelling: Returns how a value is written, in lower case.
    /// - Throws: `JSONKeyError` if it is not a string, or is none of the spellings.
    package func choice<Value>(
        _ key: String, of values: [Value], _ spelling: (Value) -> String
    ) throws(JSONKeyError) -> Value? {
        guard let text = try string(key) else { return nil }
        if let value = values.first(where: { spelling($0) == text.lowercased() }) { return value }
        throw JSONKeyError(
            path(key),
            "must be \(values.map(spelling).joined(separator: " or ")), not \"\(text)\"")
    }

    /// `on` or `off`, or true or false; nil if it is absent.
    ///
    /// - Throws: `JSONKeyError` for any other value.
    package func isOn(_ key: String) throws(JSONKeyError) -> Bool? {
        switch value(key) {
        case .bool(let truth): return truth
        case .string: return try choice(key, of: [true, false]) { $0 ? "on" : "off" }
        case nil: return nil
        case .some(let other):
            throw JSONKeyError(path(key), "must be on or off, not \(other.kind)")
        }
    }
}

extension JSONSyntaxError {
    /// The place as editors count it: `line 3, column 7`, both from 1, columns in characters.
    package func place(in bytes: [UInt8]) -> String {
        let before = bytes.prefix(offset)
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let column = String(decoding: before[start...], as: UTF8.self).count + 1
        return "line \(line), column \(column)"
    }
}
