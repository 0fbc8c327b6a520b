internal import SRIOV

/// The name that an interface is to have in its container.
enum AttachmentInterfaceName {
    /// Reads a name that the kernel takes as it is: one with `%` it would take for a pattern.
    static func parse(_ text: String) throws(InvalidValue) -> String {
        guard InterfaceName.isLegal(text), !text.contains("%") else {
            throw InvalidValue(
                "not 1 to 15 bytes without \"/\", \":\", \"%\" and white space")
        }
        return text
    }
}
