internal import CNI
internal import JSON
internal import LinuxSystem
internal import Netlink
package import SRIOV

/// The plugin's own part of an ADD, after the engine has put the VF in its place: addresses, routes,
/// the result.
package struct AttachmentFinisher<H: Host>: Sendable {
    let configuration: NetworkConfiguration
    let version: CNIVersion
    let environment: CNIEnvironment
    /// nil for a network without IPAM.
    let delegate: IPAMDelegate?
    /// nil if none is asked for.
    let deviceInfoFile: DeviceInfoFile?
    /// What is left for the IPAM plugin's ADD; nil for its usual time.
    let limit: Duration?
    let log: CNILog

    /// - Parameters:
    ///   - attached: The VF in its place; the addresses of one without interface are only reported.
    ///   - announce: Set to what announces the addresses; nil if there is nothing to announce.
    /// - Returns: The result document.
    /// - Throws: Any error, with the addresses given back. If even that failed, the error says so.
    package func finish(
        _ attached: AttachedInterface<H>, _ announce: inout (() -> Void)?
    ) throws -> [UInt8] {
        var result = CNIResult()
        result.interfaces = [interface(attached)]
        guard let delegate else { return try conclude(result, attached) }
        return try assignAddresses(of: delegate, &result, attached, &announce)
    }

    /// Apart from `finish`, where its types would be made for nothing.
    @inline(never)
    private func assignAddresses(
        of delegate: IPAMDelegate, _ result: inout CNIResult, _ attached: AttachedInterface<H>,
        _ announce: inout (() -> Void)?
    ) throws -> [UInt8] {
        do {
            let given = try delegate.add(version: version, limit: limit)
            guard !given.addresses.isEmpty else {
                throw CNIError(
                    .addressManagementFailed, "IPAM plugin \(delegate.type) gave no address")
            }
            if let link = attached.link {
                let log = log
                try InterfaceConfigurator(
                    host: attached.host, namespace: attached.namespace, link: link
                ) { log.debug($0) }.apply(given)
            }
            result.addresses = given.addresses.map { address in
                CNIResult.Address(address.network, gateway: address.gateway, interface: 0)
            }
            result.routes = given.routes
            result.dns = given.dns
            let document = try conclude(result, attached)
            if let announcer = announcer(given.addresses.map(\.network), attached) {
                announce = { announcer.announce() }
            }
            return document
        } catch {
            do {
                try delegate.delete()
            } catch let second {
                throw CNIError(collecting: [error, second])
            }
            throw error
        }
    }

    /// The last step: nothing after it can fail here.
    private func conclude(
        _ result: CNIResult, _ attached: AttachedInterface<H>
    ) throws -> [UInt8] {
        let document = document(result)
        if let file = deviceInfoFile {
            let address = attached.attachment.function
            let function = try attached.host.virtualFunction(at: address)
            try file.write(
                DeviceInfo(
                    address: address, physicalFunction: attached.attachment.physicalFunction,
                    rdmaDevice: function?.rdmaDevice,
                    representor: try function.flatMap(attached.host.representor)?.description))
        }
        return document
    }

    private func announcer(
        _ networks: [IPNetwork], _ attached: AttachedInterface<H>
    ) -> AddressAnnouncer<H>? {
        guard configuration.announcesAddresses, let link = attached.link else { return nil }
        let log = log
        return AddressAnnouncer(
            host: attached.host, namespace: attached.namespace, link: link, networks: networks
        ) { log.warning($0) }
    }

    private func interface(_ attached: AttachedInterface<H>) -> CNIResult.Interface {
        let link = attached.link
        let administrativeMAC = attached.info.flatMap { $0.macAddress.isZero ? nil : $0.macAddress }
        let mac = link?.macAddress ?? configuration.settings.macAddress ?? administrativeMAC
        return CNIResult.Interface(
            name: environment.interfaceName, mac: mac?.description,
            sandbox: environment.namespacePath, mtu: link?.mtu,
            pciID: attached.attachment.function.description)
    }

    private func document(_ own: CNIResult) -> [UInt8] {
        var result = own
        if result.dns.isEmpty { result.dns = configuration.dns }
        if let previous = configuration.previousResult { result = previous.merging(result) }
        return result.document(version: version).encoded()
    }
}
