/// What a record is read with, where a key is there or the record is damaged.
extension JSONObject {
    /// - Parameter read: Reads the key's value: `string`, `boolean`, `number`, `strings`.
    /// - Throws: `JSONKeyError` too if the key is absent.
    package func required<Value>(
        _ key: String, _ read: (String) throws(JSONKeyError) -> Value?
    ) throws(JSONKeyError) -> Value {
        guard contains(key), let value = try read(key) else {
            throw JSONKeyError(path(key), "is missing")
        }
        return value
    }

    /// - Throws: `JSONKeyError` too if the key is absent.
    package func required<Number: FixedWidthInteger>(
        _ key: String, _ range: ClosedRange<Number>
    ) throws(JSONKeyError) -> Number {
        try required(key) { key throws(JSONKeyError) in try integer(key, range) }
    }

    /// A whole number of which every value of its type makes sense; nil if it is absent.
    ///
    /// - Throws: `JSONKeyError` if it is not a whole number that the type can hold.
    package func number<Number: FixedWidthInteger>(
        _ key: String
    ) throws(JSONKeyError) -> Number? {
        try integer(key, Number.min...Number.max)
    }

    /// An object, made into a value; nil if it is absent.
    ///
    /// - Throws: `JSONKeyError` if it is not an object; what `make` throws.
    package func object<Value>(
        _ key: String, _ make: (JSONObject) throws(JSONKeyError) -> Value
    ) throws(JSONKeyError) -> Value? {
        guard let object = try object(key) else { return nil }
        return try make(object)
    }

    /// - Throws: `JSONKeyError` too if the key is absent.
    package func requiredObject<Value>(
        _ key: String, _ make: (JSONObject) throws(JSONKeyError) -> Value
    ) throws(JSONKeyError) -> Value {
        guard let value = try object(key, make) else {
            throw JSONKeyError(path(key), "is missing")
        }
        return value
    }

    /// A text, made into a value; nil if it is absent.
    ///
    /// - Parameter parse: Returns nil for a text that it does not take.
    /// - Throws: `JSONKeyError` if it is not a string, or `parse` does not take it.
    package func parsed<Value>(
        _ key: String, _ parse: (String) -> Value?
    ) throws(JSONKeyError) -> Value? {
        guard let text = try string(key) else { return nil }
        guard let value = parse(text) else {
            throw JSONKeyError(path(key), "cannot be \"\(text)\"")
        }
        return value
    }
}
