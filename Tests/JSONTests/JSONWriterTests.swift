import Foundation
import Fuzzing
import JSON
import Testing

/// What documents look like: as Foundation's encoder writes them.
@Suite struct JSONWriterTests {
    private func text(_ value: JSONValue) -> String {
        String(decoding: value.encoded(), as: UTF8.self)
    }

    @Test(arguments: [
        (JSONValue.null, "null"), (.bool(true), "true"), (.bool(false), "false"),
        (.integer(.min), "-9223372036854775808"), (.unsigned(.max), "18446744073709551615"),
        (.integer(0), "0"), (.double(0.1), "0.1"), (.double(-2.5), "-2.5"),
        (.double(1e20), "1e+20"),
        (.double(1e-7), "1e-07"), (.double(.leastNonzeroMagnitude), "5e-324"),
        (.double(-0.0), "-0"),
        (.double(3), "3"), (.double(.greatestFiniteMagnitude), "1.7976931348623157e+308"),
        (.double(.infinity), "null"), (.double(.nan), "null"), (.string(""), #""""#),
        (.string("a/b\"\\"), #""a/b\"\\""#), (.string("\u{8}\u{c}\n\r\t"), #""\b\f\n\r\t""#),
        (.string("\u{0}\u{b}\u{f}\u{10}\u{1f}"), #""\u0000\u000b\u000f\u0010\u001f""#),
        (.string("\u{7f}\u{2028}é😀"), "\"\u{7f}\u{2028}é😀\""), (.array([]), "[]"),
        (.object([:]), "{}"), (.array([.integer(1), .array([.null])]), "[1,[null]]"),
        (.object(["b": .integer(1), "a\n": .object(["é": .null])]), #"{"a\n":{"é":null},"b":1}"#),
    ])
    func aValueHasOneText(value: JSONValue, expected: String) {
        #expect(text(value) == expected)
    }

    @Test func anIndentedDocumentHasALineForEachValue() {
        let value = JSONValue.object([
            "b": .array([.integer(1), .object([:]), .array([])]),
            "a": .object(["c": .string("d/e")]),
        ])
        #expect(
            String(decoding: value.indented(), as: UTF8.self) == """
                {
                  "a" : {
                    "c" : "d/e"
                  },
                  "b" : [
                    1,
                    {

                    },
                    [

                    ]
                  ]
                }
                """)
    }

    @Test func documentsAreWrittenAsFoundationWritesThem() throws {
        for seed in FuzzSeeds(500, of: "JSON values") {
            var generator = SeededGenerator(seed: seed)
            let value = JSONValue.random(depth: 4, using: &generator)
            let comment: Comment = "seed \(seed)"
            for (written, layout) in [
                (value.encoded(), JSONEncoder.OutputFormatting()),
                (value.indented(), .prettyPrinted),
            ] {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, layout]
                let expected = try encoder.encode(Encoded(value))
                try #require(
                    String(decoding: written, as: UTF8.self)
                        == String(decoding: expected, as: UTF8.self),
                    comment)
            }
            try #require(try JSONValue(parsing: value.encoded()) == value, comment)
        }
    }
}

extension JSONValue {
    /// A value with texts of all kinds of characters.
    fileprivate static func random(depth: Int, using generator: inout SeededGenerator) -> JSONValue
    {
        switch generator.number(in: depth == 0 ? 2...8 : 0...8) {
        case 0:
            .array(
                (0..<generator.number(in: 0...4)).map { _ in
                    random(depth: depth - 1, using: &generator)
                })
        case 1:
            .object(
                JSONMembers(
                    Dictionary(
                        (0..<generator.number(in: 0...4)).map { _ in
                            (text(using: &generator), random(depth: depth - 1, using: &generator))
                        }, uniquingKeysWith: { $1 })))
        case 2: .null
        case 3: .bool(Bool.random(using: &generator))
        case 4: .integer(Int64.random(in: .min ... .max, using: &generator))
        case 5: .unsigned(UInt64.random(in: UInt64(Int64.max) + 1 ... .max, using: &generator))
        case 6: .double(fraction(using: &generator))
        default: .string(text(using: &generator))
        }
    }

    /// A number of any size that is no whole one of 64 bits, which the parser would make one.
    private static func fraction(using generator: inout SeededGenerator) -> Double {
        while true {
            let number = Double(bitPattern: UInt64.random(in: 0 ... .max, using: &generator))
            if number.isFinite, Int64(exactly: number) == nil { return number }
        }
    }

    private static func text(using generator: inout SeededGenerator) -> String {
        var text = ""
        for _ in 0..<generator.number(in: 0...6) {
            let range: ClosedRange<UInt32> = [0...0x7f, 0x20...0x7e, 0...0xffff, 0...0x10ffff][
                generator.number(in: 0...3)]
            let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator))
            if let scalar { text.unicodeScalars.append(scalar) }
        }
        return text
    }
}

/// A value as Foundation's encoder takes it.
private struct Encoded: Encodable {
    let value: JSONValue

    init(_ value: JSONValue) {
        self.value = value
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch value {
        case .null: try container.encodeNil()
        case .bool(let truth): try container.encode(truth)
        case .integer(let number): try container.encode(number)
        case .unsigned(let number): try container.encode(number)
        case .double(let number): try container.encode(number)
        case .string(let text): try container.encode(text)
        case .array(let elements): try container.encode(elements.map(Encoded.init))
        case .object(let members):
            try container.encode(
                Dictionary(uniqueKeysWithValues: members.map { ($0.key, Encoded($0.value)) }))
        }
    }
}
