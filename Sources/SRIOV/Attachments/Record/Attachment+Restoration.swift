package import Netlink

extension Attachment {
    /// What its release would restore.
    ///
    /// - Parameters:
    ///   - link: The interface where it is now; nil if it cannot be seen.
    ///   - info: The PF's view now; nil if it cannot be seen.
    package func restorations(link: Link?, info: VFState?) -> [Difference] {
        var differences: [Difference] = []
        if let originalInterface, let link {
            differences += originalInterface.differences(from: link)
        }
        if let originalInfo, let info {
            differences += VFPlan.differences(
                of: info, from: VFPlan.inverse(of: settings, original: originalInfo),
                source: .original)
        }
        return differences
    }
}
