internal import LinuxSystem

/// How an argument names a PCI function.
enum FunctionReference: Hashable, Sendable {
    /// By its address, which never changes.
    case address(PCIAddress)
    /// By the name of its interface, or an alternative name.
    case interface(String)

    /// Reads `0000:03:10.2`, or else a name; which of both is told by the colon, which no
    /// interface has in its name.
    init(parsing text: String) throws(InvalidValue) {
        if text.contains(":") {
            guard let address = PCIAddress(text) else {
                throw InvalidValue("not a PCI address such as 0000:03:10.2")
            }
            self = .address(address)
        } else {
            // Alternative names have up to 127 bytes (ALTIFNAMSIZ).
            guard (1...127).contains(text.utf8.count), !text.contains(where: \.isWhitespace),
                !text.contains("/")
            else {
                throw InvalidValue("neither a PCI address nor the name of an interface")
            }
            self = .interface(text)
        }
    }
}

extension FunctionReference: CustomStringConvertible {
    var description: String {
        switch self {
        case .address(let address): address.description
        case .interface(let name): name
        }
    }
}
