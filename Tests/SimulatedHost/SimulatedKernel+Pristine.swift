internal import LinuxSystem
internal import Netlink
internal import SRIOV

extension SimulatedKernel {
    /// The state without what no undo brings back: whether a driver remembers earlier MACs, or that a VF has
    /// been up, and what vanishes with a container.
    package var pristinePart: SimulatedKernel {
        var kernel = self
        for address in kernel.vfs.keys {
            kernel.vfs[address]?.hasBeenUp = false
            // Its own MAC, reported by the VF, is as good as none; an administered one is not.
            if let vf = kernel.vfs[address], !vf.hasAdministrativeMAC, let index = vf.linkIndex,
                vf.info.macAddress == kernel.interfaces[index]?.link.macAddress
            {
                kernel.vfs[address]?.info.macAddress = .zero
            }
            kernel.vfs[address]?.hasAdministrativeMAC = false
        }
        kernel.sysctls = [:]
        kernel.sentFrames = []
        kernel.resets = []
        kernel.waits = []
        kernel.addresses = []
        kernel.routes = []
        return kernel
    }
}
