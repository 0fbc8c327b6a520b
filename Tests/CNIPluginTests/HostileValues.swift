import Fuzzing

/// What hostile calls are made of, besides what any reader may be sent.
enum HostileValues {
    static let versions = [
        "0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.0.0", "1.1.0", "1.1.0", "1.1.0",
    ]

    static let previousResult: JSONTree = [
        "cniVersion": "1.0.0", "interfaces": [["name": "eth0", "sandbox": "/run/netns/c1"]],
        "ips": [["address": "10.9.0.2/24", "gateway": "10.9.0.1", "interface": 0]],
        "routes": [["dst": "10.8.0.0/16", "gw": "10.9.0.1"]], "dns": ["domain": "example.org"],
    ]

    /// Values, good and bad, for the keys that the plugin reads.
    static func known(directory: String) -> [(key: String, value: JSONTree)] {
        let log = JSONTree.raw(JSONTree.quoted(directory + "/log"))
        let values: [(String, [JSONTree])] = [
            ("cniVersion", ["0.1.0", "0.2.0", "0.4.0", "1.0.0", "1.1.0", "1.2.0", "1", "1.0.0.0"]),
            ("name", ["sriov-net", "other", ".x", "a/b", "N-1_2.3"]),
            (
                "deviceID",
                ["0000:01:10.2", "0000:01:10.0", "0000:01:00.0", "01:10.0", "0000:01:1f.7"]
            ),
            ("pf", ["pf0", "0000:01:00.0", "pf1", "0000:01:10.0"]),
            ("pool", ["vfs", "org/vfs"]),
            ("pciBusID", ["0000:01:10.2"]),
            ("vlan", [0, 1, 4094, 4095]), ("vlanQoS", [0, 7, 8]),
            ("vlanProto", ["802.1q", "802.1Q", "802.1ad", "802.1x"]),
            (
                "mac",
                ["02:00:00:00:00:01", "02-00-00-00-00-02", "01:00:00:00:00:01", "0:0:0:0:0:0"]
            ),
            ("spoofchk", ["on", "off", "ON", true, false]), ("trust", ["on", "off", "yes"]),
            ("link_state", ["auto", "enable", "disable", "Auto"]),
            ("min_tx_rate", [0, 10, 5000]), ("max_tx_rate", [0, 10, 5000]),
            ("mtu", [68, 1500, 9000, 9217, 65535]), ("promisc", [true, "on"]), ("allmulti", [true]),
            ("announce", [true, false]), ("resetOnRelease", [true]),
            ("linkStateIgnoreUnsupported", [true]), ("statusCapacity", [true, false]),
            ("bandwidth", [["egressRate": 1_000_000, "egressBurst": 1], ["ingressRate": 1]]),
            ("ipam", [["type": "scripted"], ["type": "../scripted"], ["type": "none"], []]),
            ("type", ["scripted", "scripted/", "SCRIPTED", "/bin/sh"]),
            ("dns", [["nameservers": ["10.0.0.1"]]]),
            ("logLevel", ["debug", "panic", "loud"]),
            ("logFile", [log, "/dev/full"]), ("CNIDeviceInfoFile", ["/dev/full", log]),
            ("runtimeConfig", [["mac": "02:00:00:00:00:98"], ["deviceID": "0000:01:10.2"]]),
            ("prevResult", [previousResult]),
            ("cni.dev/valid-attachments", [[], [["containerID": "c1", "ifname": "net1"]]]),
            ("cni.dev/attachments", [[], [["containerID": "c1"]]]),
            ("interface", [0, 1, 4_294_967_295]), ("sandbox", ["/run/netns/c1", "/run/netns/c2"]),
            ("address", ["10.9.0.3/32", "fd00::1/64", "10.9.0.3", "::/0"]),
            ("gateway", ["fe80::1", "0.0.0.0"]), ("dst", ["::/0", "0.0.0.0/0", "224.0.0.0/4"]),
        ]
        return values.flatMap { key, values in values.map { (key: key, value: $0) } }
    }

    static let variables = [
        "", " ", ".", "..", "/", "-", "c2", "net2", "lo", "eth0", "a b", "a:b", "%d", "all",
        "default",
        "é", "e\u{301}", "\u{7f}", "\u{85}", "\u{200b}", "\u{202e}x", "\u{fffd}", "=", ";", ";;=",
        "MAC=", "MAC=x", "MAC=02:00:00:00:00:96;MAC=02:00:00:00:00:95", "A=1;IgnoreUnknown=1",
        "IgnoreUnknown=maybe", "=;=", "/run/netns/c1", "/run/netns/c2", "/run/netns/none",
        "/proc/self/ns/net", "relative", "/proc/self/fd/0", ":::", ":/proc:.", "123456789012345",
        "1234567890123456", String(repeating: "x", count: 100_000),
        String(repeating: "/x", count: 3000), String(repeating: "A=1;", count: 20_000),
        String(repeating: ":/none", count: 5000),
    ]
}
