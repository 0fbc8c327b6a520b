internal import CLinuxShim
internal import Glibc

/// The variables of this process; of two with one name the first counts, as in getenv(3).
///
/// Text that is no UTF-8 is repaired as `String(cString:)` does. Nothing in this process changes its variables, so
/// they are read without a lock.
package func processEnvironment() -> [String: String] {
    guard let entries = vfmap_environment() else { return [:] }
    var count = 0
    while entries[count] != nil { count += 1 }
    var variables = [String: String](minimumCapacity: count)
    // From the last on, so that the first of one name is what stays.
    for index in (0..<count).reversed() {
        guard let entry = entries[index], let separator = strchr(entry, Int32(UInt8(ascii: "=")))
        else { continue }
        let name = UnsafeRawBufferPointer(start: entry, count: separator - entry)
        variables[String(decoding: name, as: UTF8.self)] = String(cString: separator + 1)
    }
    return variables
}
