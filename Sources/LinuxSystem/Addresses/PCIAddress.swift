/// The address of a PCI function, `0000:03:10.2`: the identity of a VF everywhere.
///
/// Interface names and indexes change when a function moves or is renamed; this does not.
package struct PCIAddress: Hashable, Sendable {
    /// The domain, or segment; 16 bits on most machines, 32 behind some host bridges.
    package let domain: UInt32
    /// The bus in the domain, 0 to 255.
    package let bus: UInt8
    /// The device on the bus, 0 to 31.
    package let device: UInt8
    /// The function of the device, 0 to 7.
    package let function: UInt8

    /// Makes an address of its parts.
    ///
    /// - Returns: nil if device or function is out of range.
    package init?(domain: UInt32, bus: UInt8, device: UInt8, function: UInt8) {
        guard device < 32, function < 8 else { return nil }
        self.domain = domain
        self.bus = bus
        self.device = device
        self.function = function
    }
}

extension PCIAddress: Comparable {
    package static func < (left: Self, right: Self) -> Bool {
        (left.domain, left.bus, left.device, left.function)
            < (right.domain, right.bus, right.device, right.function)
    }
}

extension PCIAddress: LosslessStringConvertible {
    /// Parses the form that sysfs uses: `dddd:bb:dd.f`, hexadecimal in either case.
    ///
    /// The domain has four to eight digits, bus and device two, the function one. Nothing else is
    /// accepted: the text becomes part of a path.
    ///
    /// - Returns: nil for any other text.
    package init?(_ description: String) {
        var fields = HexadecimalFields(description)
        guard let domain = fields.next(digits: 4...8), fields.skip(":"),
            let bus = fields.next(digits: 2...2), fields.skip(":"),
            let device = fields.next(digits: 2...2), fields.skip("."),
            let function = fields.next(digits: 1...1), fields.isEmpty
        else { return nil }
        self.init(
            domain: domain, bus: UInt8(bus), device: UInt8(device), function: UInt8(function))
    }

    /// The form that sysfs uses, in lower case: `0000:03:10.2`.
    package var description: String {
        // Written for every function of a host, several times.
        String(unsafeUninitializedCapacity: 16) { text in
            var length = 0
            func put(_ byte: UInt8) {
                text[length] = byte
                length += 1
            }
            func put(_ number: UInt32, digits: Int) {
                for digit in (0..<digits).reversed() {
                    put(asciiHexadecimalDigit(UInt8(number >> (4 * digit) & 0xf)))
                }
            }
            put(domain, digits: max(4, 8 - domain.leadingZeroBitCount / 4))
            put(UInt8(ascii: ":"))
            put(UInt32(bus), digits: 2)
            put(UInt8(ascii: ":"))
            put(UInt32(device), digits: 2)
            put(UInt8(ascii: "."))
            put(UInt32(function), digits: 1)
            return length
        }
    }
}
