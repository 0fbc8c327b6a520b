/// One way of a route that has several.
package struct NextHop: Hashable, Sendable {
    /// nil for destinations on the link.
    package var gateway: IPAddress?
    /// Index of the interface that it leaves by.
    package var interfaceIndex: Int32

    package init(gateway: IPAddress? = nil, interfaceIndex: Int32) {
        self.gateway = gateway
        self.interfaceIndex = interfaceIndex
    }
}
