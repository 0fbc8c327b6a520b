import Testing

@testable import AdminTool

@Suite struct TableTests {
    @Test func columnsAreAsWideAsTheirWidestCell() {
        let table = Table(
            columns: [.init("NAME"), .init("#", .right), .init("OWNER")],
            rows: [["a", "1", "x"], ["longer", "10", nil]])
        #expect(
            table.text == """
                NAME     #  OWNER
                a        1  x
                longer  10  -

                """)
    }

    @Test func noLineEndsInSpaces() {
        let table = Table(
            columns: [.init("A"), .init("LAST COLUMN")], rows: [["1", nil], ["2", "x"]])
        #expect(table.text == "A  LAST COLUMN\n1  -\n2  x\n")
    }

    @Test func withoutRowsOnlyTheHeadingsAreLeft() {
        #expect(Table(columns: [.init("A"), .init("B", .right)], rows: []).text == "A  B\n")
    }

    @Test func wideCharactersCountTwice() {
        let table = Table(
            columns: [.init("NAME"), .init("X")], rows: [["網路", "1"], ["café", "2"]])
        #expect(table.text == "NAME  X\n網路  1\ncafé  2\n")
    }

    @Test func combiningMarksTakeNoColumn() {
        let table = Table(
            columns: [.init("NAME"), .init("X")], rows: [["cafe\u{301}s", "1"], ["plain", "2"]])
        #expect(table.text == "NAME   X\ncafe\u{301}s  1\nplain  2\n")
    }

    @Test func controlCharactersNeverReachTheTerminal() {
        let table = Table(columns: [.init("NAME")], rows: [["a\u{1b}[2Jb\n\u{202e}c"]])
        #expect(table.text == "NAME\na?[2Jb??c\n")
    }

    @Test func valuesOfADescriptionStandInOneColumn() {
        let block = DescriptionBlock([("key", "1"), ("longer key", nil), ("k", "a\tb")])
        #expect(
            block.text == """
                key:         1
                longer key:  -
                k:           a?b

                """)
    }
}
