import Testing

@testable import Netlink

@Suite struct IPAddressTests {
    @Test func addressesComeBackInTheirShortestForm() {
        #expect(IPAddress("10.1.0.5")?.description == "10.1.0.5")
        #expect(IPAddress("FD00:0::0005")?.description == "fd00::5")
        #expect(IPAddress("fd00::5")?.isIPv6 == true)
    }

    @Test(arguments: [
        "", "10.1", "10.1.0.256", "10.1.0.5/24", "fe80::1%eth0", "10.1.0.5\0x", " 10.1.0.5",
    ])
    func otherTextsAreNoAddress(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func networksKeepTheHostsBits() {
        #expect(IPNetwork("10.1.2.3/20")?.description == "10.1.2.3/20")
        #expect(IPNetwork("10.1.2.3/20")?.network.description == "10.1.0.0/20")
        #expect(IPNetwork("fd00::ffff/121")?.network.description == "fd00::ff80/121")
        #expect(IPNetwork("10.1.2.3/0")?.network.description == "0.0.0.0/0")
        #expect(IPNetwork("10.1.2.3/32")?.network.description == "10.1.2.3/32")
    }

    @Test(arguments: [
        "10.1.2.3", "10.1.2.3/", "10.1.2.3/33", "fd00::/129", "10.1.2.3/-1", "10.1.2.3/+8", "/8",
    ])
    func otherTextsAreNoNetwork(_ text: String) {
        #expect(IPNetwork(text) == nil)
    }
}
