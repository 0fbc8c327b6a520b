internal import CLinuxShim
internal import Glibc

/// Where a program writes.
package enum StandardStream: Int32, Sendable {
    case output = 1
    case error = 2

    /// Writes all of a text.
    ///
    /// - Throws: `SystemCallError`; part of the text may have been written.
    package func write(_ text: String) throws(SystemCallError) {
        try write(Array(text.utf8))
    }

    /// Writes all bytes.
    ///
    /// - Throws: `SystemCallError`; part of them may have been written.
    package func write(_ bytes: [UInt8]) throws(SystemCallError) {
        try Descriptor.write(bytes, to: rawValue, subject: description)
    }
}

extension StandardStream {
    /// How many lines the terminal shows that it leads to, 0 if that does not tell; nil if it leads to none.
    package var terminalLines: Int? {
        let lines = vfmap_terminal_lines(rawValue)
        return lines < 0 ? nil : Int(lines)
    }

    /// Sees to it that the numbers of the standard streams are taken, before anything is opened.
    ///
    /// Were the caller to start us with one closed, the next socket or file would get its number, and
    /// our answer. What is put in its place cannot be written to, so that an answer fails as it should.
    package static func reserve() {
        for number in Int32(0)...2 where fcntl(number, F_GETFD) == -1 {
            // Takes the lowest free number, which is this one.
            _ = open("/dev/null", O_RDONLY | O_CLOEXEC)
        }
    }
}

extension StandardStream: CustomStringConvertible {
    package var description: String {
        switch self {
        case .output: "standard output"
        case .error: "standard error"
        }
    }
}
