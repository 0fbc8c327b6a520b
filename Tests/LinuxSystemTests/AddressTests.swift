import LinuxSystem
import Testing

@Suite struct AddressTests {
    @Test(arguments: ["0000:03:10.2", "10000:00:1f.7", "ffffffff:ff:1f.7"])
    func pciAddressesComeBackAsTheyWent(_ text: String) {
        #expect(PCIAddress(text)?.description == text)
    }

    @Test func pciAddressesAreLowerCase() {
        #expect(PCIAddress("00AB:0C:0D.1")?.description == "00ab:0c:0d.1")
    }

    @Test(arguments: [
        "", "03:10.2", "0000:03:10", "0000:03:10.8", "0000:03:20.0", "0000:3:10.2", "000:03:10.2",
        "000000000:03:10.2", "+000:03:10.2", "0000:03:10.2 ", "../0:03:10.2", "0000:03:10.2.1",
    ])
    func otherTextsAreNoPCIAddress(_ text: String) {
        #expect(PCIAddress(text) == nil)
    }

    @Test func pciAddressesSortByTheirParts() throws {
        let texts = ["0000:03:10.2", "0000:03:10.1", "0001:00:00.0", "0000:02:1f.7"]
        #expect(
            texts.compactMap { PCIAddress($0) }.sorted().map(\.description)
                == ["0000:02:1f.7", "0000:03:10.1", "0000:03:10.2", "0001:00:00.0"])
    }

    @Test func macAddressesAreReadInBothSpellings() {
        #expect(MACAddress("02:11:22:AA:bb:cc")?.description == "02:11:22:aa:bb:cc")
        #expect(MACAddress("02-11-22-aa-bb-cc")?.description == "02:11:22:aa:bb:cc")
    }

    @Test(arguments: [
        "", "02:11:22:33:44", "02:11:22:33:44:55:66", "2:11:22:33:44:55", "02:11-22:33:44:55",
        "02:11:22:33:44:5g", "+2:11:22:33:44:55", "02:11:22:33:44:55 ",
    ])
    func otherTextsAreNoMACAddress(_ text: String) {
        #expect(MACAddress(text) == nil)
    }

    @Test func kindsOfMACAddresses() throws {
        #expect(MACAddress.zero.isZero)
        #expect(!MACAddress.zero.isMulticast)
        #expect(try #require(MACAddress("ff:ff:ff:ff:ff:ff")).isMulticast)
        #expect(try #require(MACAddress("01:00:5e:00:00:01")).isMulticast)
        #expect(!(try #require(MACAddress("02:00:00:00:00:01")).isMulticast))
        #expect(try #require(MACAddress("02:11:22:33:44:55")).bytes == [2, 17, 34, 51, 68, 85])
    }
}
