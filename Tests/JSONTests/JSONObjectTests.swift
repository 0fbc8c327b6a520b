import JSON
import Testing

@Suite struct JSONObjectTests {
    private func object(_ text: String) throws -> JSONObject {
        guard case .object(let members) = try JSONValue(parsing: Array(text.utf8)) else {
            throw JSONKeyError("document", "is no object")
        }
        return JSONObject(members)
    }

    @Test func keysMatchInAnyCase() throws {
        let object = try object(#"{"DeviceId":"a","VLAN":5,"Min_TX_rate":7}"#)
        #expect(try object.string("deviceID") == "a")
        #expect(try object.integer("vlan", 0...UInt16.max) == 5)
        #expect(try object.integer("min_tx_rate", 0...UInt32.max) == 7)
    }

    @Test func theKeyThatMatchesExactlyWins() throws {
        #expect(try object(#"{"MAC":"a","mac":"b","Mac":"c"}"#).string("mac") == "b")
    }

    @Test func nullCountsAsAbsent() throws {
        #expect(try object(#"{"vlan":null}"#).integer("vlan", 0...UInt16(4094)) == nil)
    }

    @Test func largeNumbersStayExact() throws {
        let text = #"{"a":9223372036854775807,"b":18446744073709551615,"c":-9223372036854775808}"#
        let value = try JSONValue(parsing: Array(text.utf8))
        #expect(
            value
                == .object([
                    "a": .integer(.max), "b": .unsigned(.max), "c": .integer(.min),
                ]))
        #expect(String(decoding: value.encoded(), as: UTF8.self) == text)
    }

    @Test(arguments: [
        (#"{"n":"5"}"#, "n: must be an integer from 0 to 10, not a string"),
        (#"{"n":11}"#, "n: must be an integer from 0 to 10, not 11"),
        (#"{"n":-1}"#, "n: must be an integer from 0 to 10, not -1"),
        (#"{"n":1.5}"#, "n: must be an integer from 0 to 10, not 1.5"),
        (
            #"{"n":18446744073709551615}"#,
            "n: must be an integer from 0 to 10, not 18446744073709551615"
        ),
        (#"{"n":true}"#, "n: must be an integer from 0 to 10, not a boolean"),
        (#"{"n":[1]}"#, "n: must be an integer from 0 to 10, not an array"),
        (#"{"n":{}}"#, "n: must be an integer from 0 to 10, not an object"),
    ])
    func whatIsNoIntegerInRangeIsRefused(text: String, message: String) throws {
        let error = #expect(throws: JSONKeyError.self) {
            try object(text).integer("n", 0...UInt8(10))
        }
        #expect(error?.description == message)
    }

    @Test func nestedKeysAreNamedInFull() throws {
        let object = try object(#"{"a":{"B":[{},{"c":1}]}}"#)
        let error = #expect(throws: JSONKeyError.self) {
            try object.object("A")?.objects("b").last?.string("c")
        }
        #expect(error?.description == "A.b[1].c: must be a string, not a number")
    }

    @Test func documentsNestedTooDeeplyAreRefused() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array(
                (String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }
        #expect(throws: Never.self) { try JSONValue(parsing: nested(60)) }
        #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: nested(70)) }
        #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: nested(500_000)) }
    }
}
