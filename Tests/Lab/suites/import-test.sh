#!/usr/bin/env bash
# Runs inside the guest: moving over from sriov-cni with containers running, on emulated SR-IOV hardware.
#
# Usage: import-test.sh DIRECTORY-OF-THE-PROGRAMS
#
# The attachments are made with ip(8), as sriov-cni would make them, with the files that it would write.

set -uo pipefail

programs=$1
# shellcheck source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/../lib/checks.sh"
export VFMAP_SRIOV_CNI=$work/peer

"$programs/vfmap" create --pf pf0 --count 2 >/dev/null || fail "create 2 VFs on pf0"
for name in a b; do ip netns add $name; done
name0=$(ls /sys/bus/pci/devices/$vf0/net)
ip link set "$name0" down
before=$(snapshot)
config=$(conf $vf0 '"vlan":100,"trust":"on","mac":"02:11:22:33:44:55"')

sriov_cni_add() { # CONTAINER
    local original
    original=$(ip -json -details link show pf0 | jq -c --arg name "$name0" \
        --arg mac "$(cat "/sys/class/net/$name0/address")" --argjson mtu "$(cat "/sys/class/net/$name0/mtu")" \
        '.[0].vfinfo_list[] | select(.vf == 0) | {HostIFName: $name, SpoofChk: .spoofchk, Trust: .trust,
        AdminMAC: "00:00:00:00:00:00", EffectiveMAC: $mac, Vlan: 0, VlanQoS: 0, VlanProto: 33024,
        MinTxRate: 0, MaxTxRate: 0, LinkState: 0, MTU: $mtu}')
    ip link set "$name0" address 02:11:22:33:44:55
    ip link set pf0 vf 0 vlan 100 trust on mac 02:11:22:33:44:55
    ip link set "$name0" netns "$1" name net1
    ip -n "$1" link set net1 up
    mkdir -p "$VFMAP_SRIOV_CNI/pci"
    jq -c --argjson original "$original" '. + {OrigVfState: $original, Master: "pf0", VFID: 0,
        MAC: .mac, MTU: 1500, dns: {}, ipam: {}, runtimeConfig: {}}' <<<"$config" >"$VFMAP_SRIOV_CNI/$1-net1"
    echo -n "/run/netns/$1" >"$VFMAP_SRIOV_CNI/pci/$vf0"
}

files() {
    find "$VFMAP_SRIOV_CNI" -type f -printf '%P\n' | sort | tr '\n' ' '
}

echo "-- a VF that sriov-cni gave to a container"
sriov_cni_add a
equal "the VF is in the container" 02:11:22:33:44:55 "$(link_field a net1 .address)"
attached=$(snapshot)
if answer=$(plugin ADD b "$config" 2>/dev/null); then fail "ADD refuses it" "$answer"; fi
contains "ADD says who has it" "sriov-cni holds it for cni lab a/net1 in /run/netns/a" "$answer"
equal "ADD touched nothing" "$attached" "$(snapshot)"
plugin DEL a "$config" || fail "DEL from the file"
pristine "DEL from the file" "$before"
equal "the files are gone after DEL" "" "$(files)"

echo "-- taken over"
sriov_cni_add a
contains "a dry run tells of it" "can be taken over" "$("$programs/vfmap" import --dry-run)"
equal "a dry run leaves the files" "a-net1 pci/$vf0 " "$(files)"
contains "import" "taken over" "$("$programs/vfmap" import)"
equal "the files are gone after import" "" "$(files)"
equal "the VF is untouched" 02:11:22:33:44:55 "$(link_field a net1 .address)"
equal "check finds no difference" ok "$("$programs/vfmap" check --format json | jq -r \
    'if [.attachments[].differences[]] == [] then "ok" else . end')"
"$programs/vfmap" import >/dev/null || fail "a repeated import"
plugin DEL a "$config" || fail "DEL after import"
pristine "DEL after import" "$before"

echo "-- a container that vanished"
sriov_cni_add a
ip netns del a
plugin ADD b "$config" >/dev/null || fail "ADD after the container is gone"
equal "the files are gone after ADD" "" "$(files)"
plugin DEL b "$config" || fail "DEL of the next container"
pristine "a container that vanished" "$before"

ip netns del b
"$programs/vfmap" create --pf pf0 --count 0 >/dev/null || fail "remove the VFs of pf0"
echo "$passed passed, $failed failed"
[[ $failed == 0 ]]
