#!/usr/bin/env bash
# Runs inside the guest: the real programs on emulated SR-IOV hardware.
#
# Usage: hardware-test.sh DIRECTORY-OF-THE-PROGRAMS [--long]
# The guest is booted with --capture wire.
#
# Every check looks at the kernel through iproute2, not through vfmap's own eyes. Every scenario ends with
# the whole machine as it was before.

set -uo pipefail

programs=$1
kill_rounds=12
[[ ${2:-} == --long ]] && kill_rounds=200

# shellcheck source=Tests/Lab/lib/checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/checks.sh"

for name in a b c d e f g; do ip netns add $name; done
mkdir -p /run/udev/rules.d && cp "$(dirname "$0")"/../../../udev-rules/*.rules /run/udev/rules.d
"$programs/vfmap" create --pf pf0 --count 7 >/dev/null || fail "create 7 VFs on pf0"
ip link set pf0 vf 0 max_tx_rate 100 && ip link set pf0 vf 0 max_tx_rate 0 &&
    pass "a VF takes a rate as soon as it was created" ||
    fail "a VF takes a rate as soon as it was created"
"$programs/vfmap" create --pf 0000:02:00.0 --count 2 >/dev/null || fail "create 2 VFs on pf1"
equal "seven VFs exist" 7 "$(cat /sys/class/net/pf0/device/sriov_numvfs)"

full='"vlan":100,"vlanQoS":3,"mac":"02:11:22:33:44:55","spoofchk":"off","trust":"on","max_tx_rate":200'
full+=',"ipam":{"type":"host-local","subnet":"10.9.0.0/24"}'

echo "-- a fully configured VF, with default originals"
before=$(snapshot)
result=$(plugin ADD a "$(conf $vf0 "$full")")
equal "ADD names the interface" net1 "$(jq -r '.interfaces[0].name' <<<"$result")"
equal "ADD names the sandbox" /run/netns/a "$(jq -r '.interfaces[0].sandbox' <<<"$result")"
equal "MAC in the container" 02:11:22:33:44:55 "$(link_field a net1 .address)"
equal "PCI address in the container" $vf0 "$(link_field a net1 .parentdev)"
equal "VLAN at the PF" 100 "$(vf_field pf0 0 '.vlan_list[0].vlan // .vlan')"
equal "QoS at the PF" 3 "$(vf_field pf0 0 '.vlan_list[0].qos // .qos')"
equal "spoof check at the PF" false "$(vf_field pf0 0 .spoofchk)"
equal "trust at the PF" true "$(vf_field pf0 0 .trust)"
equal "rate at the PF" 200 "$(vf_field pf0 0 .rate.max_tx)"
contains "vfmap list shows the owner" "attached  cni lab a/net1" "$("$programs/vfmap" list | grep $vf0)"
check=$(plugin CHECK a "$(conf $vf0 "$full,\"prevResult\":$result")")
equal "CHECK is silent on success" "" "$check"
ip link set pf0 vf 0 vlan 9
contains "CHECK sees a changed VLAN" "VLAN" \
    "$(plugin CHECK a "$(conf $vf0 "$full,\"prevResult\":$result")" | jq -r .msg)"
contains "a second ADD is told who has it" "cni lab a/net1" \
    "$(plugin ADD b "$(conf $vf0)" 2>/dev/null | jq -r .msg)"
contains "create refuses while a VF is in use" "cni lab a/net1" \
    "$("$programs/vfmap" create --pf pf0 --count 0 2>&1)"
plugin DEL a "$(conf $vf0 "$full")" || fail "DEL"
pristine "default originals" "$before"
plugin DEL a "$(conf $vf0 "$full")" && pass "DEL can be repeated" || fail "DEL can be repeated"

echo "-- originals that are not the defaults"
ip link set pf0 vf 1 vlan 7 qos 1 trust on
name1=$(ls /sys/bus/pci/devices/$vf1/net)
ip link property add dev "$name1" altname spare1
ip link set "$name1" mtu 1400 txqueuelen 500 alias "spare VF" up
has_carrier() { [[ $(<"/sys/class/net/$1/carrier") == 1 ]]; }
await 120 has_carrier "$name1" || fail "the VF gets carrier"
before=$(snapshot)
plugin ADD a "$(conf $vf1 "$full")" >/dev/null || fail "ADD over other originals"
equal "VLAN replaces the original" 100 "$(vf_field pf0 1 '.vlan_list[0].vlan // .vlan')"
plugin DEL a "$(conf $vf1 "$full")" || fail "DEL over other originals"
pristine "other originals" "$before"
ip link set "$name1" down mtu 1500

echo "-- nothing waits for a disk"
for verb in ADD DEL; do
    CNI_COMMAND=$verb CNI_CONTAINERID=a CNI_NETNS=/run/netns/a CNI_IFNAME=net1 \
        strace -f -o "$work/$verb.calls" "$programs/sriov" <<<"$(conf $vf0 "$full")" >/dev/null ||
        fail "$verb under strace"
    equal "$verb synchronises nothing" "" "$(grep -E '(fsync|fdatasync|syncfs|sync_file_range)\(' "$work/$verb.calls")"
done

echo "-- one VF, container after container"
before=$(snapshot)
for settings in '"mac":"02:00:00:00:00:01"' '' '"mac":"02:00:00:00:00:02","trust":"on"' '"trust":"on"' \
    '"mac":"02:00:00:00:00:03","vlan":5' '' '"mac":"02:00:00:00:00:04"'; do
    what="container with {${settings}}"
    plugin ADD a "$(conf $vf0 "$settings")" >/dev/null || fail "$what: ADD"
    wanted=$(jq -r '.mac // empty' <<<"{$settings}")
    [[ -z $wanted ]] || equal "$what: MAC" "$wanted" "$(link_field a net1 .address)"
    ip -n a link set net1 down && ip -n a link set net1 up
    [[ -z $wanted ]] || equal "$what: MAC after down and up" "$wanted" "$(link_field a net1 .address)"
    plugin DEL a "$(conf $vf0 "$settings")" || fail "$what: DEL"
    pristine "$what" "$before"
done

echo "-- bad input changes nothing"
before=$(snapshot)
ip -n b link add net1 type veth peer name other
refuse() { # NAME, PART OF THE MESSAGE, CONTAINER, CONFIGURATION
    local answer
    if answer=$(plugin ADD "$3" "$4" 2>/dev/null); then
        fail "$1 is refused" "$answer"
        plugin DEL "$3" "$4"
    else
        contains "$1 is refused" "$2" "$(jq -r '.msg + " " + (.details // "")' <<<"$answer")"
    fi
}
refuse "VLAN out of range" vlan a "$(conf $vf0 '"vlan":4095')"
refuse "VLAN as a string" vlan a "$(conf $vf0 '"vlan":"100"')"
refuse "QoS without VLAN" vlanQoS a "$(conf $vf0 '"vlanQoS":3')"
refuse "an unknown word for spoofchk" spoofchk a "$(conf $vf0 '"spoofchk":"yes"')"
refuse "an unknown word for trust" trust a "$(conf $vf0 '"trust":"true"')"
refuse "an unknown link state" link_state a "$(conf $vf0 '"link_state":"up"')"
refuse "a multicast MAC" mac a "$(conf $vf0 '"mac":"01:00:5e:00:00:01"')"
refuse "an all-zero MAC" mac a "$(conf $vf0 '"mac":"00:00:00:00:00:00"')"
refuse "a malformed MAC" mac a "$(conf $vf0 '"mac":"02:11"')"
refuse "min above max" min_tx_rate a "$(conf $vf0 '"min_tx_rate":10,"max_tx_rate":5')"
refuse "a missing deviceID" deviceID a '{"cniVersion":"1.0.0","name":"lab","type":"sriov"}'
refuse "an unknown deviceID" 0000:77:00.0 a "$(conf 0000:77:00.0)"
refuse "a PF" 0000:01:00.0 a "$(conf 0000:01:00.0)"
refuse "a path" deviceID a "$(conf ../../devices/$vf0)"
refuse "a missing namespace" nothing-here nothing-here "$(conf $vf0)"
refuse "a taken interface name" net1 b "$(conf $vf0)"
refuse "an unknown IPAM type" nothing a "$(conf $vf0 '"ipam":{"type":"nothing"}')"
refuse "an unknown cniVersion" version a '{"cniVersion":"9.0.0","name":"lab","type":"sriov"}'
refuse "a setting that igb cannot" "EOPNOTSUPP" a "$(conf $vf0 '"link_state":"enable","vlan":5,"mac":"02:00:00:00:00:09"')"
equal "the foreign interface is untouched" net1 "$(link_field b net1 .ifname)"
ip -n b link del net1
pristine "bad input" "$before"

echo "-- a PF that is down is left down, and named"
before=$(snapshot)
ip link set pf0 down
refuse "a rate with the PF down" "pf0 is down" a "$(conf $vf0 '"max_tx_rate":200,"vlan":5')"
equal "the PF is left down" false "$(ip -json link show pf0 | jq '.[0].flags | index("UP") != null')"
ip link set pf0 up
pristine "a PF that is down" "$before"

echo "-- what the host itself uses is not taken"
name0=$(ls /sys/bus/pci/devices/$vf0/net)
ip link add br0 type bridge && ip link set "$name0" master br0
before=$(snapshot)
refuse "a member of a bridge" "$name0 is a member of a bridge" a "$(conf $vf0)"
pristine "a member of a bridge" "$before"
ip link del br0
ip link set "$name0" up && ip address add 10.7.0.1/24 dev "$name0" && ip route add default via 10.7.0.254
before=$(snapshot)
refuse "a VF with the default route" "$name0 carries the host's default route" a "$(conf $vf0)"
contains "create refuses it too" "$name0 carries the host's default route" \
    "$("$programs/vfmap" create --pf pf0 --count 0 2>&1)"
pristine "a VF with the default route" "$before"
ip address flush dev "$name0" && ip link set "$name0" down
ip address add 10.7.0.1/24 dev pf1 && ip route add default via 10.7.0.254
contains "create refuses a PF with the default route" "pf1 carries the host's default route" \
    "$("$programs/vfmap" create --pf pf1 --count 0 2>&1)"
ip address flush dev pf1

echo "-- standard streams that are closed"
before=$(snapshot)
contains "closed standard input is an empty one" '"code":6' "$(plugin ADD a "" <&-)"
answer=$(CNI_COMMAND=ADD CNI_CONTAINERID=a CNI_NETNS=/run/netns/a CNI_IFNAME=net1 \
    "$programs/sriov" <&- 2>&-)
contains "closed standard error does not end up in the answer" '"code":6' "$answer"
(plugin ADD a "$(conf $vf0)" >&-) && fail "closed standard output is a failure" ||
    pass "closed standard output is a failure"
plugin DEL a "$(conf $vf0)"
pristine "closed streams" "$before"

echo "-- udev rules"
udev=$(udevadm test --action=move "/sys/class/net/$name0" 2>&1)
contains "NetworkManager is told to leave a VF alone" NM_UNMANAGED=1 "$udev"
[[ $(udevadm test --action=move /sys/class/net/pf0 2>&1) != *NM_UNMANAGED* ]] &&
    pass "a PF is left to it" || fail "a PF is left to it"

echo "-- two ADDs race for one VF, seven take seven"
before=$(snapshot)
(plugin ADD a "$(conf $vf0)" >"$work/race-a" 2>/dev/null) &
(plugin ADD b "$(conf $vf0)" >"$work/race-b" 2>/dev/null) &
wait
equal "exactly one wins" 1 "$(cat "$work"/race-[ab] | jq -s '[.[] | select(.interfaces)] | length')"
contains "the other says who has it" "cni lab" "$(cat "$work"/race-[ab] | jq -sr '.[] | select(.code) | .msg')"
plugin DEL a "$(conf $vf0)"
plugin DEL b "$(conf $vf0)"
pristine "the race" "$before"
names=(a b c d e f g)
for index in "${!names[@]}"; do
    device=$(basename "$(readlink /sys/class/net/pf0/device/virtfn"$index")")
    (plugin ADD "${names[$index]}" "$(conf "$device" '"vlan":20')" >"$work/seven-$index" 2>&1) &
done
wait
equal "seven parallel ADDs succeed" 7 "$(cat "$work"/seven-* | jq -s '[.[] | select(.interfaces)] | length')"
for index in "${!names[@]}"; do
    device=$(basename "$(readlink /sys/class/net/pf0/device/virtfn"$index")")
    (plugin DEL "${names[$index]}" "$(conf "$device" '"vlan":20')") &
done
wait
pristine "seven at once" "$before"

echo "-- the namespace vanishes with the VF"
before=$(snapshot)
plugin ADD g "$(conf $vf0 '"vlan":30,"mac":"02:00:00:00:00:0a"')" >/dev/null || fail "ADD before"
ip netns del g
plugin ADD a "$(conf $vf0)" >/dev/null && pass "the next ADD of that VF takes over" ||
    fail "the next ADD of that VF takes over"
equal "with the VLAN of the former gone" 0 "$(vf_field pf0 0 '(.vlan_list[0].vlan // .vlan) // 0')"
plugin DEL a "$(conf $vf0)"
pristine "the vanished namespace" "$before"
ip netns add g
plugin ADD g "$(conf $vf0 '"vlan":30')" >/dev/null || fail "ADD before"
ip netns del g
plugin DEL g "$(conf $vf0 '"vlan":30')" && pass "DEL after the namespace is gone" ||
    fail "DEL after the namespace is gone"
pristine "DEL after the namespace is gone" "$before"
ip netns add g

echo "-- kill -9 at random moments of ADD, $kill_rounds times"
before=$(snapshot)
lost=0
for ((round = 0; round < kill_rounds; round++)); do
    CNI_COMMAND=ADD CNI_CONTAINERID=a CNI_NETNS=/run/netns/a CNI_IFNAME=net1 \
        "$programs/sriov" <<<"$(conf $vf0 "$full")" >/dev/null 2>&1 &
    victim=$!
    # The time is what is tried: whatever the ADD is at by then.
    sleep "0.$(printf '%03d' $((RANDOM % 450)))"
    kill -9 $victim 2>/dev/null
    wait $victim 2>/dev/null
    if ((round % 2)); then
        "$programs/vfmap" recover >/dev/null || lost=$((lost + 1))
        plugin DEL a "$(conf $vf0 "$full")" || lost=$((lost + 1))
    else
        plugin DEL a "$(conf $vf0 "$full")" || lost=$((lost + 1))
    fi
    [[ $(snapshot) == "$before" ]] || lost=$((lost + 1))
done
equal "no VF is lost or dirty" 0 "$lost"
pristine "kill -9" "$before"

echo "-- two PFs on one wire"
before=$(snapshot)
address() { echo "\"vlan\":$1,\"ipam\":{\"type\":\"static\",\"addresses\":[{\"address\":\"$2\"}]}"; }
plugin ADD a "$(conf $vf0 "$(address 100 10.8.0.1/24)")" >/dev/null || fail "ADD on pf0"
plugin ADD b "$(conf 0000:02:10.0 "$(address 100 10.8.0.2/24)")" >/dev/null || fail "ADD on pf1"
plugin ADD c "$(conf 0000:02:10.2 "$(address 200 10.8.0.3/24)")" >/dev/null || fail "ADD on pf1"
reaches a 10.8.0.2 && pass "the same VLAN is reached" || fail "the same VLAN is reached"
reaches b 10.8.0.1 || fail "and the other way"
# Without carrier it would not be reached in any VLAN. Nothing tells that no answer will come: ping waits for a time.
await 120 link_has_carrier c net1 || fail "the container in the other VLAN has carrier"
ip netns exec a ping -c 2 -W 2 10.8.0.3 >/dev/null && fail "another VLAN is not reached" ||
    pass "another VLAN is not reached"
# The wire is captured outside the guest, behind whatever the card does to a tag.
equal "no frame of theirs is untagged" 0 \
    "$(tcpdump -nr /lab/wire/pf0.pcap 'icmp and host 10.8.0.1' 2>/dev/null | wc -l)"
contains "their frames carry the tag on the wire" "vlan 100" \
    "$(tcpdump -enr /lab/wire/pf0.pcap 'vlan 100 and icmp and host 10.8.0.1' 2>/dev/null | head -1)"
plugin DEL a "$(conf $vf0 "$(address 100 10.8.0.1/24)")"
plugin DEL b "$(conf 0000:02:10.0 "$(address 100 10.8.0.2/24)")"
plugin DEL c "$(conf 0000:02:10.2 "$(address 200 10.8.0.3/24)")"
plugin ADD a "$(conf $vf0 "$(address 100 10.8.0.1/24)")" >/dev/null || fail "ADD on pf0 again"
plugin ADD b "$(conf 0000:02:10.0 "$(address 100 10.8.0.2/24)")" >/dev/null || fail "ADD on pf1 again"
reaches a 10.8.0.2 && pass "the second containers reach each other" ||
    fail "the second containers reach each other"
plugin DEL a "$(conf $vf0 "$(address 100 10.8.0.1/24)")"
plugin DEL b "$(conf 0000:02:10.0 "$(address 100 10.8.0.2/24)")"
pristine "two PFs" "$before"

echo "-- GC and STATUS, and VFs chosen by PF and by pool"
before=$(snapshot)
network() { # MEMBERS [VERSION [NAME]]
    echo "{\"cniVersion\":\"${2:-1.1.0}\",\"name\":\"${3:-lab}\",\"type\":\"sriov\"${1:+,$1}}"
}
about_all() { # COMMAND CONFIGURATION
    CNI_COMMAND=$1 "$programs/sriov" <<<"$2"
}
mkdir -p "$work/ipam"
# Debian's IPAM plugins speak no 1.1.0: the containers get 1.0.0, as after a change of the configuration.
ipam="\"ipam\":{\"type\":\"host-local\",\"subnet\":\"10.7.0.0/24\",\"dataDir\":\"$work/ipam\"}"
for name in a b c; do
    result=$(plugin ADD $name "$(network "\"pf\":\"pf0\",\"vlan\":50,$ipam" 1.0.0)") || fail "ADD by PF"
    contains "the result names the VF of $name" "0000:01:1" "$(jq -r '.interfaces[0].pciID' <<<"$result")"
    equal "and its MTU" 1500 "$(jq -r '.interfaces[0].mtu' <<<"$result")"
done
plugin ADD d "$(network '"pf":"0000:01:00.0","vlan":60' 1.1.0 other)" >/dev/null || fail "ADD by PF's address"
equal "three addresses are taken" 3 "$(find "$work/ipam/lab" -name "10*" | wc -l)"
kept='"cni.dev/valid-attachments":[{"containerID":"b","ifname":"net1"}]'
equal "GC is silent" "" "$(about_all GC "$(network "$kept,$ipam")" 2>&1)"
equal "the VF of the listed container stays" 0000:01:10.2 "$(link_field b net1 .parentdev)"
equal "with its VLAN" 50 "$(vf_field pf0 1 '.vlan_list[0].vlan // .vlan')"
equal "and its address" b "$(cat "$work"/ipam/lab/10* | tr -d '\r' | head -1)"
equal "the two others have left" "" "$(link_field a net1 .ifname)$(link_field c net1 .ifname)"
equal "and lost their VLAN" "0 0" \
    "$(vf_field pf0 0 '(.vlan_list[0].vlan // .vlan) // 0') $(vf_field pf0 2 '(.vlan_list[0].vlan // .vlan) // 0')"
equal "and their addresses" 1 "$(find "$work/ipam/lab" -name "10*" | wc -l)"
equal "the VF of the other network stays" net1 "$(link_field d net1 .ifname)"
equal "GC without a list takes nothing" "" "$(about_all GC "$(network "$ipam")" 2>&1)"
equal "so the container has its VF still" net1 "$(link_field b net1 .ifname)"
plugin DEL b "$(network "\"pf\":\"pf0\",$ipam" 1.0.0)" || fail "DEL by PF"
plugin DEL d "$(network '"pf":"0000:01:00.0"' 1.1.0 other)" || fail "DEL by PF's address"
pristine "GC" "$before"

status=$(network '"pf":"pf1"')
equal "STATUS is silent while VFs are free" "" "$(about_all STATUS "$status" 2>&1)"
equal "STATUS with an IPAM plugin that does not speak 1.1.0" \
    "50 IPAM plugin host-local does not speak cniVersion 1.1.0" \
    "$(about_all STATUS "$(network "$ipam")" 2>/dev/null | jq -r '"\(.code) \(.msg)"')"
plugin ADD a "$status" >/dev/null || fail "ADD on pf1"
plugin ADD b "$status" >/dev/null || fail "ADD on pf1"
equal "STATUS without a free VF" "50 pf1 has no free VF among its 2" \
    "$(about_all STATUS "$status" 2>/dev/null | jq -r '"\(.code) \(.msg)"')"
equal "ADD without a free VF" "101 pf1 has no free VF among its 2" \
    "$(plugin ADD c "$status" 2>/dev/null | jq -r '"\(.code) \(.msg)"')"
equal "STATUS that does not count" "" "$(about_all STATUS "$(network '"pf":"pf1","statusCapacity":false')" 2>&1)"
plugin DEL a "$status" || fail "DEL on pf1"
equal "STATUS with one free again" "" "$(about_all STATUS "$status" 2>&1)"
plugin DEL b "$status" || fail "DEL on pf1"
ip link set pf1 down
equal "STATUS with the PF down" "51 pf1 is down" \
    "$(about_all STATUS "$status" 2>/dev/null | jq -r '"\(.code) \(.msg)"')"
ip link set pf1 up
mkdir "$work/fixed" && mount -t tmpfs -o ro tmpfs "$work/fixed"
contains "STATUS with the state on a file system that is read-only" "EROFS" \
    "$(VFMAP_STATE=$work/fixed/state.db about_all STATUS "$status" 2>/dev/null | jq -r 'select(.code == 50) | .msg')"
umount "$work/fixed"
pristine "STATUS" "$before"

cat >"$work/config.json" <<'END'
{"resourceList": [
    {"resourceName": "none", "selectors": {"vendors": ["15b3"]}},
    {"resourceName": "igb", "selectors": {"drivers": ["igbvf"], "pfNames": ["pf0#0-6"]}}]}
END
export VFMAP_CONFIG=$work/config.json
# Nine want one of seven, by PF and by pool at once.
for index in 0 1 2 3 4 5 6 7 8; do
    by='"pf":"pf0"'
    ((index % 2)) && by='"pool":"igb"'
    (plugin ADD "${names[$((index % 7))]}" "$(network "$by,\"vlan\":70")" "net$((index / 7))" \
        >"$work/choice-$index" 2>/dev/null) &
done
wait
equal "seven of nine get a VF" 7 "$(cat "$work"/choice-* | jq -s '[.[] | select(.interfaces)] | length')"
equal "each its own" 7 "$(cat "$work"/choice-* | jq -r '.interfaces // [] | .[].pciID' | sort -u | wc -l)"
equal "the others are told that none is free" "101 101" \
    "$(cat "$work"/choice-* | jq -r 'select(.code) | .code' | xargs)"
equal "a pool without a VF" "101 pool none has no free VF among its 0" \
    "$(plugin ADD a "$(network '"pool":"none"')" net9 2>/dev/null | jq -r '"\(.code) \(.msg)"')"
for index in 0 1 2 3 4 5 6 7 8; do
    (plugin DEL "${names[$((index % 7))]}" "$(network '"pool":"igb"')" "net$((index / 7))") &
done
wait
pristine "VFs chosen by PF and by pool" "$before"
echo '{"resourceList": [{"resourceName": "igb", "selectors": {"pfName": ["pf0"]}}]}' >"$work/config.json"
equal "a wrong configuration file is named with its key" \
    "7 $work/config.json: resourceList[0].selectors.pfName: is not known" \
    "$(plugin ADD a "$(network '"pool":"igb"')" 2>/dev/null | jq -r '"\(.code) \(.msg)"')"
unset VFMAP_CONFIG
equal "a pool without a configuration file" "7" \
    "$(plugin ADD a "$(network '"pool":"igb"')" 2>/dev/null | jq -r .code)"
pristine "pools that are none" "$before"

echo "-- a state file that cannot be used"
echo garbage >"$work/garbage.db"
# Of this boot: else nobody would look what is in it.
ln -s "$(cat /proc/sys/kernel/random/boot_id)" "$work/garbage.db-boot"
answer=$(VFMAP_STATE=$work/garbage.db plugin ADD a "$(conf $vf0)" 2>/dev/null)
contains "ADD refuses a corrupt state file" garbage.db "$(jq -r .msg <<<"$answer")"
plugin ADD a "$(conf $vf0 '"vlan":40')" >/dev/null || fail "ADD"
VFMAP_STATE=$work/garbage.db plugin DEL a "$(conf $vf0 '"vlan":40')" 2>/dev/null &&
    pass "DEL is not wedged by it" || fail "DEL is not wedged by it"
equal "and the VF has left the container" null "$(link_field a net1 .ifname | grep . || echo null)"
"$programs/vfmap" recover >/dev/null
plugin DEL a "$(conf $vf0 '"vlan":40')"
pristine "corrupt state" "$before"
equal "the corrupt file is as it was" garbage "$(cat "$work/garbage.db")"
ln -sfn 00000000-0000-0000-0000-000000000000 "$work/garbage.db-boot"
VFMAP_STATE=$work/garbage.db plugin ADD a "$(conf $vf0)" >/dev/null && pass "a file of another boot is void, damaged or not" ||
    fail "a file of another boot is void, damaged or not"
equal "the one that takes its place is of this boot" "$(cat /proc/sys/kernel/random/boot_id)" "$(readlink "$work/garbage.db-boot")"
VFMAP_STATE=$work/garbage.db plugin DEL a "$(conf $vf0)" || fail "DEL with it"
pristine "a state file of another boot" "$before"

for name in a b c d e f g; do ip netns del $name; done
"$programs/vfmap" create --pf pf0 --count 0 >/dev/null || fail "remove the VFs of pf0"
"$programs/vfmap" create --pf pf1 --count 0 >/dev/null || fail "remove the VFs of pf1"
equal "no VF exists" 0 "$(cat /sys/class/net/pf0/device/sriov_numvfs)"
rm -rf "$work"

echo
echo "$passed passed, $failed failed"
((failed == 0))
