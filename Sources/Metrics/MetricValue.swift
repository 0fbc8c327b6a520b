/// The value of a sample.
package enum MetricValue: Hashable, Sendable {
    /// Exact, however large.
    case whole(UInt64)
    case number(Double)

    /// As it stands behind the name.
    var text: String {
        switch self {
        case .whole(let number): return "\(number)"
        case .number(let number):
            if number.isNaN { return "NaN" }
            if number.isInfinite { return number < 0 ? "-Inf" : "+Inf" }
            let text = "\(number)"
            return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
        }
    }
}
