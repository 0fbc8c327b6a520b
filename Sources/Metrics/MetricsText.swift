/// Samples in the text format of Prometheus, version 0.0.4: <https://prometheus.io/docs/instrumenting/exposition_formats/>.
///
/// Samples of a family stand together below its `HELP` and `TYPE`, whatever the order they came in; a family without a
/// sample is left out.
package struct MetricsText: Sendable {
    package static var contentType: String { "text/plain; version=0.0.4; charset=utf-8" }

    /// UTF-8, by the name of the family: a page of thousands of VFs is put together byte by byte, for a `String` costs
    /// three times as much.
    private var lines: [String: [UInt8]] = [:]

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
            let bound = Array("le=\"\(MetricValue.number(bound).text)\"".utf8)
            add(
                family, name: family.name + "_bucket",
                labels.isEmpty ? bound : labels + [UInt8(ascii: ",")] + bound, .whole(total))
        }
        add(family, name: family.name + "_sum", labels, .number(histogram.sum))
        add(family, name: family.name + "_count", labels, .whole(total))
    }

    /// The document.
    package var bytes: [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(lines.values.reduce(16_384) { $0 + $1.count })
        for family in MetricFamily.all {
            guard let lines = lines[family.name] else { continue }
            text += "# HELP \(family.name) ".utf8
            Self.append(family.help, inQuotes: false, to: &text)
            text += "\n# TYPE \(family.name) \(family.kind.rawValue)\n".utf8
            text += lines
        }
        return text
    }

    private mutating func add(
        _ family: MetricFamily, name: String, _ labels: [UInt8], _ value: MetricValue
    ) {
        Self.append(name, labels, value, to: &lines[family.name, default: []])
    }

    private static func append(
        _ name: String, _ labels: [UInt8], _ value: MetricValue, to text: inout [UInt8]
    ) {
        text += name.utf8
        if !labels.isEmpty {
            text.append(UInt8(ascii: "{"))
            text += labels
            text.append(UInt8(ascii: "}"))
        }
        text.append(UInt8(ascii: " "))
        text += value.text.utf8
        text.append(UInt8(ascii: "\n"))
    }

    private static func labels(_ names: [String], _ values: [String]) -> [UInt8] {
        precondition(names.count == values.count, "a value for each label")
        var text: [UInt8] = []
        for (name, value) in zip(names, values) {
            if !text.isEmpty { text.append(UInt8(ascii: ",")) }
            text += name.utf8
            text.append(UInt8(ascii: "="))
            text.append(UInt8(ascii: "\""))
            append(value, inQuotes: true, to: &text)
            text.append(UInt8(ascii: "\""))
        }
        return text
    }

    /// Other characters stand for themselves, whatever they are; what is no UTF-8 cannot be in a text.
    private static func append(_ value: String, inQuotes: Bool, to text: inout [UInt8]) {
        // None of the three bytes is part of another character.
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): text += [byte, byte]
            case UInt8(ascii: "\n"): text += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            case UInt8(ascii: "\"") where inQuotes: text += [UInt8(ascii: "\\"), byte]
            default: text.append(byte)
            }
        }
    }
}
