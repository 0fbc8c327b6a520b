package import LinuxSystem

/// The records of this boot, as far as the caller may read them.
package struct KnownRecords: Sendable {
    private let records: [PCIAddress: Attachment]
    /// The functions whose record is damaged.
    private let unreadable: Set<PCIAddress>
    /// Whether the state file may be read.
    let areReadable: Bool

    /// - Parameter unreadable: The functions whose record is damaged.
    package init(_ records: [Attachment], unreadable: Set<PCIAddress> = []) {
        self.init(records, unreadable: unreadable, areReadable: true)
    }

    private init(_ records: [Attachment], unreadable: Set<PCIAddress>, areReadable: Bool) {
        self.records = Dictionary(
            records.map { ($0.function, $0) }, uniquingKeysWith: { first, _ in first })
        self.unreadable = unreadable
        self.areReadable = areReadable
    }

    /// Those of a caller that may not read the state file.
    package static let unknown = KnownRecords([], unreadable: [], areReadable: false)

    package var all: some Collection<Attachment> { records.values }

    /// The record of a function; nil for none, and where that is not known.
    package func record(of function: PCIAddress) -> Attachment? { records[function] }

    /// Whether it is known if a function has a record.
    package func isKnown(_ function: PCIAddress) -> Bool {
        areReadable && !unreadable.contains(function)
    }
}
