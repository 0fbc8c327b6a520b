#!/usr/bin/env bash
# Runs inside the guest: what users asked for beyond the plain VF, on emulated SR-IOV hardware.
#
# Usage: features-test.sh DIRECTORY-OF-THE-PROGRAMS
#
# Every check looks at the kernel through iproute2 and tcpdump, not through vfmap's own eyes. Every scenario ends
# with the whole machine as it was before.

set -uo pipefail

programs=$1
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/../lib/checks.sh"
export CNI_PATH=$work:$CNI_PATH
other=0000:02:10.0 # a VF of pf1, which is on the same wire

# An IPAM plugin that gives what the network's key "give" holds.
cat >"$work/giving" <<'END'
#!/bin/sh
[ "$CNI_COMMAND" != ADD ] || jq -c .give
END
chmod +x "$work/giving"

give() { # ADDRESSES [ROUTES]
    echo "\"ipam\":{\"type\":\"giving\"},\"give\":{\"ips\":[$1],\"routes\":[${2:-}]}"
}

milliseconds() { # SINCE, as date +%s%N tells it
    echo $((($(date +%s%N) - $1) / 1000000))
}

refused() { # NAME, PART OF THE ERROR, CONFIGURATION
    local answer
    if answer=$(plugin ADD a "$3" 2>/dev/null); then
        fail "$1 is refused" "$answer"
        plugin DEL a "$3"
    else
        contains "$1 is refused" "$2" "$answer"
    fi
}

for name in a b; do ip netns add $name; done
"$programs/vfmap" create --pf pf0 --count 2 >/dev/null || fail "create 2 VFs on pf0"
"$programs/vfmap" create --pf 0000:02:00.0 --count 1 >/dev/null || fail "create a VF on pf1"

echo "-- MTU, promiscuous and all-multicast mode"
before=$(snapshot)
modes='"mtu":1400,"promisc":true,"allmulti":"on","trust":"on"'
result=$(plugin ADD a "$(conf $vf0 "$modes")") || fail "ADD with modes" "$result"
equal "MTU in the container" 1400 "$(link_field a net1 .mtu)"
equal "promiscuous mode in the container" true "$(link_field a net1 '.flags | index("PROMISC") != null')"
equal "all-multicast mode in the container" true "$(link_field a net1 '.flags | index("ALLMULTI") != null')"
equal "CHECK is silent" "" "$(plugin CHECK a "$(conf $vf0 "$modes,\"prevResult\":$result")")"
ip -n a link set net1 mtu 1300 promisc off
check=$(plugin CHECK a "$(conf $vf0 "$modes,\"prevResult\":$result")" 2>/dev/null)
contains "CHECK sees another MTU" "MTU of net1 is 1300, asked for was 1400" "$check"
contains "CHECK sees the mode off" "promiscuous mode of net1 is off, asked for was on" "$check"
plugin DEL a "$(conf $vf0 "$modes")" || fail "DEL with modes"
pristine "modes" "$before"
plugin ADD a "$(conf $vf0)" >/dev/null || fail "ADD without modes"
ip -n a link set net1 mtu 1280 promisc on allmulticast on
plugin DEL a "$(conf $vf0)"
pristine "what the container changed itself" "$before"
name0=$(ls /sys/bus/pci/devices/$vf0/net)
ip link set "$name0" mtu 1450 promisc on allmulticast on
changed=$(snapshot)
plugin ADD a "$(conf $vf0 '"mtu":1500,"promisc":"off","allmulti":false')" >/dev/null || fail "ADD over modes"
equal "a mode is turned off too" false "$(link_field a net1 '.flags | index("PROMISC") != null')"
plugin DEL a "$(conf $vf0)"
pristine "originals with modes" "$changed"
ip link set "$name0" mtu 1500 promisc off allmulticast off
refused "an MTU that the driver does not take" "EINVAL" "$(conf $vf0 '"mtu":65535,"vlan":5')"
pristine "an MTU that the driver does not take" "$before"
"$programs/vfmap" attach $vf0 --netns a --mtu 1400 --promisc on --allmulti on >/dev/null || fail "attach with modes"
equal "vfmap attach sets them" "1400 true" \
    "$(link_field a net1 '|[.mtu, (.flags | contains(["PROMISC", "ALLMULTI"]))] | join(" ")')"
"$programs/vfmap" detach $vf0 >/dev/null
pristine "vfmap attach with modes" "$before"

echo "-- bandwidth"
bandwidth() { echo "\"runtimeConfig\":{\"bandwidth\":{$1}}"; }
limited="$(bandwidth '"egressRate":200500000,"egressBurst":4294967295')"
plugin ADD a "$(conf $vf0 "$limited")" >/dev/null || fail "ADD with a bandwidth"
equal "the egress rate is the VF's limit, rounded down" 200 "$(vf_field pf0 0 .rate.max_tx)"
plugin DEL a "$(conf $vf0 "$limited")"
pristine "bandwidth" "$before"
plugin ADD a "$(conf $vf0 "$limited,\"max_tx_rate\":100")" >/dev/null || fail "ADD with two limits"
equal "of two limits the lower counts" 100 "$(vf_field pf0 0 .rate.max_tx)"
plugin DEL a "$(conf $vf0 "$limited")"
refused "a limit of what comes in" "runtimeConfig.bandwidth.ingressRate" \
    "$(conf $vf0 "$(bandwidth '"ingressRate":1000000')")"
pristine "two limits" "$before"

echo "-- device information"
info=$work/devinfo/cni/a-net1.json
echo "{\"cni\": {\"deviceInfoDirectory\": \"$work/devinfo\"}}" >"$work/config.json"
export VFMAP_CONFIG=$work/config.json
file="\"runtimeConfig\":{\"CNIDeviceInfoFile\":\"$info\"}"
plugin ADD a "$(conf $vf0 "$file")" >/dev/null || fail "ADD with a device-info file"
equal "the file tells VF and PF" \
    '{"pci":{"pci-address":"0000:01:10.0","pf-pci-address":"0000:01:00.0"},"type":"pci","version":"1.1.0"}' \
    "$(cat "$info")"
plugin DEL a "$(conf $vf0 "$file")" || fail "DEL with a device-info file"
equal "DEL removes it" "" "$(ls "$work/devinfo/cni")"
pristine "device information" "$before"
plugin ADD a "$(conf $vf0 "$file")" >/dev/null
ip netns del a
"$programs/vfmap" recover >/dev/null
equal "so does recover, the container being gone" "" "$(ls "$work/devinfo/cni")"
ip netns add a
pristine "device information of a vanished container" "$before"
unset VFMAP_CONFIG

echo "-- a link state that igb does not know"
refused "without linkStateIgnoreUnsupported it" "EOPNOTSUPP" "$(conf $vf0 '"link_state":"enable"')"
tolerant='"link_state":"enable","linkStateIgnoreUnsupported":true,"vlan":5'
result=$(plugin ADD a "$(conf $vf0 "$tolerant")" 2>"$work/warning") || fail "ADD with linkStateIgnoreUnsupported" "$result"
contains "with it there is a warning" "EOPNOTSUPP" "$(cat "$work/warning")"
equal "and the rest is set" 5 "$(vf_field pf0 0 '.vlan_list[0].vlan // .vlan')"
equal "CHECK is silent" "" "$(plugin CHECK a "$(conf $vf0 "$tolerant,\"prevResult\":$result")")"
plugin DEL a "$(conf $vf0 "$tolerant")" || fail "DEL with linkStateIgnoreUnsupported"
pristine "link state" "$before"

echo "-- addresses and routes of both families"
both=$(give '{"address":"10.8.0.1/24","gateway":"10.8.0.254"},{"address":"fd08::1/64","gateway":"fd08::fe"}' \
    '{"dst":"10.20.0.0/16","mtu":1300,"advmss":1200,"priority":50,"table":100},{"dst":"fd20::/32","priority":60},
    {"dst":"10.21.0.5/32","gw":"10.8.0.9","scope":0},{"dst":"::/0"}')
start=$(date +%s%N)
result=$(plugin ADD a "$(conf $vf0 "$both")" 2>"$work/warning") || fail "ADD with routes" "$result"
echo "        ADD with duplicate address detection took $(milliseconds "$start") ms"
contains "a route in a table of its own" "10.20.0.0/16 via 10.8.0.254 dev net1 metric 50 mtu 1300 advmss 1200" \
    "$(ip -n a route show table 100 | tr -s ' ')"
contains "a route with a gateway of its own" "10.21.0.5 via 10.8.0.9 dev net1" "$(ip -n a route show)"
contains "an IPv6 route with a priority" "fd20::/32 via fd08::fe dev net1 metric 60" "$(ip -n a -6 route show)"
contains "the IPv6 default route" "default via fd08::fe dev net1" "$(ip -n a -6 route show)"
equal "CHECK is silent" "" "$(plugin CHECK a "$(conf $vf0 "$both,\"prevResult\":$result")")"
plugin DEL a "$(conf $vf0 "$both")"
pristine "routes" "$before"

echo "-- announcements"
plugin ADD b "$(conf $other)" >/dev/null || fail "ADD of the listener"
await 120 link_has_carrier b net1 || fail "the listener gets carrier"
ip netns exec b tcpdump -U -ni net1 -w "$work/heard.pcap" 2>"$work/tcpdump" &
listener=$!
await 120 grep -q 'listening on' "$work/tcpdump" || fail "tcpdump listens" "$(cat "$work/tcpdump")"
heard() { tcpdump -enr "$work/heard.pcap" "$1" 2>/dev/null; }
kind() { # IPv6 OF THE NETWORK; counts what was heard of the VF
    local own="ether src 02:11:22:33:44:66"
    echo "$(heard "$own and arp[6:2] = 1" | wc -l) requests," \
        "$(heard "$own and arp[6:2] = 2" | wc -l) replies," \
        "$(heard "$own and icmp6 and ip6[40] = 136 and host $1" | wc -l) advertisements"
}
has_kind() { [[ $(kind "$1") == "$2" ]]; } # IPv6 OF THE NETWORK, WHAT WAS HEARD
requests() { heard "ether src 02:11:22:33:44:66 and arp[6:2] = 1" | wc -l; }
has_requests() { (($(requests) >= $1)); }
advertisements() { heard "ether src 02:11:22:33:44:66 and icmp6 and ip6[40] = 136 and host $1" | wc -l; }
has_advertisements() { (($(advertisements "$1") >= $2)); }
mac='"mac":"02:11:22:33:44:66"'
# The VF of an emulated card gets its carrier within the wait mostly, not always: as often as it takes.
announce() { # NETWORK
    local start deadline=$((SECONDS + 300))
    while :; do
        start=$(date +%s%N)
        plugin ADD a "$(conf $vf0 "$1,$mac")" >/dev/null 2>"$work/warning" || fail "ADD with announcements"
        [[ ! -s $work/warning ]] && break
        contains "without carrier there is a warning" "net1 has no carrier after 1.0 seconds" "$(cat "$work/warning")"
        ((SECONDS < deadline)) || break
        plugin DEL a "$(conf $vf0 "$1")"
    done
    echo "        ADD with announcements took $(milliseconds "$start") ms"
    equal "nothing is warned of" "" "$(cat "$work/warning")"
}
network=$(give '{"address":"10.8.0.1/24"},{"address":"fd08::1/64","gateway":"fd08::fe"}')
announce "$network"
await 60 has_kind fd08::1 "3 requests, 3 replies, 4 advertisements"
# The fourth advertisement is the kernel's own, at the end of the duplicate address detection.
equal "every address is announced three times" "3 requests, 3 replies, 4 advertisements" "$(kind fd08::1)"
contains "an advertisement overrides older entries" "tgt is fd08::1, Flags [override]" \
    "$(tcpdump -vnr "$work/heard.pcap" 'icmp6 and ip6[40] = 136' 2>/dev/null)"
plugin DEL a "$(conf $vf0 "$network")"
network=$(give '{"address":"10.8.0.1/24"},{"address":"fd08::2/64"}')
announce "$network"
await 120 has_advertisements fd08::2 1
contains "a tentative address is announced by the kernel in the end" "1 advertisements" "$(kind fd08::2)"
plugin DEL a "$(conf $vf0 "$network")"
# That one was the last that this ADD sent.
quiet=$(requests)
start=$(date +%s%N)
plugin ADD a "$(conf $vf0 "$network,$mac,\"announce\":false")" >/dev/null 2>"$work/warning" ||
    fail "ADD without announcements"
echo "        ADD without announcements took $(milliseconds "$start") ms"
equal "without announcements nothing is warned of" "" "$(cat "$work/warning")"
plugin DEL a "$(conf $vf0 "$network")"
# What the next ADD sends is heard after whatever that one sent.
expected=$(($(advertisements fd08::2) + 1))
announce "$network"
await 60 has_requests $((quiet + 3))
await 120 has_advertisements fd08::2 $expected
equal "and nothing is heard" $((quiet + 3)) "$(requests)"
plugin DEL a "$(conf $vf0 "$network")"
kill $listener
wait $listener 2>/dev/null
plugin DEL b "$(conf $other)"
pristine "announcements" "$before"

echo "-- a reset on release"
static() { echo "\"ipam\":{\"type\":\"static\",\"addresses\":[{\"address\":\"$1\"}]},\"announce\":false"; }
reset="\"resetOnRelease\":true,$(static 10.8.0.1/24)"
plugin ADD b "$(conf $other "$(static 10.8.0.2/24)")" >/dev/null || fail "ADD of the other end"
ip link set pf0 vf 0 vlan 7 trust on
original=$(snapshot)
for settings in "$reset" "$reset,\"mac\":\"02:11:22:33:44:77\""; do
    plugin ADD a "$(conf $vf0 "$settings,\"vlan\":5,\"trust\":\"off\"")" >/dev/null || fail "ADD with resetOnRelease"
    start=$(date +%s%N)
    plugin DEL a "$(conf $vf0)" || fail "DEL with a reset"
    echo "        DEL with a reset took $(milliseconds "$start") ms"
    equal "what the PF administers outlives a reset" "$original" "$(snapshot)"
done
ip link set pf0 vf 0 vlan 0 trust off
for settings in "$reset" "$reset,\"mac\":\"02:11:22:33:44:78\"" "$reset" "$(static 10.8.0.1/24)"; do
    plugin ADD a "$(conf $vf0 "$settings")" >/dev/null || fail "ADD after a reset"
    wanted=$(jq -r '.mac // empty' <<<"{$settings}")
    [[ -z $wanted ]] || equal "any MAC is taken after a reset" "$wanted" "$(link_field a net1 .address)"
    reaches a 10.8.0.2 && pass "the VF works after a reset" || fail "the VF works after a reset"
    plugin DEL a "$(conf $vf0)" || fail "DEL after a reset"
done
plugin DEL b "$(conf $other)"
pristine "reset" "$before"
"$programs/vfmap" attach $vf0 --netns a --reset-on-release >/dev/null && "$programs/vfmap" detach $vf0 >/dev/null ||
    fail "vfmap attach with a reset"
pristine "vfmap attach with a reset" "$before"

echo "-- udev is running"
/lib/systemd/systemd-udevd --daemon 2>/dev/null || fail "start udev"
"$programs/vfmap" create --pf pf0 --count 0 >/dev/null
"$programs/vfmap" create --pf pf0 --count 2 >/dev/null || fail "create 2 VFs with udev running"
udevadm settle
equal "udev has named the VF" enp1s0v0 "$(ls /sys/bus/pci/devices/$vf0/net)"
before=$(snapshot)
for ((round = 0; round < 3; round++)); do
    plugin ADD a "$(conf $vf0)" >/dev/null || fail "ADD with udev running"
    equal "the name in the container is ours" "net1 null" "$(link_field a net1 '|"\(.ifname) \(.altnames)"')"
    plugin DEL a "$(conf $vf0)" || fail "DEL with udev running"
    udevadm settle
    pristine "with udev running" "$before"
done
plugin ADD a "$(conf $vf0)" >/dev/null || fail "ADD with udev running"
ip netns del a
await 120 test -e /sys/class/net/net1
udevadm settle
equal "udev names a VF that has come home by itself" "net1 enp1s0v0" \
    "$(ip -json link show net1 | jq -r '.[0] | "\(.ifname) \(.altnames[0])"')"
"$programs/vfmap" recover >/dev/null && pass "recover is not in its way" || fail "recover is not in its way"
udevadm settle
pristine "a VF that udev has named meanwhile" "$before"
ip netns add a
udevadm control --exit

for name in a b; do ip netns del $name; done
"$programs/vfmap" create --pf pf0 --count 0 >/dev/null || fail "remove the VFs of pf0"
"$programs/vfmap" create --pf pf1 --count 0 >/dev/null || fail "remove the VFs of pf1"
rm -rf "$work"

echo
echo "$passed passed, $failed failed"
((failed == 0))
