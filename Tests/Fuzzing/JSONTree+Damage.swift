extension JSONTree {
    /// Changes one place somewhere in the document: a value becomes another or one of another type, a member
    /// goes, comes twice, or is spelled in another case.
    ///
    /// - Parameter values: Values that the document's readers know for a key; other keys get them too at times.
    package mutating func damage(
        values: [(key: String, value: JSONTree)] = [], using generator: inout SeededGenerator
    ) {
        switch self {
        case .object(var members) where !members.isEmpty:
            let place = generator.number(in: 0...members.count - 1)
            let key = members[place].key
            switch generator.number(in: 0...9) {
            case 0: members.remove(at: place)
            case 1: members.append((key, Self.value(for: key, values, using: &generator)))
            case 2:
                let spelling = generator.chance(50) ? key.uppercased() : key.lowercased()
                members[place].key = spelling
            case 3:
                let known = generator.pick(values.map(\.key) + [key, "", "\u{0}", "unknown"])
                let value = Self.value(for: known, values, using: &generator)
                members.insert((known, value), at: place)
            case 4: members.swapAt(place, generator.number(in: 0...members.count - 1))
            case 5, 6: members[place].value = Self.value(for: key, values, using: &generator)
            case 7 where generator.chance(10): self = Self.hostile(using: &generator); return
            default: members[place].value.damage(values: values, using: &generator)
            }
            self = .object(members)
        case .array(var elements) where !elements.isEmpty && generator.chance(80):
            let place = generator.number(in: 0...elements.count - 1)
            switch generator.number(in: 0...3) {
            case 0: elements.remove(at: place)
            case 1: elements.append(elements[place])
            default: elements[place].damage(values: values, using: &generator)
            }
            self = .array(elements)
        default:
            self = Self.hostile(using: &generator)
        }
    }

    private static func value(
        for key: String, _ values: [(key: String, value: JSONTree)],
        using generator: inout SeededGenerator
    ) -> JSONTree {
        let known = values.filter { $0.key == key }.map(\.value)
        if generator.chance(50) || known.isEmpty { return hostile(using: &generator) }
        return generator.pick(known)
    }

    /// A value of any type, at the ends of a range or beyond. No text of them is the name of a file that
    /// could be made.
    private static func hostile(using generator: inout SeededGenerator) -> JSONTree {
        switch generator.number(in: 0...29) {
        case 0: return .raw(quoted(String(repeating: "a", count: 100_000)))
        case 1: return nested("[", "]", depth: generator.pick([10, 63, 64, 65, 600]))
        case 2: return nested("{\"a\":", "}", depth: generator.pick([10, 63, 64, 65, 600]))
        case 3: return nested("[", "]", depth: 20_000)
        default: return .raw(generator.pick(scalars))
        }
    }

    private static func nested(_ open: String, _ close: String, depth: Int) -> JSONTree {
        .raw(
            String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth))
    }

    private static var scalars: [String] {
        [
            "null", "true", "false", "0", "-0", "-1", "1", "7", "8", "255", "256", "4094", "4095",
            "65535", "65536", "2147483648", "4294967295", "4294967296", "9223372036854775807",
            "9223372036854775808", "18446744073709551615", "18446744073709551616", "1.0", "1.5",
            "1e2", "1e19", "1e308", "1e400", "-1e400", "1E-400", "01", "+1", "1.", ".5", "0x10",
            "NaN", "Infinity", String(repeating: "9", count: 400), #""""#, #"" ""#, #""..""#,
            #""/proc/none/x""#, #""\u0000""#, #""a\u0000b""#, #""\ud800""#, #""\udc00\ud800""#,
            #""\uD83D\uDE00""#, #""/proc/é""#, #""/proc/e\u0301""#, #""\u202e""#, #""%s%n%d""#,
            #""\n""#, #""\q""#, "\"", "'a'", "", "[]", "{}", "[null]", "[[]]", #"{"":{}}"#,
            #"{"a":1,"a":2}"#, "[1,]", "{\"a\"}",
        ]
    }
}
