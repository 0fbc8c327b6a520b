import Foundation
import FrontEndSupport
import Fuzzing
import LinuxSystem
import Netlink
import SQLite
import SRIOV
import SimulatedHost
import Testing

/// Records that are not what was written, with a checksum that fits all the same: each is refused, or is what
/// detach and recover can deal with.
@Suite struct HostileRecordTests {
    @Test func aDamagedRecordIsRefusedOrUndoneWithoutHarm() throws {
        let fixture = try EngineFixture(.withVFs(2))
        fixture.host.makeNamespace("/run/netns/c1")
        try fixture.attach(.vf(0, for: "c1", .full))
        let attached = fixture.host.kernel
        let database = try SQLiteDatabase(path: fixture.statePath, access: .readWrite)
        let record = try record(in: database)
        let tree = JSONTree(try JSONSerialization.jsonObject(with: Data(record.utf8)))
        var refused = 0
        var undone = 0
        for seed in FuzzSeeds(400, of: "records") {
            var generator = SeededGenerator(seed: seed)
            var damaged = tree
            for _ in 0..<generator.number(in: 1...2) { damaged.damage(using: &generator) }
            let text = damaged.text
            let comment: Comment = "seed \(seed): \(text.prefix(3000))"
            fixture.host.withKernel { $0 = attached }
            try database.execute("DELETE FROM attachments")
            try database.execute(
                """
                INSERT INTO attachments (boot, address, part, pf, front_end, network, container,
                    interface_name, phase, created, record, checksum)
                VALUES (?1, '0000:01:10.0', '', '0000:01:00.0', 'cni', 'sriov-net', 'c1', 'net1',
                    'attached', 1700000000, ?2, ?3)
                """,
                [.text(attached.boot.rawValue), .text(text), .integer(checksum(of: text))])
            do {
                _ = try fixture.store().attachments()
            } catch let error as StoreError {
                try #require("\(error)".contains("the record of 0000:01:10.0 is damaged"), comment)
                refused += 1
                _ = try? fixture.context().attachments.recover()  // It may fail, it must not crash.
                try #require(fixture.host.kernel == attached, comment)
                continue
            }
            undone += 1
            do {
                try fixture.detach(DetachRequest(owner: .cni("c1"), namespacePath: "/run/netns/c1"))
                // What a record does not tell, as an interface that the VF had, cannot be restored; what it
                // tells is not lost.
                try #require(
                    try fixture.store().attachments().allSatisfy { $0.phase == .restoring }, comment
                )
            } catch let error as ManagerError {
                try #require(!error.description.isEmpty, comment)
            }
            _ = try fixture.context().attachments.recover()
        }
        #expect(refused > 0 && undone > 0, "\(refused) refused, \(undone) undone")
    }

    /// In place of each number of a record with every property, in every phase: a value that a program cannot calculate
    /// with makes the record a damaged one, and stops none.
    @Test(arguments: AttachmentPhase.allCases)
    func noNumberIsTooLargeOrTooSmall(phase: AttachmentPhase) throws {
        let fixture = try EngineFixture(.withVFs(2))
        fixture.makeContainer("/run/docker/netns/a")
        try fixture.start("e", in: "/run/docker/netns/a", .full)
        try fixture.changeRecord { record in
            record.phase = phase
            record.originalInfo?.vlans = [VLANTag(identifier: 7, qualityOfService: 1)]
            record.originalInfo?.statistics = VFStatistics()
            record.originalInfo?.linkState = .enabled
            record.settings.minimumRate = 1
            record.settings.linkState = .enabled
        }
        let attached = fixture.host.kernel
        let database = try SQLiteDatabase(path: fixture.statePath, access: .readWrite)
        let record = try record(in: database)
        let numbers = record.matches(of: /:-?[0-9]+(?=[,}])/)
        #expect(numbers.count > 30)
        var refused = 0
        for number in numbers {
            for value in [
                "-9223372036854775808", "-1", "32768", "65536", "2147483648", "4294967295",
                "4294967296", "253402300800", "9223372036854775807", "9223372036854775808",
                "18446744073709551615", "18446744073709551616", "1e300",
            ] {
                var text = record
                text.replaceSubrange(number.range, with: ":" + value)
                let comment: Comment = "\(text)"
                fixture.host.withKernel { $0 = attached }
                try database.execute("DELETE FROM attachments")
                try database.execute(
                    """
                    INSERT INTO attachments (boot, address, part, pf, front_end, network, container,
                        interface_name, phase, created, record, checksum)
                    VALUES (?1, '0000:01:10.0', '', '0000:01:00.0', 'docker', 'n1', 'e', '', ?2,
                        coalesce(json_extract(?3, '$.created'), 0), ?3, ?4)
                    """,
                    [
                        .text(attached.boot.rawValue), .text(phase.rawValue), .text(text),
                        .integer(checksum(of: text)),
                    ])
                do {
                    _ = try fixture.store().attachments()
                } catch let error as StoreError {
                    try #require(
                        "\(error)".contains("the record of 0000:01:10.0 is damaged: "), comment)
                    refused += 1
                }
                // Each may fail, none must end the process.
                _ = try? fixture.context().attachments.check(.docker("e"))
                _ = try fixture.context().inspector.inventory()
                _ = try? fixture.context().handovers.confirm(.docker("e"))
                _ = try? fixture.context().attachments.recover()
                _ = try? fixture.detach(DetachRequest(owner: .docker("e")))
            }
        }
        #expect(refused > numbers.count * 3)
    }

    @Test func aDamagedRecordKeepsNoOtherFromBeingShownOrRecovered() throws {
        let fixture = try EngineFixture(.withVFs(3))
        for (index, name) in ["a", "b"].enumerated() {
            fixture.host.makeNamespace("/run/netns/\(name)")
            try fixture.attach(.vf(index, for: name))
        }
        try SQLiteDatabase(path: fixture.statePath, access: .readWrite).execute(
            "UPDATE attachments SET checksum = checksum + 1 WHERE container = 'a'")
        let inventory = try fixture.context().inspector.inventory()
        #expect(inventory.virtualFunctions.map { $0.occupancy != .unknown } == [false, true, true])
        #expect(
            inventory.virtualFunctions.map(\.attachment?.owner) == [nil, .cni("b"), nil])
        let damage =
            "state file \(fixture.statePath): the record of 0000:01:10.0 is damaged"
        #expect(fixture.warnings == ["an owner is not known: \(damage)"])

        fixture.host.deleteNamespace("/run/netns/b")
        let error = #expect(throws: ManagerError.self) {
            try fixture.context().attachments.recover()
        }
        #expect(error?.description == "recover: \(damage)")
        let left = try fixture.store().readableAttachments()
        #expect(left.attachments == [])
        #expect(left.damaged.map(\.address) == [SimulatedHost.vfAddress(0)])
    }

    private func record(in database: borrowing SQLiteDatabase) throws -> String {
        var statement = try database.prepare("SELECT record FROM attachments")
        try #require(try statement.step())
        return statement.text(0)
    }

    /// FNV-1a of 64 bits.
    private func checksum(of text: String) -> Int64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Int64(bitPattern: hash)
    }
}

extension JSONTree {
    /// The tree of what Foundation read.
    fileprivate init(_ value: Any) {
        switch value {
        case let text as String: self = .raw(JSONTree.quoted(text))
        case let members as [String: Any]:
            self = .object(members.sorted { $0.key < $1.key }.map { ($0.key, JSONTree($0.value)) })
        case let elements as [Any]: self = .array(elements.map { JSONTree($0) })
        case let number as NSNumber where number === NSNumber(value: true): self = true
        case let number as NSNumber where number === NSNumber(value: false): self = false
        default: self = .raw("\(value)")
        }
    }
}
