import LinuxSystem
import Testing

@Suite struct StringCuttingTests {
    @Test(arguments: [
        ("", 0, "", ""), ("abc", 3, "abc", "abc"), ("abc", 2, "ab", "bc"), ("abc", 0, "", ""),
        ("aé", 2, "a", "é"), ("éa", 2, "é", "a"), ("€", 2, "", ""), ("€€", 5, "€", "€"),
        ("a😀b", 4, "a", "b"), ("a😀b", 5, "a😀", "😀b"), ("e\u{301}x", 1, "e", "x"),
        ("e\u{301}x", 2, "e", "x"),
    ])
    func aTextIsCutBetweenScalars(text: String, limit: Int, start: String, end: String) {
        #expect(text.prefix(bytes: limit) == start)
        #expect(text.suffix(bytes: limit) == end)
    }

    @Test func aSingleCharacterMayBeCut() {
        let text = "e" + String(repeating: "\u{301}", count: 500_000)
        #expect(text.count == 1)
        #expect(text.prefix(bytes: 1000).utf8.count == 999)
        #expect(text.suffix(bytes: 1000).utf8.count == 1000)
        #expect(text.cut(toBytes: 1000).utf8.count == 1002)
        #expect("abc".cut(toBytes: 3) == "abc")
    }
}
