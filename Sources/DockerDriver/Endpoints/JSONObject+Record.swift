internal import JSON
internal import SRIOV

extension JSONObject {
    /// The object that a record of this driver's in the state file is.
    ///
    /// - Throws: `JSONSyntaxError` or `JSONKeyError`, which do not speak of a request: none is to blame.
    init(record text: String) throws {
        let document = try JSONValue(parsing: Array(text.utf8))
        guard case .object(let members) = document else {
            throw JSONKeyError("record", "must be an object, not \(document.kind)")
        }
        self.init(members)
    }
}
