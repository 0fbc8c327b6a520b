internal import Glibc

/// A moment as ISO 8601 has it, in UTC: `2024-02-29T23:59:59Z`.
///
/// - Parameter seconds: Since 1970.
package func timestamp(at seconds: Int) -> String {
    var seconds = seconds
    var parts = tm()
    // NULL would mean a year beyond Int32, which no clock tells.
    guard gmtime_r(&seconds, &parts) != nil else { return "\(seconds)" }
    var text = [CChar](repeating: 0, count: 64)
    let length = strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
    return String(decoding: text[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self)
}
