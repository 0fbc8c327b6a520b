extension VLANView {
    /// `100`, `100 qos 3`, `100 qos 3 802.1ad`
    var text: String {
        let quality = qos == 0 ? "" : " qos \(qos)"
        return "\(id)\(quality)\(`protocol` == "802.1q" ? "" : " \(`protocol`)")"
    }

    /// Several tags in one text; `none` for an empty list.
    static func text(of tags: [VLANView]) -> String {
        tags.isEmpty ? "none" : tags.map(\.text).joined(separator: ", ")
    }
}
