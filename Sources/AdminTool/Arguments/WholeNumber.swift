/// Values of arguments that are whole numbers.
enum WholeNumber {
    /// Reads decimal digits, with neither sign nor space.
    ///
    /// - Throws: `InvalidValue` for any other text, and for a number out of range.
    static func parse<Number: FixedWidthInteger>(
        _ text: String, _ range: ClosedRange<Number>
    ) throws(InvalidValue) -> Number {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Number(text), range.contains(number)
        else {
            throw InvalidValue("not a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
