/// What a driver tells of its device.
package struct DevlinkInfo: Hashable, Sendable {
    /// A version of a part of the device: `fw.mgmt` 7.10.
    package struct Version: Hashable, Sendable {
        /// `DEVLINK_ATTR_INFO_VERSION_NAME`; empty if the driver sent none.
        package var name: String
        /// `DEVLINK_ATTR_INFO_VERSION_VALUE`; empty if the driver sent none.
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The driver's name; nil if it did not send it.
    package var driver: String?
    /// The serial number; nil if the driver did not send it.
    package var serialNumber: String?
    /// Those of what runs now, and of what cannot change; not what is stored for the next start.
    package var versions: [Version]

    package init(driver: String? = nil, serialNumber: String? = nil, versions: [Version] = []) {
        self.driver = driver
        self.serialNumber = serialNumber
        self.versions = versions
    }
}
