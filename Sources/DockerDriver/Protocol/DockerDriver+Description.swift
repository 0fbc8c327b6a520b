internal import JSON
internal import LinuxSystem
internal import Netlink
internal import SRIOV

extension DockerDriver {
    /// EndpointOperInfo: which VF an endpoint has.
    func endpointInfo(_ body: CallBody) throws -> JSONMembers {
        let attachment = confirmed(try body.owner())
        return ["Value": .object(try attachment.map(describe) ?? [:])]
    }

    /// The record of an endpoint, after a look whether its VF has arrived; nil if there is none.
    ///
    /// The look is an opportunity and not what Docker waits for: it is taken again with the next call and by the
    /// daemon, so a failure only is told.
    func confirmed(_ owner: AttachmentOwner) -> Attachment? {
        do {
            return try context.handovers.confirm(owner)
        } catch {
            warn("endpoint \(short(owner.container)): \(error)")
        }
        do {
            return try context.store.attachment(of: owner)
        } catch {
            warn("endpoint \(short(owner.container)): \(error)")
            return nil
        }
    }

    private func describe(_ attachment: Attachment) throws -> JSONMembers {
        let mac = attachment.settings.macAddress ?? attachment.originalInterface?.macAddress
        var words = ["phase": attachment.phase.rawValue]
        words["mac"] = mac?.description
        words["driver"] = attachment.originalDriver
        let parent: PCIAddress
        if let function = attachment.physicalFunction {
            parent = function
            words["vf"] = attachment.function.description
            words["vf_index"] = attachment.index?.description
            let tag = attachment.settings.vlan ?? attachment.originalInfo?.vlan
            words["vlan"] = tag?.identifier.description
        } else {
            parent = attachment.function
        }
        words["pf"] = parent.description
        let function = try context.host.physicalFunction(at: parent)
        words["pf_interface"] = function?.interfaceName?.description
        return JSONMembers(words.mapValues(JSONValue.string))
    }
}
