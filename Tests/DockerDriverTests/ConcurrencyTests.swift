import DockerDriver
import Foundation
import LinuxSystem
import SRIOV
import SimulatedHost
import Synchronization
import Testing

/// dockerd calls from many threads at once.
@Suite struct ConcurrencyTests {
    @Test func endpointsMadeAtOnceGetVFsOfTheirOwn() throws {
        let fixture = try DriverFixture(.withVFs(7))
        try fixture.success("CreateNetwork", networkRequest(#""parent":"pf0","vlan":"3""#))
        let before = fixture.machine
        let replies = Mutex<[Int: DriverReply]>([:])
        DispatchQueue.concurrentPerform(iterations: 9) { number in
            let reply = try? fixture.call(
                "CreateEndpoint", endpointRequest("e\(number)", address: "10.9.0.\(number + 2)/24"))
            replies.withLock { $0[number] = reply }
        }
        let answers = replies.withLock { $0 }
        let made = answers.filter { $0.value.status == .ok }
        #expect(made.count == 7)
        for refusal in answers.values where refusal.status != .ok {
            #expect(refusal.status == .unavailable)
            #expect(refusal.error == "pf0 has no free VF among its 7")
        }
        let records = try fixture.records
        #expect(Set(records.map(\.function)).count == 7)
        #expect(Set(records.map(\.owner.container)) == Set(made.keys.map { "e\($0)" }))
        #expect(Set(made.values.map(\.text)).count == 7)

        DispatchQueue.concurrentPerform(iterations: 9) { number in
            _ = try? fixture.call("DeleteEndpoint", reference("e\(number)"))
        }
        #expect(try fixture.records == [])
        #expect(fixture.machine == before)
    }

    @Test func oneEndpointMadeFromManyThreadsIsMadeOnce() throws {
        let fixture = try DriverFixture(.withVFs(4))
        try fixture.success("CreateNetwork", networkRequest(#""parent":"pf0""#))
        let before = fixture.machine
        let statuses = Mutex<[DriverStatus]>([])
        DispatchQueue.concurrentPerform(iterations: 6) { _ in
            let reply = try? fixture.call("CreateEndpoint", endpointRequest())
            statuses.withLock { $0 += [reply?.status].compactMap(\.self) }
        }
        #expect(statuses.withLock { $0.filter { $0 == .ok }.count } == 1)
        #expect(statuses.withLock { $0.filter { $0 == .conflict }.count } == 5)
        #expect(try fixture.records.count == 1)
        try fixture.success("DeleteEndpoint", reference())
        #expect(fixture.machine == before)
    }
}
