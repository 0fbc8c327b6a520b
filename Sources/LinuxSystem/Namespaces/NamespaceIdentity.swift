internal import CLinuxShim

/// What tells one network namespace from every other, also after it has gone.
package struct NamespaceIdentity: Hashable, Sendable {
    /// Device number of the nsfs file.
    package let device: UInt64

    /// Inode number of the nsfs file; the kernel gives it to another namespace some day.
    package let inode: UInt64

    /// `SO_NETNS_COOKIE`: never given twice while the host is up. nil on kernels before 5.14.
    package let cookie: UInt64?

    package init(device: UInt64, inode: UInt64, cookie: UInt64?) {
        self.device = device
        self.inode = inode
        self.cookie = cookie
    }
}

/// The cookie of the network namespace that a socket of any kind was made in; nil if the kernel does not tell.
package func namespaceCookie(ofSocket number: Int32) -> UInt64? {
    var cookie: UInt64 = 0
    return vfmap_namespace_cookie(number, &cookie) == 0 ? cookie : nil
}
