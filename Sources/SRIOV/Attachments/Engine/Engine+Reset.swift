internal import LinuxSystem
internal import Netlink

extension Engine {
    /// Resets a VF that is home, if its owner asked for that.
    ///
    /// The interface is taken down first: drivers initialise the function again when it comes up, but not all of them
    /// detect a reset below an interface that is up. A VF that cannot be reset is no worse than one whose owner did not
    /// request it, so that is only a warning.
    func resetIfAskedFor(_ address: PCIAddress, _ settings: VFSettings?) {
        guard settings?.resetsOnRelease == true else { return }
        do {
            if let link = try host.link(of: address, expectedName: nil, in: home),
                link.isUp
            {
                try setLink(link, LinkSettings(isUp: false), in: home)
            }
            try host.reset(address)
        } catch {
            warn("\(error), proceeding anyway")
        }
    }
}
