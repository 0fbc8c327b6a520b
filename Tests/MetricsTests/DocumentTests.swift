import Foundation
import Metrics
import Testing

private let documents = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs")

/// What is written about metrics, held against what there is.
@Suite struct DocumentTests {
    private static func text(_ name: String) throws -> String {
        try String(contentsOf: documents.appending(path: name), encoding: .utf8)
    }

    /// The names of metrics in a text.
    private static func names(_ text: String) -> Set<String> {
        Set(text.matches(of: /(?:vfmap|sriov_vf)_[a-z_]+/).map { String($0.0) })
    }

    private static let known = Set(
        MetricFamily.all.flatMap(\.sampleNames) + MetricFamily.all.map(\.name))

    @Test(arguments: ["metrics.md", "alerts.yaml", "grafana-dashboard.json"])
    func everyNameIsThatOfAMetric(document: String) throws {
        let names = Self.names(try Self.text(document))
        #expect(!names.isEmpty)
        #expect(names.subtracting(Self.known).sorted() == [])
    }

    @Test func everyFamilyIsDescribed() throws {
        let names = Self.names(try Self.text("metrics.md"))
        #expect(Set(MetricFamily.all.map(\.name)).subtracting(names).sorted() == [])
    }

    /// Every label that a question asks for is one of a family.
    @Test(arguments: ["metrics.md", "alerts.yaml", "grafana-dashboard.json"])
    func everyLabelIsOneOfTheFamilys(document: String) throws {
        let text = try Self.text(document).replacing("\\\"", with: "\"")
        for match in text.matches(of: /((?:vfmap|sriov_vf)_[a-z_]+)\{([^}]*)\}/) {
            let family = try #require(
                MetricFamily.all.first { $0.sampleNames.contains(String(match.1)) })
            for label in match.2.matches(of: /([a-zA-Z_]+)(?:=~|!=|=|!~)"/) {
                #expect(
                    (family.labels + ["instance", "le"]).contains(String(label.1)), "\(match.0)")
            }
        }
    }

    @Test func theDashboardCanBeImported() throws {
        let data = Data(try Self.text("grafana-dashboard.json").utf8)
        let board = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect((board["schemaVersion"] as? Int ?? 0) >= 36)
        let templating = try #require(board["templating"] as? [String: Any])
        let variables = try #require(templating["list"] as? [[String: Any]])
        #expect(
            variables.map { $0["type"] as? String } == ["datasource", "query", "query"])
        let panels = try #require(board["panels"] as? [[String: Any]])
        let identifiers = panels.compactMap { $0["id"] as? Int }
        #expect(Set(identifiers).count == panels.count)
        for panel in panels where panel["type"] as? String != "row" {
            let source = panel["datasource"] as? [String: String]
            #expect(source == ["type": "prometheus", "uid": "${datasource}"])
            let targets = try #require(panel["targets"] as? [[String: Any]])
            #expect(targets.allSatisfy { !($0["expr"] as? String ?? "").isEmpty })
        }
    }
}
