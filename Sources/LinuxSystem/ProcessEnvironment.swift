internal import CLinuxShim

/// The variables of this process; of two with one name the first counts, as in getenv(3).
///
/// Text that is no UTF-8 is repaired as `String(cString:)` does. Nothing in this process changes its variables, so
/// they are read without a lock.
package func processEnvironment() -> [String: String] {
    var variables: [String: String] = [:]
    guard var entry = vfmap_environment() else { return variables }
    while let text = entry.pointee {
        let variable = String(cString: text)
        // By bytes: characters would have to be told apart for it.
        if let separator = variable.utf8.firstIndex(of: UInt8(ascii: "=")) {
            let name = String(variable[..<separator])
            if variables[name] == nil {
                variables[name] = String(variable[variable.utf8.index(after: separator)...])
            }
        }
        entry += 1
    }
    return variables
}
