/// In which order `vfmap top` shows VFs.
enum TopOrder: String, CaseIterable {
    case address
    /// By what they receive, in bits or packets.
    case rx
    case rxPackets = "rx-packets"
    case tx
    case txPackets = "tx-packets"
    case drops
    case owner

    static var words: String { allCases.map(\.rawValue).joined(separator: "|") }

    /// - Throws: `InvalidValue` for any other text.
    init(parsing text: String) throws {
        guard let order = TopOrder(rawValue: text) else {
            throw InvalidValue("none of \(Self.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self = order
    }
}
