/// The name of a container as an owner of VFs.
enum ContainerName {
    /// Reads what the CNI specification allows for a container's identity: it starts with a letter or
    /// digit and goes on with those, `_`, `.` and `-`.
    static func parse(_ text: String) throws(InvalidValue) -> String {
        guard let first = text.utf8.first, isLetterOrDigit(first),
            text.utf8.allSatisfy({ isLetterOrDigit($0) || [0x2d, 0x2e, 0x5f].contains($0) })
        else {
            throw InvalidValue(
                "not a letter or digit followed by letters, digits, \"_\", \".\" and \"-\"")
        }
        return text
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: false
        }
    }
}
