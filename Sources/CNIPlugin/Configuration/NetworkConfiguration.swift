package import CNI
internal import FrontEndSupport
package import JSON
package import LinuxSystem
package import SRIOV

/// The network configuration of an `sriov` network: what the keys on standard input ask for.
///
/// Every key is read for itself; what is wrong with one is put down in `problems` and the key counts as
/// absent. ADD and CHECK refuse a configuration with problems, DEL goes on with what is left.
package struct NetworkConfiguration: Hashable, Sendable {
    /// `deviceID`, or what a runtime says in its place; nil if it is missing or no PCI address.
    package private(set) var device: PCIAddress?
    /// `pf`: any VF of it will do; nil for none.
    package private(set) var physicalFunction: PhysicalFunctionReference?
    /// `pool`: any VF of it will do; nil for none.
    package private(set) var pool: String?
    /// `statusCapacity`: whether STATUS fails where there is no free VF.
    package private(set) var countsFree = true
    /// vlan, vlanQoS, vlanProto, mac, spoofchk, trust, link_state, linkStateIgnoreUnsupported, min_tx_rate,
    /// max_tx_rate and runtimeConfig.bandwidth, mtu, promisc, allmulti, resetOnRelease.
    package private(set) var settings = VFSettings()
    /// `announce`: whether the addresses are announced to the neighbours.
    package private(set) var announcesAddresses = true
    /// `runtimeConfig.CNIDeviceInfoFile`, wherever it leads; nil if it is not asked for.
    package private(set) var deviceInfoPath: String?
    /// `ipam.type`; nil for a network without IPAM.
    package private(set) var ipamType: String?
    /// `dns`: for the result if the IPAM plugin gives none.
    package private(set) var dns = CNIResult.DNS()
    /// `prevResult`: what the plugins before this one made; nil without one.
    package private(set) var previousResult: CNIResult?
    /// `logLevel`; `info` if it is missing or unknown.
    package private(set) var logLevel = CNILog.Level.info
    /// `logFile`, wherever it leads; nil for standard error.
    package private(set) var logFile: String?
    /// What is wrong, in the order of the keys above.
    package private(set) var problems: [CNIError] = []
    /// What is odd but harmless.
    package private(set) var warnings: [String] = []

    /// - Parameters:
    ///   - object: The members of the document on standard input.
    ///   - version: Its version: how `prevResult` reads if it names none of its own.
    ///   - arguments: CNI_ARGS, which may ask for a MAC too.
    ///   - needsVF: Whether it is a problem if nothing tells which VF.
    package init(
        _ object: JSONObject, version: CNIVersion, arguments: CNIArguments, needsVF: Bool = true
    ) {
        readSelection(object, needsVF: needsVF)
        let runtime = read { try object.object("runtimeConfig") }
        readSettings(object, runtime: runtime, arguments: arguments)
        announcesAddresses = read { try object.flag("announce") } ?? true
        deviceInfoPath = read { try runtime.flatMap(Self.deviceInfoPath) }
        ipamType = read { try Self.ipamType(object) }
        dns = read { try object.object("dns").map(CNIResult.DNS.init) } ?? CNIResult.DNS()
        previousResult = read {
            try object.object("prevResult").map {
                try CNIResult($0, defaultVersion: version)
            }
        }
        if let word = read({ try object.nonEmptyString("logLevel") }) {
            if let level = CNILog.Level(word) {
                logLevel = level
            } else {
                warnings.append("logLevel: \"\(word)\" is not known, using info")
            }
        }
        logFile = read { try Self.logFile(object) }
    }

    /// - Throws: The first problem, with the others as its details.
    package func validate() throws(CNIError) {
        guard let first = problems.first else { return }
        throw CNIError(
            first.code, first.message,
            details: problems.dropFirst().map(\.message).joined(separator: "; "))
    }

    private mutating func readSelection(_ object: JSONObject, needsVF: Bool) {
        let earlier = problems.count
        device = read { try object.deviceAddress() }
        physicalFunction = read { try object.physicalFunction() }
        pool = read { try object.nonEmptyString("pool") }
        countsFree = read { try object.boolean("statusCapacity") } ?? true
        guard problems.count == earlier else { return }
        var given: [String] = []
        if device != nil { given.append("deviceID") }
        if physicalFunction != nil { given.append("pf") }
        if pool != nil { given.append("pool") }
        if given.count > 1 {
            problems.append(
                CNIError(.invalidConfiguration, "\(given[1]): must not be given with \(given[0])"))
        } else if given.isEmpty, needsVF {
            problems.append(
                CNIError(
                    .invalidConfiguration,
                    "deviceID: missing, must be the PCI address of a VF, such as 0000:03:10.2, "
                        + "unless there is pf or pool"))
        }
    }

    private static func ipamType(_ object: JSONObject) throws(JSONKeyError) -> String? {
        guard let ipam = try object.object("ipam"), let type = try ipam.nonEmptyString("type")
        else {
            return nil
        }
        // What is wrong with the plugin's own type is not this key's.
        if case .string(type)? = object.value("type") {
            throw JSONKeyError(
                ipam.path("type"),
                "must not be \"\(type)\", the plugin of the network itself")
        }
        return type
    }

    private static func logFile(_ object: JSONObject) throws(JSONKeyError) -> String? {
        guard let path = try object.nonEmptyString("logFile") else { return nil }
        // It would end the path for the kernel, and another file be written to.
        if path.utf8.contains(0) {
            throw JSONKeyError(object.path("logFile"), "must not have a zero byte")
        }
        return path
    }

    private static func deviceInfoPath(
        _ runtime: JSONObject
    ) throws(JSONKeyError) -> String? {
        guard let path = try runtime.nonEmptyString("CNIDeviceInfoFile") else { return nil }
        guard path.hasPrefix("/"), !path.hasSuffix("/"), !path.utf8.contains(0) else {
            throw JSONKeyError(
                runtime.path("CNIDeviceInfoFile"),
                "must be the absolute path of a file, not \"\(path)\"")
        }
        return path
    }

    private mutating func readSettings(
        _ object: JSONObject, runtime: JSONObject?, arguments: CNIArguments
    ) {
        var requested = RequestedSettings()
        for setting in Setting.allCases {
            requested[setting] = read {
                setting == .macAddress
                    ? try object.macAddress(runtime: runtime, arguments: arguments)
                    : try object.setting(setting)
            }
        }
        settings = fit(requested)
        if let bandwidth = read({ try runtime?.object("bandwidth").flatMap(BandwidthLimit.init) }) {
            lower(to: bandwidth)
        }
    }

    /// All settings together; those that contradict each other are problems, and count as absent.
    private mutating func fit(_ requested: RequestedSettings) -> VFSettings {
        var requested = requested
        while true {
            do throws(SettingFault) {
                return try requested.settings()
            } catch {
                problems.append(
                    CNIError(
                        reporting: JSONKeyError(
                            error.setting.cniKey, error.message(\.cniKey))))
                for setting in error.settings { requested[setting] = nil }
            }
        }
    }

    /// Puts the runtime's limit beside the network's: neither may be exceeded, so the lower one counts.
    private mutating func lower(to bandwidth: BandwidthLimit) {
        let key = "runtimeConfig.bandwidth.egressRate"
        let limit = bandwidth.maximumRate
        if let minimum = settings.minimumRate, minimum > limit {
            let error = JSONKeyError(
                key, "must not be below min_tx_rate, \(limit) Mbit/s is below \(minimum)")
            problems.append(CNIError(reporting: error))
            return
        }
        if bandwidth.isBelowLeast {
            warnings.append(
                "\(key): \(bandwidth.egressRate) bit/s is below what a VF can be limited to, using "
                    + "1 Mbit/s")
        }
        let present = settings.maximumRate ?? 0
        settings.maximumRate = present == 0 ? limit : min(present, limit)
    }

    /// What the body reads, or nil with the problem put down.
    private mutating func read<Value>(_ body: () throws -> Value?) -> Value? {
        do {
            return try body()
        } catch {
            let problem = CNIError(reporting: error)
            // What is wrong with runtimeConfig itself is met by every key in it.
            if !problems.contains(problem) { problems.append(problem) }
            return nil
        }
    }
}
