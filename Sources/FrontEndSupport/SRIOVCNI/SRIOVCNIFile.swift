/// A file of sriov-cni as it was read.
struct SRIOVCNIFile {
    let bytes: [UInt8]
    /// Seconds since 1970, and the nanoseconds after them.
    let changed: Int64
    let nanoseconds: Int64

    func isNewer(than other: SRIOVCNIFile) -> Bool {
        (changed, nanoseconds) > (other.changed, other.nanoseconds)
    }
}
