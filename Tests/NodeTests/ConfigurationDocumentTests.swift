import Foundation
import FrontEndSupport
import JSON
import Node
import SRIOV
import Testing

/// What docs/configuration.md and docs/config.schema.json say is what the parser does.
@Suite struct ConfigurationDocumentTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    private static let docs = root.appending(path: "docs")

    private func schema() throws -> JSONValue {
        let data = try Data(contentsOf: Self.docs.appending(path: "config.schema.json"))
        return try JSONValue(parsing: Array(data))
    }

    /// The examples of docs/configuration.md, and the one that is installed.
    private func examples() throws -> [String] {
        let text = try String(
            contentsOf: Self.docs.appending(path: "configuration.md"), encoding: .utf8)
        let installed = try String(
            contentsOf: Self.root.appending(path: "packaging/examples/config.json"),
            encoding: .utf8)
        return text.components(separatedBy: "```json\n").dropFirst().compactMap {
            $0.components(separatedBy: "\n```").first
        } + [installed]
    }

    private func isTaken(_ text: String) -> Bool {
        (try? NodeConfiguration(parsing: Array(text.utf8), path: "config")) != nil
    }

    private func isValid(_ text: String) throws -> Bool {
        let schema = try schema()
        return SchemaCheck(root: schema).accepts(
            try JSONValue(parsing: Array(text.utf8)), schema)
    }

    @Test func everyExampleIsTakenAndSatisfiesTheSchema() throws {
        let examples = try examples()
        #expect(examples.count == 5)
        for example in examples {
            #expect(throws: Never.self) {
                try NodeConfiguration(parsing: Array(example.utf8), path: "config")
            }
            #expect(try isValid(example), "\(example)")
        }
    }

    @Test func theSchemaHasTheKeysOfTheParser() throws {
        let schema = try schema()
        func keys(_ name: String?) throws -> [String] {
            let object = name.map { schema["$defs"]?[$0] } ?? schema
            #expect(object?["additionalProperties"] == .bool(false), "\(name ?? "")")
            return try #require(object?["properties"]).members.keys.sorted()
        }
        #expect(try keys(nil) == NodeConfiguration.keys.sorted())
        #expect(try keys("cni") == CNIConfiguration.keys.sorted())
        #expect(try keys("physicalFunction") == PhysicalFunctionConfiguration.keys.sorted())
        #expect(try keys("physicalFunctionSelector") == PhysicalFunctionSelector.keys.sorted())
        #expect(try keys("vfDefaults") == VFSettings.defaultKeys.sorted())
        #expect(try keys("pool") == Pool.keys.sorted())
        #expect(try keys("poolSelector") == PoolSelector.keys.sorted())
    }

    @Test(arguments: [
        "[]", #"{"physicalFunction": []}"#, #"{"physicalFunctions": [{}]}"#,
        #"{"physicalFunctions": [{"name": "a", "address": "0000:01:00.0"}]}"#,
        #"{"physicalFunctions": [{"address": "01:00.0"}]}"#,
        #"{"physicalFunctions": [{"selectors": {}}]}"#,
        #"{"physicalFunctions": [{"selectors": []}]}"#,
        #"{"physicalFunctions": [{"selectors": {"numaNodes": [-1]}}]}"#,
        #"{"physicalFunctions": [{"name": "a", "numVFs": -1}]}"#,
        #"{"physicalFunctions": [{"name": "a", "mtu": 67}]}"#,
        #"{"physicalFunctions": [{"name": "a", "up": false}]}"#,
        #"{"physicalFunctions": [{"name": "a", "vfDriver": "a/b"}]}"#,
        #"{"physicalFunctions": [{"name": "a", "eswitchMode": "x"}]}"#,
        #"{"physicalFunctions": [{"name": "a", "vfDefaults": {"vlan": 4095}}]}"#,
        #"{"physicalFunctions": [{"name": "a", "vfDefaults": {"trust": "yes"}}]}"#,
        #"{"physicalFunctions": [{"name": "a", "vfDefaults": {"vlanProto": "802.3"}}]}"#,
        #"{"cni": []}"#, #"{"cni": {"x": "/a"}}"#, #"{"cni": {"logDirectory": ""}}"#,
        #"{"cni": {"logDirectory": "/"}}"#, #"{"cni": {"logDirectory": "a/b"}}"#,
        #"{"cni": {"logDirectory": "/a/"}}"#, #"{"cni": {"deviceInfoDirectory": "/a/../b"}}"#,
        #"{"cni": {"deviceInfoDirectory": "/.."}}"#,
        #"{"resourceList": [{}]}"#, #"{"resourceList": [{"resourceName": "a b"}]}"#,
        #"{"resourceList": [{"resourceName": "a", "deviceType": "x"}]}"#,
        #"{"resourceList": [{"resourceName": "a", "selectors": {"vendors": ["x"]}}]}"#,
        #"{"resourceList": [{"resourceName": "a", "selectors": {"linkTypes": ["wifi"]}}]}"#,
    ])
    func whatTheParserRefusesTheSchemaRefusesToo(text: String) throws {
        #expect(!isTaken(text))
        #expect(try !isValid(text))
    }
}

/// The part of JSON Schema that docs/config.schema.json needs.
private struct SchemaCheck {
    let root: JSONValue

    func accepts(_ value: JSONValue, _ schema: JSONValue) -> Bool {
        schema.members.allSatisfy { accepts(value, keyword: $0.key, $0.value, schema) }
    }

    private func accepts(
        _ value: JSONValue, keyword: String, _ argument: JSONValue, _ schema: JSONValue
    ) -> Bool {
        switch keyword {
        case "$schema", "title", "description", "$defs": return true
        case "$ref":
            let path = (argument.text ?? "").split(separator: "/").dropFirst()
            let target = path.reduce(root as JSONValue?) { $0?[String($1)] }
            return target.map { accepts(value, $0) } ?? false
        case "type":
            let types = argument.elements.isEmpty ? [argument] : argument.elements
            return types.contains { type in
                switch (type.text, value) {
                case ("object", .object), ("array", .array), ("string", .string),
                    ("boolean", .bool), ("integer", .integer), ("null", .null):
                    true
                default: false
                }
            }
        case "enum": return argument.elements.contains(value)
        case "anyOf": return argument.elements.contains { accepts(value, $0) }
        case "oneOf": return argument.elements.count { accepts(value, $0) } == 1
        case "required": return argument.elements.allSatisfy { value[$0.text ?? ""] != nil }
        case "properties":
            return value.members.allSatisfy { key, member in
                argument[key].map { accepts(member, $0) } ?? true
            }
        case "additionalProperties":
            return value.members.keys.allSatisfy { schema["properties"]?[$0] != nil }
        case "minProperties": return value.members.count >= argument.number ?? 0
        case "items": return value.elements.allSatisfy { accepts($0, argument) }
        case "minItems": return value.elements.count >= argument.number ?? 0
        case "minLength": return (value.text?.count ?? .max) >= argument.number ?? 0
        case "maxLength": return (value.text?.count ?? 0) <= argument.number ?? 0
        case "minimum": return (value.number ?? .max) >= argument.number ?? 0
        case "maximum": return (value.number ?? .min) <= argument.number ?? 0
        case "pattern":
            guard let text = value.text, let pattern = argument.text else { return true }
            return text.range(of: pattern, options: .regularExpression) != nil
        default:
            Issue.record("the schema has a keyword that this test does not know: \(keyword)")
            return false
        }
    }
}

extension JSONValue {
    fileprivate var members: JSONMembers {
        if case .object(let members) = self { members } else { [:] }
    }

    fileprivate var elements: [JSONValue] {
        if case .array(let elements) = self { elements } else { [] }
    }

    fileprivate var text: String? { if case .string(let text) = self { text } else { nil } }

    fileprivate var number: Int? {
        if case .integer(let number) = self { Int(number) } else { nil }
    }

    fileprivate subscript(_ key: String) -> JSONValue? { members[key] }
}
