/// The PID namespace of this process, which limits whose entries `/proc` shows.
package enum PIDNamespace {
    /// The inode of the namespace that the kernel starts with: `PROC_PID_INIT_INO`, the same in every kernel since 3.8.
    private static var initialInode: UInt64 { 0xEFFF_FFFC }

    /// Whether it is the one that the kernel starts with, in which every process is seen.
    ///
    /// - Parameter path: The file of the namespace.
    /// - Throws: `SystemCallError` if there is no such file.
    package static func isInitial(
        _ path: String = "/proc/self/ns/pid"
    ) throws(SystemCallError) -> Bool {
        try FileIdentity(of: path).inode == initialInode
    }
}
