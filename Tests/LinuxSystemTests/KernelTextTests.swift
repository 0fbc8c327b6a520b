import LinuxSystem
import Testing

@Suite struct KernelTextTests {
    @Test(arguments: [
        ("eth0", "eth0"), ("café", "café"), (#"a\b"#, #"a\\b"#), ("two words", "two words"),
        ("a\u{7}b", #"a\x07b"#), ("\u{202e}0hte", #"\xe2\x80\xae0hte"#),
        ("\u{9b}31m", #"\xc2\x9b31m"#), ("\u{a0}", #"\xc2\xa0"#), ("", ""),
    ])
    func textIsShownPrintable(text: String, shown: String) {
        #expect(KernelText(text).description == shown)
        #expect(KernelText(escaped: shown) == KernelText(text))
    }

    @Test(
        arguments: [
            ([0xff, 0xfe], #"\xff\xfe"#), ([0x61, 0xc3], #"a\xc3"#), ([0xc3, 0xa9], "é"),
            ([0xe2, 0x28, 0xa1], #"\xe2(\xa1"#), ([0xed, 0xa0, 0x80], #"\xed\xa0\x80"#),
        ] as [([UInt8], String)])
    func bytesThatAreNoTextAreEscaped(bytes: [UInt8], shown: String) {
        #expect(KernelText(bytes: bytes).description == shown)
        #expect(KernelText(escaped: shown).bytes == bytes)
    }

    @Test func everyByteComesBackFromWhatIsShown() {
        for first in UInt8.min...UInt8.max {
            for second in [0, 0x41, 0x5c, 0x78, 0x80, 0xa9, 0xff] as [UInt8] {
                let text = KernelText(bytes: [first, second, 0x78, 0x34, 0x31])
                #expect(KernelText(escaped: text.description) == text)
            }
        }
    }

    @Test(arguments: [#"\"#, #"a\"#, #"\x"#, #"\xf"#, #"\xzz"#, #"\n"#])
    func aBackslashThatBeginsNoEscapeStandsForItself(text: String) {
        #expect(KernelText(escaped: text) == KernelText(text))
    }

    /// Swift takes them for the same text; to the kernel they are two names.
    @Test func spellingsOfOneCharacterAreTwoNames() {
        let (composed, decomposed) = ("\u{e9}", "e\u{301}")
        #expect(composed == decomposed)
        #expect(KernelText(composed) != KernelText(decomposed))
        #expect(Set([KernelText(composed), KernelText(decomposed)]).count == 2)
    }
}
