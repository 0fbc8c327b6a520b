import JSON
import Testing

@Suite struct JSONMembersTests {
    @Test func keysAreSortedWhateverTheOrderOfTheirSetting() {
        var members = JSONMembers()
        for key in ["vlan", "a", "name", "cniVersion"] { members.set(key, key) }
        #expect(members.keys == ["a", "cniVersion", "name", "vlan"])
        #expect(members.values == ["a", "cniVersion", "name", "vlan"].map(JSONValue.string))
    }

    @Test func aKeyIsSetOnceAndNilLeavesItOut() {
        var members: JSONMembers = ["a": .integer(1), "b": .integer(2)]
        members.set("a", 3)
        members.set("c", String?.none)
        #expect(members == ["a": .integer(3), "b": .integer(2)])
    }

    @Test func anAssignmentOfNilRemovesAKey() {
        var members: JSONMembers = ["a": .null, "b": .null, "c": .null]
        members["b"] = nil
        members["d"] = nil
        #expect(members.keys == ["a", "c"])
        #expect(members["b"] == nil)
    }

    @Test(arguments: [0, 1, 2, 15, 16, 17, 100, 1000])
    func everyKeyIsFound(count: Int) throws {
        let keys = (0..<count).map { "key \($0)" }
        let text =
            "{" + keys.shuffled().map { "\"\($0)\": \"\($0)\"" }.joined(separator: ",") + "}"
        guard case .object(let members) = try JSONValue(parsing: Array(text.utf8)) else {
            Issue.record("no object")
            return
        }
        #expect(members.count == count)
        #expect(members.keys == keys.sorted())
        for key in keys { #expect(members[key] == .string(key)) }
        #expect(members["key"] == nil)
        #expect(members["zzz"] == nil)
    }

    @Test func ofManyRepetitionsTheLastCounts() throws {
        let text = #"{"b": 1, "a": 1, "b": 2, "c": 1, "b": 3, "a": 2}"#
        #expect(
            try JSONValue(parsing: Array(text.utf8))
                == .object(["a": .integer(2), "b": .integer(3), "c": .integer(1)]))
    }

    /// A dictionary of these would be made in any order; that the keys come in the worst one must not matter.
    @Test func aGreatObjectIsRead() throws {
        let keys = (0..<130_000).map(String.init).sorted()
        let text = "{" + keys.reversed().map { "\"\($0)\":0" }.joined(separator: ",") + "}"
        guard case .object(let members) = try JSONValue(parsing: Array(text.utf8)) else {
            Issue.record("no object")
            return
        }
        #expect(members.keys == keys)
    }
}
