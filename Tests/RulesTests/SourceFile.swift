import Foundation
import Testing

/// A Swift file of the package, by its path below `Sources`.
struct SourceFile {
    /// `SRIOV/Errors/StoreError.swift`.
    let path: String
    let lines: [String]

    /// The module that it belongs to.
    var module: String { String(path.prefix { $0 != "/" }) }

    /// The modules that it imports.
    var imports: [String] {
        lines.compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            guard let position = words.firstIndex(of: "import"), position < 2,
                words.count == position + 2
            else { return nil }
            return words[position + 1]
        }
    }

    /// The text without comments.
    var code: String {
        lines.map { line in
            let text = line.drop { $0 == " " }
            return text.hasPrefix("//") ? "" : String(text)
        }.joined(separator: "\n")
    }

    static let package = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Every Swift file below `Sources`, sorted by path.
    static func all() throws -> [SourceFile] {
        let sources = package.appending(path: "Sources")
        let files = try #require(FileManager.default.enumerator(atPath: sources.path))
        let paths = files.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.sorted()
        try #require(paths.count > 100)
        return try paths.map { path in
            let text = try String(contentsOf: sources.appending(path: path), encoding: .utf8)
            return SourceFile(path: path, lines: text.components(separatedBy: "\n"))
        }
    }
}
