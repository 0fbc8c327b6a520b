internal import Glibc

extension Descriptor {
    /// A descriptor of its own for something that is open already.
    ///
    /// - Parameter number: An open descriptor, which stays open.
    package init(duplicating number: Int32) throws(SystemCallError) {
        self.init(
            owning: try systemCall("duplicate", on: "descriptor \(number)") {
                fcntl(number, F_DUPFD_CLOEXEC, 3)
            })
    }

    /// Writes all of the bytes.
    ///
    /// - Parameter subject: What is written to, for the error.
    /// - Throws: `SystemCallError`; part of the bytes may have been written by then.
    package borrowing func write(
        _ bytes: [UInt8], subject: String
    ) throws(SystemCallError) {
        let number = rawValue
        var start = 0
        while start < bytes.count {
            let rest = bytes[start...]
            start += try systemCall("write", on: subject) {
                rest.withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
            }
        }
    }
}
