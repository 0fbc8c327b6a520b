import CNIPlugin
import Foundation
import FrontEndSupport
import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Testing

/// A machine on which sriov-cni has attached the first VF to the container `c1`, and its files.
struct SRIOVCNIFixture {
    let plugin: PluginFixture
    /// The machine before.
    let before: SimulatedKernel
    let directory: String

    /// As version 2.10 writes it, for vlan 7, trust on, a MAC and a rate.
    static let current = """
        {"DeviceID":"0000:01:10.0","LinkState":"","MAC":"02:11:22:33:44:55","MTU":1500,"Master":"pf0",
        "OrigVfState":{"HostIFName":"pf0v0","SpoofChk":true,"Trust":false,"AdminMAC":"00:00:00:00:00:00",
        "EffectiveMAC":"02:00:01:00:00:00","Vlan":0,"VlanQoS":0,"VlanProto":33024,"MinTxRate":0,
        "MaxTxRate":0,"LinkState":0,"MTU":1500},"VFID":0,"cniVersion":"1.0.0","deviceID":"0000:01:10.0",
        "dns":{},"ipam":{"type":"scripted"},"max_tx_rate":100,"min_tx_rate":null,"name":"sriov-net",
        "runtimeConfig":{},"trust":"on","type":"sriov","vlan":7,"vlanProto":"802.1q","vlanQoS":0}
        """

    /// As version 2.6 writes it, for the same without trust, whose former state it does not keep.
    static let old = """
        {"cniVersion":"0.3.1","name":"sriov-net","type":"sriov","ipam":{"type":"scripted"},"dns":{},
        "OrigVfState":{"HostIFName":"pf0v0","SpoofChk":true,"AdminMAC":"00:00:00:00:00:00",
        "EffectiveMAC":"02:00:01:00:00:00","Vlan":0,"VlanQoS":0,"MinTxRate":0,"MaxTxRate":0,"LinkState":0},
        "DPDKMode":false,"Master":"pf0","MAC":"02:11:22:33:44:55","vlan":7,"vlanQoS":0,
        "deviceID":"0000:01:10.0","VFID":0,"ContIFNames":"net1","min_tx_rate":null,"max_tx_rate":100,
        "trust":"on","runtimeConfig":{}}
        """

    /// As version 2.2 writes it.
    static let oldest = """
        {"cniVersion":"0.3.1","name":"sriov-net","type":"sriov","ipam":{"type":"scripted"},"dns":{},
        "DPDKMode":false,"Master":"pf0","MAC":"02:11:22:33:44:55","adminMAC":"00:00:00:00:00:00",
        "effectiveMAC":"02:00:01:00:00:00","vlan":7,"vlanQoS":0,"deviceID":"0000:01:10.0","VFID":0,
        "HostIFNames":"pf0v0","ContIFNames":"net1","min_tx_rate":null,"max_tx_rate":100,"trust":"on",
        "runtimeConfig":{}}
        """

    init(_ document: String = current, named name: String = "c1-net1", allocates: Bool = true)
        throws
    {
        plugin = try PluginFixture()
        before = plugin.machine
        directory = plugin.ipam.directory + "/peer"
        let host = plugin.host
        let hostNamespace = try host.hostNamespace()
        let container = try host.openNamespace("/run/netns/c1")
        let pf = try #require(try host.vfInfos(ofPF: SimulatedHost.pfAddress()))
        let mac = try #require(MACAddress("02:11:22:33:44:55"))
        let link = try #require(try host.link(named: "pf0v0", in: hostNamespace))
        try host.setLink(link, LinkSettings(macAddress: mac), in: hostNamespace)
        for attribute in [
            .vlan(VLANTag(identifier: 7)), .trust(true), .macAddress(mac),
            .transmitRate(TransmitRate(minimum: 0, maximum: 100)),
        ] as [VFAttribute] {
            try host.setVF([attribute], index: 0, of: pf)
        }
        try host.move(link, from: hostNamespace, to: container, as: "net1", index: nil)
        let moved = try #require(try host.link(named: "net1", in: container))
        try host.setLink(moved, LinkSettings(isUp: true), in: container)
        try write(document, to: name)
        if allocates { try write("/run/netns/c1", to: "pci/0000:01:10.0") }
    }

    func write(_ text: String, to name: String) throws {
        try FileManager.default.createDirectory(
            atPath: directory + "/pci", withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: "\(directory)/\(name)"))
    }

    /// Gives a file a time before the boot.
    func age(_ name: String) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1000)],
            ofItemAtPath: "\(directory)/\(name)")
    }

    /// The files that are there.
    var files: [String] {
        get throws {
            let attachments = try directoryNames(directory).filter { $0 != "pci" }
            return attachments + (try directoryNames(directory + "/pci"))
        }
    }

    func call(
        _ command: String, _ input: String? = nil, _ changes: [String: String] = [:]
    ) -> (output: String, status: Int32) {
        plugin.call(
            command, input, ["VFMAP_SRIOV_CNI": directory].merging(changes) { $1 })
    }

    func context() throws -> Context<SimulatedHost> {
        var timeouts = Timeouts()
        timeouts.lock = .milliseconds(100)
        timeouts.returnOfInterface = .milliseconds(100)
        return try Context(
            host: plugin.host, store: plugin.store(),
            locks: LockDirectory(path: plugin.ipam.directory + "/locks"), timeouts: timeouts,
            foreignClaims: SRIOVCNICache(directory: directory, bootTime: 2000).claims,
            releaseFrontEnd: { _ in }, warn: { _ in })
    }
}
