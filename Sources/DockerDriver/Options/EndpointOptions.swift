internal import LinuxSystem
internal import SRIOV

/// What a network asks for each of its endpoints, or an endpoint for itself.
struct EndpointOptions: Hashable, Sendable {
    private var requested = RequestedSettings()
    /// What the interface's name in the container begins with; nil is not given.
    private(set) var prefix: String?

    /// The names of the options.
    static var names: [String] {
        Setting.allCases.compactMap(\.optionName) + ["privileged", "prefix"]
    }

    /// Takes what it knows out of the options.
    ///
    /// - Throws: `DriverError` for a value that an option does not take.
    init(takingFrom options: inout DriverOptions) throws(DriverError) {
        for setting in Setting.allCases {
            guard let name = setting.optionName, let word = options.take(name) else { continue }
            do throws(SettingFault) {
                // Docker's users write flags as its own options are written, too.
                if setting.kind == .flag, let isOn = DriverOptions.flags[word] {
                    requested[setting] = .flag(isOn)
                } else {
                    requested[setting] = try setting.value(word)
                }
            } catch {
                if case .unknown = error.reason {
                    throw DriverError(
                        option: name, "must be \(setting.expectation), not \(excerpt(word))")
                }
                throw DriverError(option: name, error.message(\.spelling))
            }
        }
        if let isPrivileged = try options.flag("privileged") {
            for setting in [Setting.trust, .spoofCheck] where requested[setting] != nil {
                throw DriverError(
                    option: "privileged", "must not be given with \(setting.spelling)")
            }
            requested[.trust] = .flag(isPrivileged)
            requested[.spoofCheck] = .flag(!isPrivileged)
        }
        prefix = try Self.prefix(options.take("prefix"))
    }

    private static func prefix(_ word: String?) throws(DriverError) -> String? {
        guard let word else { return nil }
        // Docker puts a number behind it.
        guard !word.isEmpty, InterfaceName.isLegal(word + "00") else {
            throw DriverError(
                option: "prefix",
                "must be the beginning of an interface's name, 1 to 13 bytes, not \(excerpt(word))")
        }
        return word
    }

    /// The options as a user would give them.
    var words: [String: String] {
        var words: [String: String] = [:]
        for setting in requested.asked {
            guard let name = setting.optionName, let value = requested[setting] else { continue }
            words[name] = value.description
        }
        words["prefix"] = prefix
        return words
    }

    /// These options with another's in their place, where the other gives any.
    func overridden(by other: EndpointOptions) -> EndpointOptions {
        var options = self
        options.requested = requested.overridden(by: other.requested)
        options.prefix = other.prefix ?? prefix
        return options
    }

    /// What is asked of the VF.
    ///
    /// - Throws: `DriverError` for options that contradict each other.
    func settings(macAddress: MACAddress? = nil) throws(DriverError) -> VFSettings {
        var settings: VFSettings
        do throws(SettingFault) {
            settings = try requested.settings()
        } catch {
            throw DriverError(option: error.setting.spelling, error.message(\.spelling))
        }
        settings.macAddress = macAddress
        do throws(ManagerError) {
            try settings.validate()
        } catch {
            throw DriverError(reporting: error)
        }
        return settings
    }

    /// Refuses what only a VF can have, for an endpoint that gets a whole PF.
    func refuseSettingsOfVF() throws(DriverError) {
        guard let setting = requested.asked.first(where: \.needsPhysicalFunction) else { return }
        throw DriverError(
            option: setting.spelling, "is a setting of a VF, there is none in mode passthrough")
    }
}
