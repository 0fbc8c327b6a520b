import LinuxSystem
import Netlink
import SRIOV
import SimulatedHost
import Testing

/// Where the interfaces of VFs are found that are not in the host, while containers change them.
@Suite struct InterfacesElsewhereTests {
    private static let vf = SimulatedHost.vfAddress(0)
    private static let other = SimulatedHost.vfAddress(1)
    private static let path = "/run/netns/a"

    /// A host whose two VFs are in container a, with no record.
    private func host() -> SimulatedHost {
        let host = SimulatedHost.withVFs(2)
        host.makeNamespace(Self.path)
        host.withKernel { kernel in
            for function in [Self.vf, Self.other] {
                kernel.moveInterface(of: function, to: Self.path)
            }
        }
        return host
    }

    private func find(
        on host: SimulatedHost, within time: Duration = .seconds(60)
    ) throws -> (link: Link, path: String)? {
        let function = try #require(try host.virtualFunction(at: Self.vf))
        var elsewhere = InterfacesElsewhere(host: host, until: Deadline(after: time))
        return elsewhere.find(function, nil)
    }

    @Test func anInterfaceIsShownWithItsAlternativeNamesAndThePathThatComesFirst() throws {
        let host = host()
        host.withKernel { kernel in
            kernel.change(Self.vf) { $0.link.alternativeNames = ["inside"] }
            kernel.heldPaths["/proc/4711/ns/net"] = kernel.paths[Self.path]
        }
        let found = try find(on: host)
        #expect(found?.link.name == "pf0v0")
        #expect(found?.link.alternativeNames == ["inside"])
        #expect(found?.path == "/proc/4711/ns/net")
    }

    @Test func anotherInterfaceThatTakesTheIndexIsNotShown() throws {
        for step in 1... {
            let host = host()
            host.before(step: step) { kernel in
                HostileAct.swapWithAnotherFunction.perform(
                    on: &kernel, Self.vf, in: Self.path, other: Self.other)
            }
            let found = try find(on: host)
            #expect(found?.link.parentDevice == "0000:01:10.0", "step \(step)")
            guard host.faultWasReached else { break }
        }
    }

    @Test func nothingIsSearchedWithoutTime() throws {
        #expect(try find(on: host(), within: .zero) == nil)
    }
}
