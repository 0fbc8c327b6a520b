/// The members of a JSON object, sorted by key.
///
/// Not a dictionary: a process that lives for one call pays more for a dictionary's types, which it makes at run
/// time, than for looking through a few keys.
package struct JSONMembers: Hashable, Sendable {
    /// The keys, sorted; each is there once.
    package private(set) var keys: [String] = []
    /// The value of each key, in the same order.
    package private(set) var values: [JSONValue] = []

    package init() {}

    /// - Parameter capacity: How many members there will be.
    package init(capacity: Int) {
        keys.reserveCapacity(capacity)
        values.reserveCapacity(capacity)
    }

    /// The members as they are written in a text; of several with the same key the last counts.
    ///
    /// - Parameters:
    ///   - keys: In any order.
    ///   - values: As many as there are keys.
    ///   - repeatedKey: Set to the first key that is there a second time; nil if there is none.
    init(keys: [String], values: [JSONValue], repeatedKey: inout String?) {
        repeatedKey = nil
        if keys.indices.dropFirst().allSatisfy({ keys[$0 - 1] < keys[$0] }) {
            self.keys = keys
            self.values = values
            return
        }
        let order = keys.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
        var firstRepetition = keys.count
        self.keys.reserveCapacity(keys.count)
        self.values.reserveCapacity(keys.count)
        for index in order {
            if self.keys.last == keys[index] {
                self.values[self.values.count - 1] = values[index]
                firstRepetition = Swift.min(firstRepetition, index)
            } else {
                self.keys.append(keys[index])
                self.values.append(values[index])
            }
        }
        if firstRepetition < keys.count { repeatedKey = keys[firstRepetition] }
    }

    package init(_ members: [String: JSONValue]) {
        keys = members.keys.sorted()
        values = keys.compactMap { members[$0] }
    }

    package var isEmpty: Bool { keys.isEmpty }
    package var count: Int { keys.count }

    /// The object.
    package var object: JSONValue { .object(self) }

    /// The value of a key; nil if it is absent, and an assignment of nil removes it.
    package subscript(key: String) -> JSONValue? {
        get { find(key).index.map { values[$0] } }
        set {
            let (index, insertionIndex) = find(key)
            switch (index, newValue) {
            case (let index?, let value?): values[index] = value
            case (let index?, nil):
                keys.remove(at: index)
                values.remove(at: index)
            case (nil, let value?):
                keys.insert(key, at: insertionIndex)
                values.insert(value, at: insertionIndex)
            case (nil, nil): break
            }
        }
    }

    /// Sets a key, unless the value is nil.
    package mutating func set(_ key: String, _ value: JSONValue?) {
        if let value { self[key] = value }
    }

    package mutating func set(_ key: String, _ text: String?) {
        if let text { self[key] = .string(text) }
    }

    package mutating func set(_ key: String, _ truth: Bool?) {
        if let truth { self[key] = .bool(truth) }
    }

    package mutating func set(_ key: String, _ number: (some FixedWidthInteger)?) {
        guard let number else { return }
        self[key] =
            if let number = Int64(exactly: number) {
                .integer(number)
            } else {
                .unsigned(UInt64(truncatingIfNeeded: number))
            }
    }

    /// Where a key is, nil if it is absent, and where it would have to be.
    private func find(_ key: String) -> (index: Int?, insertionIndex: Int) {
        var low = 0
        var high = keys.count
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] < key { low = middle + 1 } else { high = middle }
        }
        return (low < keys.count && keys[low] == key ? low : nil, low)
    }
}

extension JSONMembers: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        for (key, value) in elements { self[key] = value }
    }
}

extension JSONMembers: Sequence {
    package struct Iterator: IteratorProtocol {
        private let members: JSONMembers
        private var index = 0

        fileprivate init(_ members: JSONMembers) {
            self.members = members
        }

        package mutating func next() -> (key: String, value: JSONValue)? {
            guard index < members.count else { return nil }
            defer { index += 1 }
            return (members.keys[index], members.values[index])
        }
    }

    package func makeIterator() -> Iterator { Iterator(self) }
}
