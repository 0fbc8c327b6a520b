internal import CNI
package import LinuxSystem
package import SRIOV

/// How each front end's part of an attachment is released from the record alone, by whichever program undoes it.
package struct FrontEndRegistry: Sendable {
    private let addresses: IPAMRelease

    package init(addresses: IPAMRelease) {
        self.addresses = addresses
    }

    /// - Parameters:
    ///   - environment: That of this process, by which IPAM plugins are found too.
    ///   - passOn: Takes what an IPAM plugin writes to standard error.
    package init(
        _ installation: Installation, environment: EnvironmentVariables,
        passOn: @escaping @Sendable (String) -> Void
    ) {
        self.init(
            addresses: IPAMRelease(installation, environment: environment, passOn: passOn))
    }

    /// Releases what the front end of an attachment has given out for it.
    ///
    /// - Throws: What the front end's own release throws; `ManagerError` `unsupported` for a front end that this version
    ///   does not know. What was given out stays so then.
    package func release(_ attachment: Attachment) throws {
        switch FrontEnd(attachment.owner) {
        case .cni: try addresses.release(attachment)
        // Docker keeps its addresses by itself, and the command line gives none out.
        case .docker, .cli: return
        case nil:
            throw ManagerError(
                .unsupported,
                "this version does not know the front end of \(attachment.owner), so it cannot "
                    + "give back what that has given out")
        }
    }
}
