import Glibc
import LinuxSystem
import Testing

@Suite struct TCPAddressTests {
    @Test(arguments: [
        ("127.0.0.1:9808", "127.0.0.1:9808"), ("[::1]:9808", "[::1]:9808"),
        ("[0:0:0:0:0:0:0:1]:0", "[::1]:0"), ("0.0.0.0:65535", "0.0.0.0:65535"),
        ("[2001:DB8::A]:00080", "[2001:db8::a]:80"),
    ])
    func addressesAreWrittenInOneWay(text: String, written: String) {
        #expect(TCPAddress(text)?.description == written)
    }

    @Test(arguments: [
        "", ":", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:-1", "127.0.0.1: 1", "127.0.0.1:65536",
        "1.2.3:80", "::1:80", "[::1]80", "[::1:80", "::1]:80", "localhost:80", "[]:80",
        "[1.2.3.4]:80", "1.2.3.4\0:80",
    ])
    func otherTextsAreNoAddress(text: String) {
        #expect(TCPAddress(text) == nil)
    }

    @Test func twoCannotListenOnOnePort() throws {
        let first = try TCPListener.make(at: try #require(TCPAddress("127.0.0.1:0")))
        #expect(first.address.port != 0)
        let address = first.address
        #expect {
            _ = try TCPListener.make(at: address).address
        } throws: { error in
            "\(error)" == "bind socket \(address): address already in use (EADDRINUSE)"
        }
    }

    @Test func anAddressOfAnotherHostIsRefused() {
        #expect {
            _ = try TCPListener.make(at: try #require(TCPAddress("192.0.2.1:0"))).address
        } throws: { error in
            "\(error)".hasSuffix("(EADDRNOTAVAIL)")
        }
    }
}
