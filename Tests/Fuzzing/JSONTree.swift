/// A JSON document whose members keep their order and may repeat, and whose values may be any text: also
/// what no encoder would write.
package indirect enum JSONTree: Sendable {
    case raw(String)
    case array([JSONTree])
    case object([(key: String, value: JSONTree)])

    /// The document.
    package var text: String {
        switch self {
        case .raw(let text): text
        case .array(let elements): "[\(elements.map(\.text).joined(separator: ","))]"
        case .object(let members):
            "{\(members.map { Self.quoted($0.key) + ":" + $0.value.text }.joined(separator: ","))}"
        }
    }

    /// A text in quotes; its control characters are escaped, and everything else is left.
    package static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\0"..." ":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    /// The member's value; nil for what is no object or has no such member.
    package subscript(key: String) -> JSONTree? {
        get {
            guard case .object(let members) = self else { return nil }
            return members.first { $0.key == key }?.value
        }
        set {
            guard case .object(var members) = self else { return }
            members.removeAll { $0.key == key }
            if let newValue { members.append((key, newValue)) }
            self = .object(members)
        }
    }
}

extension JSONTree: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .raw(Self.quoted(value)) }
    package init(integerLiteral value: Int) { self = .raw("\(value)") }
    package init(booleanLiteral value: Bool) { self = .raw("\(value)") }
    package init(arrayLiteral elements: JSONTree...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSONTree)...) {
        self = .object(elements.map { (key: $0.0, value: $0.1) })
    }
}
