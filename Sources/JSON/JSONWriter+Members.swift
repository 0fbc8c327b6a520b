/// What writes itself as a JSON object, member by member.
///
/// Writes members directly, without a `JSONValue` tree, for documents that every process writes.
package protocol JSONWritable {
    /// Writes the members, sorted by key.
    func writeMembers(to writer: inout JSONWriter)
}

extension JSONWritable {
    /// The object in one line.
    package func encodedJSON() -> [UInt8] {
        var writer = JSONWriter(.line)
        writer.write(self)
        return writer.bytes
    }
}

/// Members of an object that is being written; what is nil is left out.
extension JSONWriter {
    package mutating func write(_ object: some JSONWritable) {
        begin("{")
        object.writeMembers(to: &self)
        end("}")
    }

    package mutating func member(_ key: StaticString, _ text: String?) {
        guard let text else { return }
        beginMember(key)
        quote(text)
    }

    package mutating func member(_ key: StaticString, _ truth: Bool?) {
        guard let truth else { return }
        beginMember(key)
        write(.bool(truth))
    }

    package mutating func member(_ key: StaticString, _ number: (some FixedWidthInteger)?) {
        guard let number else { return }
        beginMember(key)
        write(number.description)
    }

    package mutating func member(_ key: StaticString, _ object: (some JSONWritable)?) {
        guard let object else { return }
        beginMember(key)
        write(object)
    }

    package mutating func member(_ key: StaticString, _ objects: [some JSONWritable]) {
        beginMember(key)
        begin("[")
        for object in objects {
            next()
            write(object)
        }
        end("]")
    }

    package mutating func member(_ key: StaticString, _ texts: [String]) {
        beginMember(key)
        begin("[")
        for text in texts {
            next()
            quote(text)
        }
        end("]")
    }

    /// - Parameter key: Of characters that need no escape.
    private mutating func beginMember(_ key: StaticString) {
        next()
        key.withUTF8Buffer { quotePlain($0) }
        writeColon()
    }
}
