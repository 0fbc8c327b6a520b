import CNIPlugin
import Foundation
import Fuzzing
import LinuxSystem
import SRIOV

/// A call of the plugin made from a sound one by damage to its input and its environment.
struct HostileCall: CustomStringConvertible {
    /// Of every verb, and one that is none.
    static let verbs = ["ADD", "DEL", "CHECK", "STATUS", "GC", "VERSION", "UPDATE"]

    var verb: String
    /// Without CNI_COMMAND.
    var variables: [String: String]
    var input: [UInt8]

    var description: String {
        let environment = variables.map { "\($0.key)=\(String(reflecting: cut($0.value)))" }
        return "\(verb) \(environment.sorted().joined(separator: " ")) "
            + String(reflecting: cut(String(decoding: input, as: UTF8.self)))
            + " (\(input.count) bytes)"
    }

    /// - Parameters:
    ///   - variables: Those of a sound call.
    ///   - directory: Where a log file may be.
    init(
        _ verb: String, _ variables: [String: String], directory: String,
        using generator: inout SeededGenerator
    ) {
        self.verb = verb
        self.variables = variables
        var document = Self.configuration(using: &generator)
        let values = HostileValues.known(directory: directory)
        if generator.chance(90) {
            for _ in 0..<generator.number(in: 1...3) {
                document.damage(values: values, using: &generator)
            }
        }
        input = Array(document.text.utf8)
        // A damaged path would lead anywhere.
        let namesFile = document.text.range(of: directory) != nil
        if !namesFile, generator.chance(40) { damageBytes(using: &generator) }
        if generator.chance(30) { damageEnvironment(using: &generator) }
    }

    private static func configuration(using generator: inout SeededGenerator) -> JSONTree {
        var document: JSONTree = [
            "cniVersion": .raw(JSONTree.quoted(generator.pick(HostileValues.versions))),
            "name": "sriov-net", "type": "sriov", "deviceID": "0000:01:10.0",
            // It takes its time.
            "announce": false,
        ]
        if generator.chance(80) { document["ipam"] = ["type": "scripted"] }
        if generator.chance(50) {
            document["vlan"] = 100
            document["vlanQoS"] = 3
            document["mac"] = "02:00:00:00:00:99"
            document["trust"] = "on"
            document["max_tx_rate"] = 100
        }
        if generator.chance(40) {
            document["prevResult"] = HostileValues.previousResult
            document["runtimeConfig"] = ["mac": "02:00:00:00:00:98"]
            document["dns"] = ["nameservers": ["10.0.0.1"], "domain": "d", "search": ["e"]]
            document["cni.dev/valid-attachments"] = [["containerID": "c1", "ifname": "net1"]]
        }
        return document
    }

    private mutating func damageBytes(using generator: inout SeededGenerator) {
        switch generator.number(in: 0...11) {
        case 0: input = [0xef, 0xbb, 0xbf] + input
        // UTF-16 and UTF-32, without a mark and with one.
        case 1: input = input.flatMap { [$0, 0] }
        case 2: input = [0xff, 0xfe] + input.flatMap { [$0, 0] }
        case 3: input = input.flatMap { [0, 0, 0, $0] }
        case 4: input += input
        case 5: input = generator.pick([[], [0], Array("\n \n".utf8), Array("null".utf8)])
        case 6 where generator.chance(10):
            input += [UInt8](repeating: 32, count: 1 << 20)
        default:
            input.damage(
                morsels: [
                    [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80],
                    Array("\\u0000".utf8), Array(",\"vlan\":5".utf8), Array("/*x*/".utf8),
                ], using: &generator)
        }
    }

    private mutating func damageEnvironment(using generator: inout SeededGenerator) {
        for _ in 0..<generator.number(in: 1...2) {
            let name = generator.pick([
                "CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_ARGS", "CNI_PATH", "CNI_ARGS",
            ])
            switch generator.number(in: 0...3) {
            case 0: variables[name] = nil
            case 1:
                // A variable of a real process has no zero byte, and execve(2) takes 128 KiB of one.
                var bytes = Array((variables[name] ?? "IgnoreUnknown=1;MAC=02:00:00:00:00:97").utf8)
                bytes.damage(using: &generator)
                variables[name] = String(decoding: bytes.filter { $0 != 0 }, as: UTF8.self)
            default: variables[name] = generator.pick(HostileValues.variables)
            }
        }
    }

    private func cut(_ text: String) -> String {
        text.utf8.count > 2000 ? "\(text.prefix(1000))…\(text.suffix(300))" : text
    }
}
