import Testing

@testable import Metrics

/// The text format, byte by byte.
@Suite struct MetricsTextTests {
    private static func text(_ write: (inout MetricsText) -> Void) -> String {
        var text = MetricsText()
        write(&text)
        return String(decoding: text.bytes, as: UTF8.self)
    }

    @Test func withoutSamplesItIsEmpty() {
        #expect(Self.text { _ in } == "")
    }

    @Test func samplesOfAFamilyStandTogether() {
        let text = Self.text { text in
            text.add(.pfVFs, 7, labels: ["pf1", "0000:02:00.0"])
            text.add(.receivedBytes, .whole(.max), labels: ["pf0", "1", "a", "-1", "interface"])
            text.add(.pfVFs, 2, labels: ["pf0", "0000:01:00.0"])
        }
        #expect(
            text == """
                # HELP sriov_vf_rx_bytes Bytes that the VF received
                # TYPE sriov_vf_rx_bytes counter
                sriov_vf_rx_bytes{pf="pf0",vf="1",pciAddr="a",numa_node="-1",source="interface"} \
                18446744073709551615
                # HELP vfmap_pf_vfs VFs that the PF has now
                # TYPE vfmap_pf_vfs gauge
                vfmap_pf_vfs{pf="pf1",pciAddr="0000:02:00.0"} 7
                vfmap_pf_vfs{pf="pf0",pciAddr="0000:01:00.0"} 2

                """)
    }

    @Test(arguments: [
        ("plain", "plain"), (#"a\b"#, #"a\\b"#), (#"say "x""#, #"say \"x\""#),
        ("two\nlines", #"two\nlines"#), ("{}=,#é\t", "{}=,#é\t"), (#"\n"#, #"\\n"#), ("", ""),
        ("\"\r\n", "\\\"\r\\n"),
    ])
    func valuesOfLabelsAreEscaped(value: String, written: String) {
        #expect(
            Self.text { $0.add(.scrapeError, true, labels: [value]) }.hasSuffix(
                "vfmap_scrape_error{pf=\"\(written)\"} 1\n"))
    }

    @Test(arguments: [
        (0.0, "0"), (1.0, "1"), (0.005, "0.005"), (1234.5, "1234.5"), (.infinity, "+Inf"),
        (-.infinity, "-Inf"), (.nan, "NaN"), (1e-7, "1e-07"),
    ])
    func numbersAreAsPrometheusReadsThem(number: Double, written: String) {
        #expect(MetricValue.number(number).text == written)
    }

    @Test func aHistogramIsCumulative() {
        var histogram = Histogram()
        for seconds in [0.001, 0.005, 0.0051, 0.3, 60, 61, 1000] { histogram.add(seconds: seconds) }
        let lines = Self.text { $0.add(.operationDuration, histogram, labels: ["cni", "ADD"]) }
            .split(separator: "\n").map(String.init)
        #expect(
            lines == [
                "# HELP vfmap_operation_duration_seconds How long operations of front ends took",
                "# TYPE vfmap_operation_duration_seconds histogram",
                #"vfmap_operation_duration_seconds_bucket{kind="cni",operation="ADD",le="0.005"} 2"#,
                #"vfmap_operation_duration_seconds_bucket{kind="cni",operation="ADD",le="0.01"} 3"#,
                #"vfmap_operation_duration_seconds_bucket{kind="cni",operation="ADD",le="0.025"} 3"#,
                #"vfmap_operation_duration_seconds_bucket{kind="cni",operation="ADD",le="0.05"} 3"#,
                #"vfmap_operation_duration_seconds_bucket{kind="cni",operation="ADD",le="0.1"} 3"#,
                #"vfmap_operation_duration_seconds_bucket{kind="cni",operation="ADD",le="0.25"} 3"#,
                #"vfmap_operation_duration_seconds_bucket{kind="cni",operation="ADD",le="0.5"} 4"#,
                #"vfmap_operation_duration_seconds_bucket{kind="cni",operation="ADD",le="1"} 4"#,
                #"vfmap_operation_duration_seconds_bucket{kind="cni",operation="ADD",le="2.5"} 4"#,
                #"vfmap_operation_duration_seconds_bucket{kind="cni",operation="ADD",le="5"} 4"#,
                #"vfmap_operation_duration_seconds_bucket{kind="cni",operation="ADD",le="10"} 4"#,
                #"vfmap_operation_duration_seconds_bucket{kind="cni",operation="ADD",le="30"} 4"#,
                #"vfmap_operation_duration_seconds_bucket{kind="cni",operation="ADD",le="60"} 5"#,
                #"vfmap_operation_duration_seconds_bucket{kind="cni",operation="ADD",le="+Inf"} 7"#,
                #"vfmap_operation_duration_seconds_sum{kind="cni",operation="ADD"} 1121.3111"#,
                #"vfmap_operation_duration_seconds_count{kind="cni",operation="ADD"} 7"#,
            ])
    }

    @Test func everyFamilyHasItsOwnNameAndSaysWhatItIs() {
        let names = MetricFamily.all.map(\.name)
        #expect(Set(names).count == names.count)
        for family in MetricFamily.all {
            #expect(!family.help.isEmpty && !family.help.hasSuffix("."))
            #expect(Set(family.labels).count == family.labels.count)
            #expect(!family.labels.contains("le"))
        }
    }
}
