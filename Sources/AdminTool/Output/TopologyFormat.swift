/// How the topology is written.
enum TopologyFormat: String, CaseIterable {
    /// A tree for people.
    case text
    case json
    /// A graph for Graphviz.
    case dot
    /// A drawing for browsers.
    case svg
}
