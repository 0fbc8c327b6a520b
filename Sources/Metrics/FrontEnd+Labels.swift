internal import FrontEndSupport
internal import SRIOV

extension FrontEnd {
    /// The word under which an operation is counted: its own, or `unknown`.
    func label(of operation: String) -> String {
        operations.contains(operation) ? operation : "unknown"
    }

    /// The word for the front end that made an attachment; its own for one that is not known.
    static func label(of owner: AttachmentOwner) -> String {
        FrontEnd(owner) == .cli ? "manual" : owner.frontEnd
    }
}
