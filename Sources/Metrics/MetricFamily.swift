/// A family of samples: what they are called and what they tell.
package struct MetricFamily: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case counter, gauge, histogram
    }

    /// The name with its prefix `sriov_` or `vfmap_`.
    package let name: String
    /// The type of the family in the exposition format.
    package let kind: Kind
    /// One sentence, without a full stop.
    package let help: String
    /// The names of the labels, in the order in which they are written.
    package let labels: [String]

    init(_ name: String, _ kind: Kind, _ labels: [String] = [], _ help: String) {
        self.name = name
        self.kind = kind
        self.labels = labels
        self.help = help
    }

    /// The names under which its samples are found.
    package var sampleNames: [String] {
        kind == .histogram ? ["\(name)_bucket", "\(name)_sum", "\(name)_count"] : [name]
    }
}
