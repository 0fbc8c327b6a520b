/// Samples in the text format of Prometheus, version 0.0.4: <https://prometheus.io/docs/instrumenting/exposition_formats/>.
///
/// Samples of a family stand together below its `HELP` and `TYPE`, whatever the order they came in; a family without a
/// sample is left out.
package struct MetricsText: Sendable {
    package static var contentType: String { "text/plain; version=0.0.4; charset=utf-8" }

    private var lines: [String: [String]] = [:]

    package init() {}

    /// Adds a sample.
    ///
    /// - Parameter labels: The values of the family's labels, in their order.
    package mutating func add(
        _ family: MetricFamily, _ value: MetricValue, labels: [String] = []
    ) {
        add(family, name: family.name, Self.labels(family.labels, labels), value)
    }

    package mutating func add(_ family: MetricFamily, _ value: Int, labels: [String] = []) {
        add(family, .whole(UInt64(max(0, value))), labels: labels)
    }

    package mutating func add(_ family: MetricFamily, _ value: Bool, labels: [String] = []) {
        add(family, .whole(value ? 1 : 0), labels: labels)
    }

    /// Adds the samples of a histogram.
    package mutating func add(
        _ family: MetricFamily, _ histogram: Histogram, labels: [String]
    ) {
        let labels = Self.labels(family.labels, labels)
        var total: UInt64 = 0
        for (bound, count) in zip(Histogram.bounds + [.infinity], histogram.counts) {
            total += count
            let bound = "le=\"\(MetricValue.number(bound).text)\""
            add(
                family, name: family.name + "_bucket",
                labels.isEmpty ? bound : "\(labels),\(bound)", .whole(total))
        }
        add(family, name: family.name + "_sum", labels, .number(histogram.sum))
        add(family, name: family.name + "_count", labels, .whole(total))
    }

    /// The document.
    package var bytes: [UInt8] {
        var text = ""
        for family in MetricFamily.all {
            guard let lines = lines[family.name] else { continue }
            text += "# HELP \(family.name) \(Self.escaped(family.help, inQuotes: false))\n"
            text += "# TYPE \(family.name) \(family.kind.rawValue)\n"
            text += lines.joined()
        }
        return Array(text.utf8)
    }

    private mutating func add(
        _ family: MetricFamily, name: String, _ labels: String, _ value: MetricValue
    ) {
        let braces = labels.isEmpty ? "" : "{\(labels)}"
        lines[family.name, default: []].append("\(name)\(braces) \(value.text)\n")
    }

    private static func labels(_ names: [String], _ values: [String]) -> String {
        precondition(names.count == values.count, "a value for each label")
        return zip(names, values).map { "\($0)=\"\(escaped($1, inQuotes: true))\"" }
            .joined(separator: ",")
    }

    /// Other characters stand for themselves, whatever they are; what is no UTF-8 cannot be in a text.
    private static func escaped(_ text: String, inQuotes: Bool) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result.append(contentsOf: "\\\\".unicodeScalars)
            case "\n": result.append(contentsOf: "\\n".unicodeScalars)
            case "\"" where inQuotes: result.append(contentsOf: "\\\"".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
