#!/usr/bin/env bash
# Runs inside a guest with an IOMMU: VFs that are bound to drivers of user space.
#
# Usage: userspace-test.sh DIRECTORY-OF-THE-PROGRAMS

set -uo pipefail

programs=$1
leases=/var/lib/cni/networks/lab

# shellcheck source=Tests/Lab/lib/checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/checks.sh"

driver_of() { # DEVICE
    basename "$(readlink "/sys/bus/pci/devices/$1/driver")"
}

bind() { # DEVICE DRIVER
    local device=/sys/bus/pci/devices/$1
    [[ ! -e $device/driver ]] || echo "$1" >"$device/driver/unbind"
    echo "$2" >"$device/driver_override"
    echo "$1" >/sys/bus/pci/drivers_probe
    [[ $(driver_of "$1") == "$2" ]] || fail "bind $1 to $2"
}

# Opens a VF as a program of user space does, until it is killed.
vfio_user=
use_vfio() { # DEVICE
    local group
    group=$(basename "$(readlink "/sys/bus/pci/devices/$1/iommu_group")")
    coproc perl -e '
        my ($group, $device) = @ARGV;
        open(my $container, "+<", "/dev/vfio/vfio") or die "vfio: $!";
        open(my $file, "+<", "/dev/vfio/$group") or die "group $group: $!";
        # VFIO_GROUP_SET_CONTAINER, VFIO_SET_IOMMU with VFIO_TYPE1_IOMMU, VFIO_GROUP_GET_DEVICE_FD
        ioctl($file, 0x3b68, pack("i", fileno $container)) or die "set container: $!";
        ioctl($container, 0x3b66, 1) or die "set iommu: $!";
        ioctl($file, 0x3b6a, "$device\0") or die "open $device: $!";
        $| = 1;
        print "open\n";
        sleep 600;' "$group" "$1"
    vfio_user=$!
    local answer
    read -r -t 30 answer <&"${COPROC[0]}"
    equal "a program has $1 open" open "${answer:-}"
}

end_vfio() {
    kill "$vfio_user"
    wait "$vfio_user" 2>/dev/null
}

records() { "$programs/vfmap" state export | jq '.attachments | length'; }

held_leases() { find "$leases" -name '10.*' 2>/dev/null | wc -l; }

interfaces_in() { ip -n "$1" -json link show | jq -r '[.[].ifname] | join(" ")'; }

modprobe -a vfio-pci uio_pci_generic || fail "load the drivers"
for name in a b; do ip netns add $name; done
"$programs/vfmap" create --pf pf0 --count 2 >/dev/null || fail "create 2 VFs on pf0"
"$programs/vfmap" create --pf pf1 --count 1 >/dev/null || fail "create a VF on pf1"

full='"vlan":100,"vlanQoS":3,"mac":"02:11:22:33:44:55","spoofchk":"off","trust":"on","max_tx_rate":200'
full+=',"ipam":{"type":"host-local","subnet":"10.9.0.0/24"}'

attached_as_asked() { # NAME OF THE SCENARIO
    equal "$1: VLAN at the PF" 100 "$(vf_field pf0 0 '.vlan_list[0].vlan // .vlan')"
    equal "$1: QoS at the PF" 3 "$(vf_field pf0 0 '.vlan_list[0].qos // .qos')"
    equal "$1: MAC at the PF" 02:11:22:33:44:55 "$(vf_field pf0 0 .address)"
    equal "$1: spoof check at the PF" false "$(vf_field pf0 0 .spoofchk)"
    equal "$1: trust at the PF" true "$(vf_field pf0 0 .trust)"
    equal "$1: rate at the PF" 200 "$(vf_field pf0 0 .rate.max_tx)"
}

released() { # NAME OF THE SCENARIO, SNAPSHOT BEFORE
    pristine "$1" "$2"
    equal "$1: no lease is left" 0 "$(held_leases)"
}

for driver in vfio-pci uio_pci_generic; do
    echo "-- $driver"
    bind $vf0 $driver
    before=$(snapshot)
    result=$(plugin ADD a "$(conf $vf0 "$full")")
    equal "$driver: the result names the interface" net1 "$(jq -r '.interfaces[0].name' <<<"$result")"
    equal "$driver: the result names the sandbox" /run/netns/a "$(jq -r '.interfaces[0].sandbox' <<<"$result")"
    equal "$driver: the result has the MAC" 02:11:22:33:44:55 "$(jq -r '.interfaces[0].mac' <<<"$result")"
    contains "$driver: the result has the address" 10.9.0. "$(jq -r '.ips[0].address' <<<"$result")"
    equal "$driver: the address is that of the interface" 0 "$(jq -r '.ips[0].interface' <<<"$result")"
    equal "$driver: it is leased" 1 "$(held_leases)"
    equal "$driver: the container has no interface of it" lo "$(interfaces_in a)"
    equal "$driver: nor the address" 0 "$(ip -n a -json address show | jq '[.[].addr_info[] | select(.local | startswith("10.9."))] | length')"
    attached_as_asked "$driver"
    equal "$driver: it stays bound" $driver "$(driver_of $vf0)"
    contains "$driver: vfmap list shows driver and owner" $driver "$("$programs/vfmap" list | grep "$vf0.*attached  cni lab a/net1")"
    contains "$driver: vfmap show names the driver" $driver "$("$programs/vfmap" show $vf0)"
    contains "$driver: vfmap show names the owner" "cni lab a/net1" "$("$programs/vfmap" show $vf0)"
    equal "$driver: CHECK is silent on success" "" \
        "$(plugin CHECK a "$(conf $vf0 "$full,\"prevResult\":$result")")"
    ip link set pf0 vf 0 vlan 9
    contains "$driver: CHECK sees a changed VLAN" VLAN \
        "$(plugin CHECK a "$(conf $vf0 "$full,\"prevResult\":$result")" | jq -r .msg)"
    contains "$driver: a second ADD is told who has it" "cni lab a/net1" \
        "$(plugin ADD b "$(conf $vf0)" 2>/dev/null | jq -r .msg)"
    equal "$driver: the first DEL succeeds and says nothing" "0 " "$(answer=$(plugin DEL a "$(conf $vf0 "$full")"); echo "$? $answer")"
    released "$driver: the first DEL" "$before"
    equal "$driver: the VF is still bound to it" $driver "$(driver_of $vf0)"
    plugin DEL a "$(conf $vf0 "$full")" || fail "$driver: DEL can be repeated"

    plugin ADD a "$(conf $vf0)" >/dev/null || fail "$driver: ADD without settings"
    plugin DEL a "$(conf $vf0)" || fail "$driver: DEL without settings"
    released "$driver without settings" "$before"

    plugin ADD a "$(conf $vf0 "$full")" >/dev/null || fail "$driver: ADD"
    CNI_COMMAND=DEL CNI_CONTAINERID=a CNI_NETNS='' CNI_IFNAME=net1 "$programs/sriov" <<<"$(conf $vf0 "$full")" ||
        fail "$driver: DEL without CNI_NETNS"
    released "$driver: DEL without CNI_NETNS" "$before"

    plugin ADD b "$(conf $vf0 "$full")" >/dev/null || fail "$driver: ADD"
    ip netns del b
    "$programs/vfmap" recover >/dev/null || fail "$driver: recover"
    released "$driver: recover after the namespace is gone" "$before"
    plugin DEL b "$(conf $vf0 "$full")" || fail "$driver: DEL after recover"
    ip netns add b

    # A process keeps the namespace, though not its path: the container lives.
    plugin ADD b "$(conf $vf0 "$full")" >/dev/null || fail "$driver: ADD"
    ip netns exec b sleep 600 &
    holder=$!
    await 60 is_elsewhere $holder || fail "$driver: the process is in the namespace"
    ip netns del b
    "$programs/vfmap" recover >/dev/null || fail "$driver: recover with a live container"
    equal "$driver: recover leaves the VF to a container that lives" 1 "$(records)"
    attached_as_asked "$driver: with its namespace unlinked"
    contains "$driver: nor may another ADD have it" "cni lab b/net1" \
        "$(plugin ADD a "$(conf $vf0)" 2>/dev/null | jq -r .msg)"
    plugin DEL a "$(conf $vf0)"
    kill $holder
    wait $holder 2>/dev/null
    plugin ADD a "$(conf $vf0)" >/dev/null || fail "$driver: ADD after the container ended"
    equal "$driver: the next container has no VLAN of the former" 0 \
        "$(vf_field pf0 0 '(.vlan_list[0].vlan // .vlan) // 0')"
    plugin DEL a "$(conf $vf0)" || fail "$driver: DEL"
    released "$driver: after a container that ended" "$before"
    ip netns add b

    echo "-- $driver: another driver between ADD and DEL"
    result=$(plugin ADD a "$(conf $vf0 "$full")") || fail "$driver: ADD"
    bind $vf0 igbvf
    contains "$driver: CHECK sees the other driver" "igbvf" \
        "$(plugin CHECK a "$(conf $vf0 "$full,\"prevResult\":$result")" | jq -r .msg)"
    plugin DEL a "$(conf $vf0 "$full")" || fail "$driver: DEL after igbvf was bound"
    bind $vf0 $driver
    released "$driver: igbvf bound meanwhile" "$before"
    plugin ADD a "$(conf $vf0 "$full")" >/dev/null || fail "$driver: ADD"
    echo $vf0 >/sys/bus/pci/devices/$vf0/driver/unbind
    plugin DEL a "$(conf $vf0 "$full")" || fail "$driver: DEL with no driver bound"
    bind $vf0 $driver
    released "$driver: unbound meanwhile" "$before"

    bind $vf0 igbvf
    before=$(snapshot)
    plugin ADD a "$(conf $vf0 "$full")" >/dev/null || fail "igbvf: ADD"
    bind $vf0 $driver
    plugin DEL a "$(conf $vf0 "$full")" || fail "igbvf: DEL after $driver was bound"
    bind $vf0 igbvf
    released "igbvf, $driver bound meanwhile" "$before"
    bind $vf0 $driver
    before=$(snapshot)

    echo "-- $driver: kill -9 at random moments of ADD"
    lost=0
    for ((round = 0; round < 6; round++)); do
        CNI_COMMAND=ADD CNI_CONTAINERID=a CNI_NETNS=/run/netns/a CNI_IFNAME=net1 \
            "$programs/sriov" <<<"$(conf $vf0 "$full")" >/dev/null 2>&1 &
        victim=$!
        # The time is what is tried: whatever the ADD is at by then.
        sleep "0.$(printf '%03d' $((RANDOM % 300)))"
        kill -9 $victim 2>/dev/null
        wait $victim 2>/dev/null
        plugin DEL a "$(conf $vf0 "$full")" || lost=$((lost + 1))
        [[ $(snapshot) == "$before" ]] || lost=$((lost + 1))
    done
    equal "$driver: no VF is lost or dirty" 0 "$lost"
    released "$driver: kill -9" "$before"
done

echo "-- vfio-pci, held by a program"
bind $vf0 vfio-pci
before=$(snapshot)
use_vfio $vf0
result=$(plugin ADD a "$(conf $vf0 "$full")") || fail "ADD of a VF in use by a program"
attached_as_asked "held open"
equal "held open: CHECK" "" "$(plugin CHECK a "$(conf $vf0 "$full,\"prevResult\":$result")")"
plugin DEL a "$(conf $vf0 "$full")" && pass "DEL does not wait for the program" || fail "DEL does not wait for the program"
released "held open" "$before"
contains "create refuses while a program has a VF open" "VF $vf0 is open in " \
    "$("$programs/vfmap" create --pf pf0 --count 0 2>&1)"
end_vfio
plugin ADD a "$(conf $vf0 "$full")" >/dev/null || fail "ADD"
use_vfio $vf0
end_vfio
plugin DEL a "$(conf $vf0 "$full")" || fail "DEL after the program ended"
released "opened and closed meanwhile" "$before"

echo "-- two drivers at once"
bind $vf1 uio_pci_generic
before=$(snapshot)
plugin ADD a "$(conf $vf0 '"vlan":30')" >/dev/null || fail "ADD of vfio-pci"
plugin ADD a "$(conf $vf1 '"vlan":31')" net2 >/dev/null || fail "ADD of uio_pci_generic"
equal "the first has its VLAN" 30 "$(vf_field pf0 0 '.vlan_list[0].vlan // .vlan')"
equal "the second has its own" 31 "$(vf_field pf0 1 '.vlan_list[0].vlan // .vlan')"
plugin DEL a "$(conf $vf0 '"vlan":30')" || fail "DEL of vfio-pci"
equal "DEL of the first leaves the second" 31 "$(vf_field pf0 1 '.vlan_list[0].vlan // .vlan')"
plugin DEL a "$(conf $vf1 '"vlan":31')" net2 || fail "DEL of uio_pci_generic"
released "two drivers" "$before"

echo "-- vfmap bind"
bind $vf0 igbvf
group=$(basename "$(readlink /sys/bus/pci/devices/$vf0/iommu_group)")
equal "bind says what a program opens" "$vf0 has driver vfio-pci, IOMMU group $group, /dev/vfio/$group" \
    "$("$programs/vfmap" bind $vf0 vfio-pci 2>&1)"
equal "which is there" yes "$([[ -c /dev/vfio/$group ]] && echo yes)"
use_vfio $vf0
contains "a VF that a program has open is left alone" "VF $vf0 is open in perl" \
    "$("$programs/vfmap" bind $vf0 default 2>&1)"
equal "it keeps its driver" vfio-pci "$(driver_of $vf0)"
end_vfio
contains "bind to the kernel's driver" "$vf0 has driver igbvf, interface " \
    "$("$programs/vfmap" bind $vf0 default 2>&1)"
equal "it is reserved for none" "(null)" "$(cat /sys/bus/pci/devices/$vf0/driver_override)"
echo '{"physicalFunctions": [{"name": "pf1", "numVFs": 2, "vfDriver": "vfio-pci", "vfDefaults": {"vlan": 5}}]}' \
    >"$work/config.json"
"$programs/vfmap" create --pf pf1 --count 0 >/dev/null || fail "remove the VF of pf1"
contains "apply binds VFs to vfio-pci" "pf1: bind VFs 0-1 to vfio-pci: done" \
    "$("$programs/vfmap" apply --config "$work/config.json" 2>&1)"
equal "with their defaults" 5 "$(vf_field pf1 1 '.vlan_list[0].vlan // .vlan')"
contains "a second apply has nothing to do" "nothing to do" \
    "$("$programs/vfmap" apply --config "$work/config.json" 2>&1)"
echo '{"physicalFunctions": [{"name": "pf1", "vfDriver": "netdevice", "vfDefaults": {"vlan": 0}}]}' >"$work/config.json"
"$programs/vfmap" apply --config "$work/config.json" >/dev/null || fail "apply: back to the kernel's driver"
equal "and back" igbvf "$(driver_of 0000:02:10.2)"

echo "-- back to igbvf, the VF still works"
bind $vf0 igbvf
bind $vf1 igbvf
before=$(snapshot)
address() { echo "\"vlan\":100,\"mac\":\"$2\",\"ipam\":{\"type\":\"static\",\"addresses\":[{\"address\":\"$1\"}]}"; }
plugin ADD a "$(conf $vf0 "$(address 10.8.0.1/24 02:11:22:33:44:01)")" >/dev/null || fail "ADD on pf0"
plugin ADD b "$(conf 0000:02:10.0 "$(address 10.8.0.2/24 02:11:22:33:44:02)")" >/dev/null || fail "ADD on pf1"
reaches a 10.8.0.2 && pass "a VF that was of user space reaches another" ||
    fail "a VF that was of user space reaches another"
plugin DEL a "$(conf $vf0 "$(address 10.8.0.1/24 02:11:22:33:44:01)")" || fail "DEL on pf0"
plugin DEL b "$(conf 0000:02:10.0 "$(address 10.8.0.2/24 02:11:22:33:44:02)")" || fail "DEL on pf1"
released "back to igbvf" "$before"

for name in a b; do ip netns del $name; done
"$programs/vfmap" create --pf pf0 --count 0 >/dev/null || fail "remove the VFs of pf0"
"$programs/vfmap" create --pf pf1 --count 0 >/dev/null || fail "remove the VF of pf1"
rm -rf "$work"

echo
echo "$passed passed, $failed failed"
((failed == 0))
