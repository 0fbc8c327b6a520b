import LinuxSystem
import Testing

@testable import Netlink

/// Every attribute of a VF, set and read back through a real kernel, and what ip(8) says to it.
@Suite(.needsRoot, .needsLab, .serialized) struct NetdevsimTests {
    @Test func everyAttributeArrives() throws {
        try NetdevsimDevice.with(functions: 4) { device in
            let pf = try device.link()
            let attributes: [VFAttribute] = [
                .macAddress(try #require(MACAddress("02:11:22:33:44:55"))),
                .vlan(VLANTag(identifier: 100, qualityOfService: 3, protocol: .dot1ad)),
                .transmitRate(TransmitRate(minimum: 10, maximum: 200)), .spoofCheck(true),
                .trust(true), .linkState(.disabled), .rssQuery(true),
            ]
            for attribute in attributes {
                try device.host.socket.setVF(attribute, index: 2, ofPF: pf.index, named: pf.name)
            }
            let (link, vfs) = try device.host.socket.virtualFunctions(
                ofPF: pf.name)
            #expect(link.virtualFunctionCount == 4)
            #expect(vfs.map(\.index) == [0, 1, 2, 3])
            #expect(
                vfs[2]
                    == VFState(
                        index: 2, macAddress: try #require(MACAddress("02:11:22:33:44:55")),
                        vlans: [VLANTag(identifier: 100, qualityOfService: 3, protocol: .dot1ad)],
                        transmitRate: TransmitRate(minimum: 10, maximum: 200), spoofCheck: true,
                        trust: true, linkState: .disabled, rssQuery: true))
            #expect(
                vfs[1]
                    == VFState(
                        index: 1, spoofCheck: false, trust: false, linkState: .automatic,
                        rssQuery: false))

            let shown = try #require(
                try device.host.show(pf.name.description)["vfinfo_list"] as? [[String: Any]])
            #expect(shown.count == 4)
            #expect(shown[2]["address"] as? String == "02:11:22:33:44:55")
            let tag = try #require((shown[2]["vlan_list"] as? [[String: Any]])?.first)
            #expect(tag["vlan"] as? Int == 100)
            #expect(tag["qos"] as? Int == 3)
            #expect((tag["protocol"] as? String)?.lowercased() == "802.1ad")
            let rate = try #require(shown[2]["rate"] as? [String: Any])
            #expect(rate["min_tx"] as? Int == 10)
            #expect(rate["max_tx"] as? Int == 200)
            #expect(shown[2]["spoofchk"] as? Bool == true)
            #expect(shown[2]["trust"] as? Bool == true)
            #expect(shown[2]["link_state"] as? String == "disable")
            #expect(shown[2]["query_rss_en"] as? Bool == true)
        }
    }

    @Test func everyAttributeCanBeTakenBack() throws {
        try NetdevsimDevice.with(functions: 2) { device in
            let pf = try device.link()
            let socket = device.host.socket
            let before = try socket.virtualFunctions(ofPF: pf.name).vfs
            let there: [VFAttribute] = [
                .macAddress(try #require(MACAddress("02:11:22:33:44:55"))),
                .vlan(VLANTag(identifier: 4094, qualityOfService: 7, protocol: .dot1ad)),
                .transmitRate(TransmitRate(minimum: 1, maximum: 2)), .spoofCheck(true),
                .trust(true),
                .linkState(.enabled), .rssQuery(true),
            ]
            let back: [VFAttribute] = [
                .macAddress(.zero), .vlan(.none),
                .transmitRate(TransmitRate(minimum: 0, maximum: 0)), .spoofCheck(false),
                .trust(false), .linkState(.automatic), .rssQuery(false),
            ]
            for attribute in there {
                try socket.setVF(attribute, index: 0, ofPF: pf.index, named: pf.name)
            }
            #expect(try socket.virtualFunctions(ofPF: pf.name).vfs != before)
            for attribute in back {
                try socket.setVF(attribute, index: 0, ofPF: pf.index, named: pf.name)
            }
            #expect(try socket.virtualFunctions(ofPF: pf.name).vfs == before)
        }
    }

    @Test func plainVLANsReplaceServiceTags() throws {
        try NetdevsimDevice.with(functions: 1) { device in
            let pf = try device.link()
            for tag in [
                VLANTag(identifier: 100, protocol: .dot1ad), VLANTag(identifier: 200),
                VLANTag(identifier: 4094, qualityOfService: 7),
                VLANTag(identifier: 0, qualityOfService: 5),
            ] {
                try device.host.socket.setVF(.vlan(tag), index: 0, ofPF: pf.index, named: pf.name)
                let vfs = try device.host.socket
                    .virtualFunctions(ofPF: pf.name).vfs
                #expect(vfs.map(\.vlans) == [[tag]])
            }
        }
    }

    @Test func valuesAndFunctionsOutOfRangeAreRefused() throws {
        try NetdevsimDevice.with(functions: 1) { device in
            let pf = try device.link()
            for (attribute, function) in [
                (VFAttribute.vlan(VLANTag(identifier: 4096)), 0), (.trust(true), 1),
                (.transmitRate(TransmitRate(minimum: 20, maximum: 10)), 0),
            ] {
                let error = #expect(throws: NetlinkError.self, "\(attribute)") {
                    try device.host.socket.setVF(
                        attribute, index: function, ofPF: pf.index, named: pf.name)
                }
                #expect(error?.errno == .invalidArgument, "\(attribute)")
            }
        }
    }

    @Test func twoHundredAndFiftySixFunctions() throws {
        try NetdevsimDevice.with(functions: 256) { device in
            let pf = try device.link()
            let socket = device.host.socket
            for index in 0..<256 {
                try socket.setVF(
                    .vlan(VLANTag(identifier: UInt16(index + 1))), index: index, ofPF: pf.index,
                    named: pf.name)
            }
            let (link, vfs) = try socket.virtualFunctions(ofPF: pf.name)
            #expect(link.virtualFunctionCount == 256)
            #expect(vfs.map(\.index) == Array(0..<256))
            #expect(vfs.map(\.vlan.identifier) == Array(1...256))
        }
    }

    @Test func countersOfTooManyFunctionsAreRefusedRatherThanWrong() throws {
        try NetdevsimDevice.with(functions: 256) { device in
            let pf = try device.link()
            do {
                let (_, vfs) = try device.host.socket.virtualFunctions(
                    ofPF: pf.name, statistics: true)
                #expect(vfs.map(\.index) == Array(0..<256))
            } catch let error as NetlinkError {
                #expect(error.errno == .messageTooLong)
            }
        }
    }

    @Test func countersAreThereWhenAskedFor() throws {
        try NetdevsimDevice.with(functions: 2) { device in
            let pf = try device.link()
            let socket = device.host.socket
            #expect(
                try socket.virtualFunctions(ofPF: pf.name, statistics: true)
                    .vfs.map(\.statistics) == [VFStatistics(), VFStatistics()])
            #expect(
                try socket.virtualFunctions(ofPF: pf.name)
                    .vfs.map(\.statistics) == [nil, nil])
        }
    }

    @Test func eswitchModeIsRead() throws {
        try NetdevsimDevice.with(functions: 2) { device in
            let devlink = try Devlink()
            #expect(
                try devlink.eswitchMode(ofDevice: device.name, onBus: "netdevsim") == .legacy)
            try device.host.run("devlink dev eswitch set netdevsim/\(device.name) mode switchdev")
            #expect(
                try devlink.eswitchMode(ofDevice: device.name, onBus: "netdevsim") == .switchdev)
            try device.host.run("devlink dev eswitch set netdevsim/\(device.name) mode legacy")
            #expect(try devlink.eswitchMode(ofDevice: "netdevsim0", onBus: "netdevsim") == nil)
        }
    }

    @Test func eswitchModeIsSetAndGivesEachFunctionARepresentor() throws {
        try NetdevsimDevice.with(functions: 2) { device in
            let devlink = try Devlink()
            func functions() throws -> [UInt16: String] {
                let ports = try devlink.ports(ofDevice: device.name, onBus: "netdevsim")
                #expect(ports.contains { $0.flavour == .physical && $0.virtualFunction == nil })
                let pairs = ports.filter { $0.flavour == .virtualFunction }.map {
                    ($0.virtualFunction ?? .max, $0.interfaceName ?? "")
                }
                return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
            }
            #expect(try functions() == [:])
            try devlink.setEswitchMode(.switchdev, ofDevice: device.name, onBus: "netdevsim")
            #expect(
                try devlink.eswitchMode(ofDevice: device.name, onBus: "netdevsim") == .switchdev)
            let representors = try functions()
            #expect(representors.keys.sorted() == [0, 1])
            for name in representors.values { _ = try device.host.link(name) }
            try devlink.setEswitchMode(.legacy, ofDevice: device.name, onBus: "netdevsim")
            #expect(try functions() == [:])
        }
    }

    @Test func deviceInfoNamesDriverAndVersions() throws {
        try NetdevsimDevice.with(functions: 1) { device in
            let devlink = try Devlink()
            #expect(
                try devlink.info(ofDevice: device.name, onBus: "netdevsim")?.driver == "netdevsim")
            #expect(try devlink.info(ofDevice: "netdevsim0", onBus: "netdevsim") == nil)
            let error = #expect(throws: NetlinkError.self) {
                try devlink.setEswitchMode(.legacy, ofDevice: "netdevsim0", onBus: "netdevsim")
            }
            #expect(error?.errno == .noDevice)
        }
    }
}
