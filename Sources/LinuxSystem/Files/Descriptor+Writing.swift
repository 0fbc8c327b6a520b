internal import Glibc

extension Descriptor {
    /// Writes all of the bytes.
    ///
    /// - Parameter subject: What is written to, for the error.
    /// - Throws: `SystemCallError`; part of the bytes may have been written by then.
    package borrowing func write(
        _ bytes: [UInt8], subject: String
    ) throws(SystemCallError) {
        try Self.write(bytes, to: rawValue, subject: subject)
    }

    /// The same, to a descriptor that somebody else closes.
    static func write(
        _ bytes: [UInt8], to number: Int32, subject: String
    ) throws(SystemCallError) {
        var start = 0
        while start < bytes.count {
            let rest = bytes[start...]
            start += try systemCall("write", on: subject) {
                rest.withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
            }
        }
    }
}
