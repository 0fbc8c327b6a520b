/// A network namespace as an argument names it.
struct NamespaceArgument: Hashable, Sendable {
    /// Where it is.
    let path: String

    /// Reads a path that starts with `/`, or the name of a file in `/run/netns`, where ip-netns(8)
    /// keeps its namespaces.
    init(parsing text: String) throws(InvalidValue) {
        if text.hasPrefix("/") {
            path = text
        } else {
            guard !text.isEmpty, text != ".", text != "..", !text.contains("/") else {
                throw InvalidValue("neither an absolute path nor a name in /run/netns")
            }
            path = "/run/netns/\(text)"
        }
    }

    /// What the container is called if nobody says otherwise: the last component of the path, and
    /// for `/proc/4711/ns/net` the number of the process.
    var containerName: String {
        let components = path.split(separator: "/")
        if components.count == 4, components[0] == "proc", components[2] == "ns" {
            return String(components[1])
        }
        return components.last.map(String.init) ?? path
    }
}
