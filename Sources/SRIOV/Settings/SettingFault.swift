/// Why what somebody asks cannot be had of any VF.
package struct SettingFault: Error, Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        /// No value of its kind; what there is, for messages.
        case unknown(String)
        case zeroAddress
        case multicastAddress(String)
        /// It means nothing without another setting.
        case lacks(Setting)
        /// It means nothing with another setting that is 0.
        case contradictsZero(of: Setting)
        /// Both are numbers, and it is above the other.
        case exceeds(Setting, own: UInt32, other: UInt32)
    }

    /// The setting that is at fault.
    package let setting: Setting
    /// What is wrong with its value.
    package let reason: Reason

    package init(_ setting: Setting, _ reason: Reason) {
        self.setting = setting
        self.reason = reason
    }

    /// The settings that are not to be believed: with an error put down, a caller can go on without them.
    package var settings: [Setting] {
        if case .exceeds(let other, _, _) = reason { [setting, other] } else { [setting] }
    }

    /// What is wrong, without the setting's own name: `must be an integer from 0 to 7, not 8`.
    ///
    /// - Parameter spelling: How the front end calls a setting.
    package func message(_ spelling: (Setting) -> String) -> String {
        switch reason {
        case .unknown(let found): "must be \(setting.expectation), not \(found)"
        case .zeroAddress: "must not be all zero"
        case .multicastAddress(let text): "must be a unicast address, not \"\(text)\""
        case .lacks(let other): "needs \(spelling(other))"
        case .contradictsZero(let other): "needs a \(spelling(other)) other than 0"
        case .exceeds(let other, let own, let limit):
            "must not be above \(spelling(other)), \(own) is above \(limit)"
        }
    }
}
