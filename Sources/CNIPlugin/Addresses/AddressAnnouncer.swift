internal import Glibc
internal import LinuxSystem
package import Netlink
package import SRIOV

/// Tells the neighbours of an interface in its container which addresses it has now.
///
/// They would keep an earlier owner's MAC until their caches age. Nothing depends on it: what fails is warned of.
package struct AddressAnnouncer<H: Host>: Sendable {
    /// How long it may take.
    package struct Timeouts: Hashable, Sendable {
        /// For the interface to get carrier; without it nothing can be sent.
        package var carrier: Duration = .seconds(1)
        /// Between the repetitions, against loss.
        package var pause: Duration = .milliseconds(50)
        /// How many times the addresses are announced, the first one included; 0 or more.
        package var repetitions = 3

        package init() {}
    }

    private let host: H
    private let namespace: H.Namespace
    private let link: Link
    private let networks: [IPNetwork]
    private let timeouts: Timeouts
    private let warn: @Sendable (String) -> Void

    /// - Parameters:
    ///   - networks: The addresses to announce, as they were set.
    ///   - warn: Told what failed.
    package init(
        host: H, namespace: H.Namespace, link: Link, networks: [IPNetwork],
        timeouts: Timeouts = Timeouts(), warn: @escaping @Sendable (String) -> Void
    ) {
        self.host = host
        self.namespace = namespace
        self.link = link
        self.networks = networks
        self.timeouts = timeouts
        self.warn = warn
    }

    package func announce() {
        do {
            guard !networks.isEmpty else { return }
            let deadline = Deadline(after: timeouts.carrier)
            guard
                let present = try host.waitForCarrier(of: link, in: namespace, until: deadline)
            else {
                warn(
                    "\(link.name) has no carrier after \(deadline.allowance), its addresses are not "
                        + "announced")
                return
            }
            guard let mac = present.macAddress else { return }
            for repetition in 0..<timeouts.repetitions {
                if repetition > 0 { pause() }
                let frames = try addresses().flatMap {
                    AddressAnnouncement.frames(for: $0, from: mac)
                }
                if !frames.isEmpty { try host.send(frames, through: present, in: namespace) }
            }
        } catch {
            warn("announce the addresses of \(link.name): \(error), proceeding anyway")
        }
    }

    /// The addresses as they are now: the kernel may still be looking for duplicates of those of IPv6.
    private func addresses() throws -> [InterfaceAddress] {
        guard networks.contains(where: \.isIPv6) else {
            return networks.map { InterfaceAddress(network: $0) }
        }
        return try host.addresses(of: link, in: namespace).filter { networks.contains($0.network) }
    }

    private func pause() {
        let microseconds = timeouts.pause / .microseconds(1)
        usleep(UInt32(microseconds))
    }
}
