package import Netlink

extension Attachment {
    /// What its release would set back, one sentence each: `MTU is 1400, was 1500`.
    ///
    /// - Parameters:
    ///   - link: The interface where it is now; nil if it cannot be seen.
    ///   - info: The PF's view now; nil if it cannot be seen.
    package func restorations(link: Link?, info: VFState?) -> [String] {
        var sentences: [String] = []
        if let originalInterface, let link {
            sentences += originalInterface.differences(from: link)
        }
        if let originalInfo, let info {
            sentences += VFPlan.differences(
                of: info, from: VFPlan.inverse(of: settings, original: originalInfo), words: "was")
        }
        return sentences
    }
}
