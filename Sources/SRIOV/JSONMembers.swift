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
        members[key] = value
    }

    package mutating func set(_ key: String, _ text: String?) {
        members[key] = text.map(JSONValue.string)
    }

    package mutating func set(_ key: String, _ truth: Bool?) {
        members[key] = truth.map(JSONValue.bool)
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
