#!/usr/bin/env bash
# Runs inside the guest: a network card without SR-IOV, as a virtual machine sees a VF that it was given.
#
# Usage: no-pf-test.sh DIRECTORY-OF-THE-PROGRAMS PCI-ADDRESS-OF-THE-CARD DRIVER

set -uo pipefail

programs=$1
card=$2
driver=$3
failed=0
work=$(mktemp -d)
export VFMAP_STATE=$work/state.db CNI_PATH=/usr/lib/cni

equal() {
    if [[ $2 == "$3" ]]; then
        echo "ok      $1"
    else
        failed=$((failed + 1))
        printf 'FAILED  %s\n        expected: %s\n        found:    %s\n' "$1" "$2" "$3"
    fi
}

plugin() { # COMMAND [MORE JSON MEMBERS]
    CNI_COMMAND=$1 CNI_CONTAINERID=a CNI_NETNS=/run/netns/a CNI_IFNAME=net1 "$programs/sriov" \
        <<<"{\"cniVersion\":\"1.0.0\",\"name\":\"lab\",\"type\":\"sriov\",\"deviceID\":\"$card\"${2:+,$2}}"
}

snapshot() {
    ip -json -details link show | jq -S 'map({ifname, altnames, address, mtu, txqlen, ifalias,
        up: (.flags | index("UP") != null)}) | sort_by(.ifname)'
}

modprobe "$driver" || exit 1
deadline=$((SECONDS + 120))
until name=$(ls "/sys/bus/pci/devices/$card/net" 2>/dev/null) && [[ -n $name ]]; do
    ((SECONDS < deadline)) || { echo "FAILED  $driver makes an interface of the card"; exit 1; }
    sleep 0.1
done
ip netns add a
before=$(snapshot)
settings='"mac":"02:11:22:33:44:55","ipam":{"type":"static","addresses":[{"address":"10.6.0.1/24"}]}'
result=$(plugin ADD "$settings" 2>/dev/null)
equal "ADD names the card" "$card" "$(jq -r '.interfaces[0].pciID' <<<"$result")"
equal "the card is in the container" "$card" "$(ip -n a -json -details link show net1 | jq -r '.[0].parentdev')"
equal "with the MAC" 02:11:22:33:44:55 "$(ip -n a -json link show net1 | jq -r '.[0].address')"
equal "with the address" 10.6.0.1 "$(ip -n a -json -4 address show net1 | jq -r '.[0].addr_info[0].local')"
equal "CHECK is silent" "" "$(plugin CHECK "$settings,\"prevResult\":$result" 2>&1)"
equal "DEL is silent" "" "$(plugin DEL "$settings" 2>&1)"
equal "everything is as before" "$before" "$(snapshot)"
plugin ADD "$settings" >/dev/null 2>&1
ip netns del a
ip netns add a
equal "DEL after the namespace is gone" "" "$(plugin DEL "$settings" 2>&1)"
equal "everything is as before" "$before" "$(snapshot)"
equal "what only a PF can do is refused" \
    "102 the physical function of $card is not visible here, so its VLAN, trust cannot be set" \
    "$(plugin ADD '"vlan":5,"trust":"on"' 2>/dev/null | jq -r '"\(.code) \(.msg)"')"
ip address add 192.0.2.7/24 dev "$name"
equal "a card with the host's address is refused" 107 \
    "$(plugin ADD 2>/dev/null | jq -r .code)"
ip address del 192.0.2.7/24 dev "$name"
equal "everything is as before" "$before" "$(snapshot)"
equal "no record is left" 0 "$("$programs/vfmap" state export | jq '.attachments | length')"
ip netns del a
rm -rf "$work"
((failed == 0))
