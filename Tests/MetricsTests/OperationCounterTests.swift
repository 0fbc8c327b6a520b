import FrontEndSupport
import LinuxSystem
import SRIOV
import Testing

@testable import Metrics

@Suite struct OperationCounterTests {
    private static func lines(_ counter: OperationCounter) -> [String] {
        var text = MetricsText()
        counter.write(to: &text)
        return String(decoding: text.bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private static func event(_ kind: String, _ operation: String, _ result: String) -> [UInt8] {
        Array(
            (#"{"kind":"\#(kind)","microseconds":7000,"operation":"\#(operation)","#
                + #""result":"\#(result)","version":1}"#).utf8)
    }

    @Test func whatHasNotHappenedIsZero() {
        let lines = Self.lines(OperationCounter())
        #expect(
            lines.contains(
                #"vfmap_operations_total{kind="cni",operation="ADD",result="success"} 0"#))
        #expect(
            lines.contains(
                #"vfmap_operation_failures_total{kind="docker",operation="Join"} 0"#))
        #expect(lines.contains("vfmap_events_rejected_total 0"))
    }

    @Test func aReportIsCountedByHowItEnded() {
        let counter = OperationCounter()
        counter.count(event: Self.event("cni", "ADD", "success"))
        counter.count(event: Self.event("cni", "ADD", "noneFree"))
        counter.count(event: Self.event("cni", "ADD", "noneFree"))
        let lines = Self.lines(counter)
        for line in [
            #"vfmap_operations_total{kind="cni",operation="ADD",result="success"} 1"#,
            #"vfmap_operations_total{kind="cni",operation="ADD",result="noneFree"} 2"#,
            #"vfmap_operation_failures_total{kind="cni",operation="ADD"} 2"#,
            #"vfmap_operation_duration_seconds_bucket{kind="cni",operation="ADD",le="0.005"} 0"#,
            #"vfmap_operation_duration_seconds_bucket{kind="cni",operation="ADD",le="0.01"} 3"#,
            #"vfmap_operation_duration_seconds_count{kind="cni",operation="ADD"} 3"#,
        ] {
            #expect(lines.contains(line))
        }
    }

    @Test func wordsThatNobodyKnowsAreOne() {
        let counter = OperationCounter()
        let before = Self.lines(counter).count
        for number in 0..<1000 {
            counter.count(event: Self.event("cni", "verb\(number)", "word\(number)"))
        }
        let lines = Self.lines(counter)
        #expect(
            lines.contains(
                #"vfmap_operations_total{kind="cni",operation="unknown",result="unknown"} 1000"#))
        // One count, one of failures, and a histogram.
        #expect(lines.count == before + 2 + Histogram.bounds.count + 3)
    }

    @Test(arguments: [
        "", "{}", "null", "garbage", #"{"kind":"cni"}"#,
        #"{"kind":"root","microseconds":1,"operation":"ADD","result":"success","version":1}"#,
        #"{"kind":"cni","microseconds":-1,"operation":"ADD","result":"success","version":1}"#,
        #"{"kind":"cni","microseconds":1.5,"operation":"ADD","result":"success","version":1}"#,
        #"{"kind":"cni","microseconds":1,"operation":"ADD","result":"success","version":2}"#,
        #"{"kind":["cni"],"microseconds":1,"operation":"ADD","result":"success","version":1}"#,
        #"{"kind":"cni","microseconds":1,"operation":"ADD","result":"success","version":1,"x":""#
            + String(repeating: "x", count: 512) + #""}"#,
        String(repeating: "[", count: 512),
    ])
    func whatIsNoReportIsOnlyCounted(line: String) {
        let counter = OperationCounter()
        let before = Self.lines(counter)
        counter.count(event: Array(line.utf8))
        let changed = zip(before, Self.lines(counter)).filter { $0 != $1 }.map(\.1)
        #expect(changed == ["vfmap_events_rejected_total 1"])
    }

    @Test func bytesAtRandomHarmNobody() {
        let counter = OperationCounter()
        var generator = SystemRandomNumberGenerator()
        for length in 0..<600 {
            counter.count(
                event: (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) })
        }
        #expect(Self.lines(counter).contains("vfmap_events_rejected_total 600"))
    }

    @Test func aReportIsReadAsItWasWritten() {
        let event = OperationEvent(
            kind: "cni", operation: "ADD", result: .noneFree, microseconds: 12345)
        #expect(
            String(decoding: event.encoded(), as: UTF8.self)
                == #"{"kind":"cni","microseconds":12345,"operation":"ADD","result":"noneFree","#
                + #""version":1}"# + "\n")
        #expect(OperationEvent(parsing: event.encoded()) == event)
    }
}
