/// The members of a JSON object that is being made; what is nil is left out.
package struct JSONMembers {
    private var members: [String: JSONValue]

    /// - Parameter capacity: How many members there will be.
    package init(capacity: Int) {
        members = Dictionary(minimumCapacity: capacity)
    }

    /// The object.
    package var object: JSONValue { .object(members) }

    package mutating func set(_ key: String, _ value: JSONValue?) {
        // An assignment of nil would look for the key, to remove it.
        if let value { members[key] = value }
    }

    package mutating func set(_ key: String, _ text: String?) {
        if let text { members[key] = .string(text) }
    }

    package mutating func set(_ key: String, _ truth: Bool?) {
        if let truth { members[key] = .bool(truth) }
    }

    package mutating func set(_ key: String, _ number: (some FixedWidthInteger)?) {
        guard let number else { return }
        members[key] =
            if let number = Int64(exactly: number) {
                .integer(number)
            } else {
                .unsigned(UInt64(truncatingIfNeeded: number))
            }
    }
}
