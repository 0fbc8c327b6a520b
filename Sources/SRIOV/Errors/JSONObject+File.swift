package import JSON

extension JSONObject {
    /// Reads a configuration file's text, which must be one JSON object in which no key is given twice.
    ///
    /// - Parameter path: The file, for errors.
    /// - Throws: `ManagerError` `invalidRequest` with the line and the column of a mistake.
    package static func document(
        _ bytes: [UInt8], path: String
    ) throws(ManagerError) -> JSONObject {
        do {
            return try document(bytes)
        } catch {
            throw ManagerError(.invalidRequest, "\(path): \(error)")
        }
    }
}
