import Foundation
import Fuzzing
import Glibc
import Testing

@testable import JSON

/// What is a JSON document and what is not.
@Suite struct JSONParserTests {
    @Test(arguments: [
        ("null", JSONValue.null), (" true\n", .bool(true)), ("\t\r[ ]", .array([])),
        (#"{"a" : [1 , {}]}"#, .object(["a": .array([.integer(1), .object([:])])])),
        ("-0", .integer(0)), ("1.0", .integer(1)), ("1e2", .integer(100)),
        ("0.5E-1", .double(0.05)),
        ("18446744073709551616", .double(18_446_744_073_709_551_616)),
        (#""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{8}\u{c}\n\r\t")),
        (#""\u00e9\uD83D\uDE00\u0000""#, .string("é😀\0")), (#""é😀""#, .string("é😀")),
    ])
    func whatIsADocument(text: String, value: JSONValue) throws {
        #expect(try JSONValue(parsing: Array(text.utf8)) == value)
    }

    @Test(arguments: [
        ("", "a value is missing at byte 0"), ("nul", "a value is missing at byte 0"),
        ("1 2", "there is more text at byte 2"), ("[1,]", "a value is missing at byte 3"),
        ("[1", "the end of an array is missing at byte 2"),
        (#"{"a":1"#, "the end of an object is missing at byte 6"),
        ("{a:1}", "a key is missing at byte 1"), (#"{"a" 1}"#, "a colon is missing at byte 5"),
        (#"{"a":1,}"#, "a key is missing at byte 7"), ("01", "there is more text at byte 1"),
        ("1.", "a digit is missing at byte 2"), ("-", "a digit is missing at byte 1"),
        ("1e+", "a digit is missing at byte 3"), ("1e400", "a number is out of range at byte 0"),
        ("\"a", "the end of a text is missing at byte 2"),
        ("\"\n\"", "a text has a control character at byte 1"),
        (#""\x""#, "an escape is not known at byte 3"),
        (#""\u12g4""#, "an escape needs four hexadecimal digits at byte 5"),
        (#""\ud800""#, "half of a character stands alone at byte 7"),
        (#""\ud800\u0041""#, "half of a character stands alone at byte 13"),
        (#""\udc00""#, "half of a character stands alone at byte 7"),
    ])
    func whatIsNone(text: String, message: String) {
        let error = #expect(throws: JSONSyntaxError.self) {
            try JSONValue(parsing: Array(text.utf8))
        }
        #expect(error?.description == message)
    }

    @Test(
        arguments: [
            [0xff], [0x22, 0xc0, 0x80, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22],
            [0xff, 0xfe, 0x31, 0],
        ] as [[UInt8]])
    func whatIsNoUTF8IsNone(_ bytes: [UInt8]) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: bytes) }
        #expect(error?.description == "the text is not UTF-8 at byte 0")
    }

    /// As Go's decoder reads it, and so the IPAM plugins that are given the same document.
    @Test func ofSeveralMembersWithOneKeyTheLastCounts() throws {
        let value = try JSONValue(parsing: Array(#"{"a":1,"a":2}"#.utf8))
        #expect(value == .object(["a": .integer(2)]))
    }

    /// What is as long as standard input may be takes no longer the deeper it is nested.
    @Test(arguments: [
        ("[", "1,", "1", "]"), ("[", "true,", "true", "]"), ("[", "[],", "0", "]"),
        ("{\"a\":", "", "1.5", "}"),
    ])
    func aLongDocumentIsReadInTime(open: String, element: String, last: String, close: String)
        throws
    {
        let repetitions = element.isEmpty ? 0 : 1_000_000 / element.utf8.count
        func timeToRead(nesting: Int) throws -> Duration {
            let text =
                String(repeating: open, count: nesting)
                + String(repeating: element, count: repetitions)
                + last + String(repeating: close, count: nesting)
            let start = processorTime()
            _ = try JSONValue(parsing: Array(text.utf8))
            return processorTime() - start
        }
        // Of the same machine at the same moment; the second is more than noise and less than any repeated reading.
        #expect(
            try timeToRead(nesting: 60) < timeToRead(nesting: 1) * 5 + .seconds(1))
    }

    /// What this thread has had of a processor: the time on the wall is that of all others too.
    private func processorTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    /// Whatever is a document here is one for Foundation, and comes back from its own text.
    @Test func damagedDocumentsAreReadAsFoundationReadsThem() throws {
        var documents = 0
        for seed in FuzzSeeds(3000, of: "JSON documents") {
            var generator = SeededGenerator(seed: seed)
            var tree: JSONTree = [
                "a": 1, "b": [true, "x", ["c": .raw("1.5e3")]], "d": .raw("null"),
                "é": .raw(#""\u00e9\n""#),
            ]
            for _ in 0..<generator.number(in: 1...3) { tree.damage(using: &generator) }
            var bytes = Array(tree.text.utf8)
            if generator.chance(60) { bytes.damage(using: &generator) }
            let text = String(decoding: bytes.prefix(500), as: UTF8.self)
            guard let value = try? JSONValue(parsing: bytes) else { continue }
            documents += 1
            #expect(throws: Never.self, "seed \(seed): \(text)") {
                try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            }
            try #require(try JSONValue(parsing: value.encoded()) == value, "seed \(seed): \(text)")
        }
        #expect(documents > 0)
    }

    @Test(arguments: [
        (#"{"a": 1, "a": 2}"#, "a"), (#"{"a": {"b": [0, {"c": 1, "c": 2}]}}"#, "a.b[1].c"),
        (#"{"a": {"[x": 1, "[x": 2}}"#, "a.[x"), (#"[[{"a": 1, "a": 2}]]"#, "[0][0].a"),
        (#"{"a": {"b": 1}, "c": {"b": 1}}"#, nil),
    ])
    func aRepeatedKeyIsToldWithTheWayToIt(text: String, key: String?) throws {
        var parser = try JSONParser(Array(text.utf8))
        _ = try parser.document()
        #expect(parser.repeatedKey == key)
    }

}
