#!/usr/bin/env bash
# Runs inside the guest, started by hotplug-test.sh: events of cards, VFs and interfaces; records of VFs that are gone; and
# the rules for udev and systemd-networkd, on emulated SR-IOV hardware.
#
# Usage: hotplug-steps.sh DIRECTORY-OF-THE-PROGRAMS
#
# shellcheck disable=SC2016 # Conditions to wait for are evaluated anew every time.

set -uo pipefail

programs=$1
# shellcheck source=Tests/Lab/lib/checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/checks.sh"
rules=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../../udev-rules" && pwd)
pf=/sys/bus/pci/devices/0000:01:00.0
second=/sys/bus/pci/devices/0000:02:00.0

await() { # WHAT, A SHELL CONDITION
    local attempt
    for ((attempt = 0; attempt < 600; attempt++)); do
        if eval "$2"; then return; fi
        sleep 0.1
    done
    fail "$1 within 60 seconds"
    return 1
}

qemu() { # AN HMP COMMAND
    echo "$*" >/lab/hotplug.request.new
    mv /lab/hotplug.request.new /lab/hotplug.request
    await "the host answers" '[[ -e /lab/hotplug.answer ]]' || return
    equal "the host did it: $*" "" "$(cat /lab/hotplug.answer)"
    rm /lab/hotplug.answer
}

# Starts to watch, and returns when nothing is missed any more.
watch() { # OPTIONS
    : >"$work/events"
    "$programs/vfmap" watch --format json "$@" >"$work/events" 2>"$work/errors" &
    watcher=$!
    await "watch listens" 'grep -q listening "$work/events"'
}

# What has been told of since the last call, an event a line; waits until there are as many as expected.
events() { # NAME, EXPECTED [SED SCRIPT FOR WHAT IS FOUND]
    local wanted found
    wanted=$(wc -l <<<"$2")
    await "$1: $wanted events" '(($(tail -n +$((told + 1)) "$work/events" | grep -c "^{.*}$") >= wanted))'
    found=$(tail -n +$((told + 1)) "$work/events" | jq -r '[.action, .address,
        (if .kind == "interface" then "interface \(if .oldInterface then "\(.oldInterface) to " else "" end)\(.interface)"
         elif .role == "virtual" then "VF of \(.physicalFunction)" elif .role == "physical" then "PF with \(.currentVFs)"
         else "function" end), .driver // empty, (.owner | if . then "of \(.container)" else empty end)] | join(" ")' | sed "${3:-}")
    equal "$1" "$2" "$found"
    told=$(wc -l <"$work/events")
}

end_watch() { # SIGNAL
    kill -"$1" $watcher
    wait $watcher
    equal "SIG$1 ends watch with status" 0 $?
    equal "watch has nothing to complain of" "" "$(cat "$work/errors")"
}

name_of() { # PCI ADDRESS
    ls "/sys/bus/pci/devices/$1/net" 2>/dev/null
}

attached_to() { # CONTAINER
    "$programs/vfmap" list --format json | jq -r --arg name "$1" \
        '.virtualFunctions[] | select(.attachment.owner.container == $name) | .address'
}

# Whatever ran before: a VF that is there already is not told of.
for name in pf0 pf1; do "$programs/vfmap" create --pf $name --count 0 >/dev/null || fail "remove the VFs of $name"; done
for name in a b; do ip netns add $name; done
# Emulated VFs get carrier seconds after they come up, which the plugin would wait for and complain of.
leases=$work/leases
ipam="\"ipam\":{\"type\":\"host-local\",\"subnet\":\"10.7.0.0/24\",\"dataDir\":\"$leases\"}"
full="\"vlan\":100,\"trust\":\"on\",\"mac\":\"02:11:22:33:44:55\",\"announce\":false,$ipam"
lease_count() { find "$leases" -name '10.7.*' 2>/dev/null | wc -l; }

echo "-- events, as the kernel tells them"
pgrep -x 'udevd|systemd-udevd' && fail "udev does not run yet"
told=1
watch
equal "without udev it is the kernel that tells" kernel "$(jq -r .source "$work/events")"
echo 2 >$pf/sriov_numvfs
# The kernel tells of a new VF before it links it with its PF, and of a change once it has: who is fast sees the function alone at first.
unlinked='s/^\(added [^ ]*\) function$/\1 VF of 0000:01:00.0/'
events "VFs are created" "added $vf0 VF of 0000:01:00.0
changed $vf0 VF of 0000:01:00.0
added $vf0 interface eth0
bound $vf0 VF of 0000:01:00.0 igbvf
added $vf1 VF of 0000:01:00.0
changed $vf1 VF of 0000:01:00.0
added $vf1 interface eth1
bound $vf1 VF of 0000:01:00.0 igbvf
changed 0000:01:00.0 PF with 2 igb" "$unlinked"
instance=$(stat -Lc %i /sys/bus/pci/devices/$vf0)
echo $vf0 >/sys/bus/pci/drivers/igbvf/unbind
events "a driver is unbound" "removed $vf0 interface eth0
unbound $vf0 VF of 0000:01:00.0"
echo $vf0 >/sys/bus/pci/drivers/igbvf/bind
events "a driver is bound" "added $vf0 interface eth0
bound $vf0 VF of 0000:01:00.0 igbvf"
ip link set eth0 name up0
events "an interface is renamed" "renamed $vf0 interface eth0 to up0"
ip link add veth0 type veth peer name veth1
ip link del veth0
ip link set up0 netns a
events "an interface moves into a namespace, after one that is nobody's card" "removed $vf0 interface up0"
ip -n a link set up0 netns 1
events "and back" "added $vf0 interface up0
moved $vf0 interface up0"
echo 1 >/sys/bus/pci/devices/$vf0/reset
equal "driver, name, namespace and reset do not make another device of a VF" "$instance" \
    "$(stat -Lc %i /sys/bus/pci/devices/$vf0)"
equal "nor does another mount of sysfs show another" "$instance" \
    "$(ip netns exec a stat -Lc %i /sys/bus/pci/devices/$vf0)"
plugin ADD a "$(conf $vf0)" >/dev/null || fail "ADD"
events "an ADD" "removed $vf0 interface up0 of a"
plugin DEL a "$(conf $vf0)" || fail "DEL"
await "DEL is told of" '(($(wc -l <"$work/events") >= told + 3))'
told=$(wc -l <"$work/events")
echo 0 >$pf/sriov_numvfs
events "VFs are removed" "removed $vf0 interface up0
unbound $vf0 function
removed $vf0 function
removed $vf1 interface eth1
unbound $vf1 function
removed $vf1 function"
qemu device_del pf1
await "the card is gone" '[[ ! -e $second ]]'
events "a card is plugged out" "removed 0000:02:00.0 interface pf1
unbound 0000:02:00.0 function
removed 0000:02:00.0 function" 's/PF with 0/function/' # sysfs may still tell, or not
qemu device_add igb,id=pf1,bus=port1,netdev=wire1,mac=52:54:00:76:66:01
await "the card is back" '[[ -e $second/net ]]'
events "a card is plugged in" "added 0000:02:00.0 PF with 0
added 0000:02:00.0 interface eth0
bound 0000:02:00.0 PF with 0 igb"
end_watch INT
ip link set eth0 name pf1

watch --count 1
ip link set pf1 name other1
wait $watcher
equal "--count ends it with status" 0 $?
equal "after as many events, and the line before them" 2 "$(wc -l <"$work/events")"
ip link set other1 name pf1
watch --timeout 1
wait $watcher
equal "--timeout ends it with status" 0 $?
setpriv --reuid nobody --regid nogroup --clear-groups "$programs/vfmap" watch --count 1 >"$work/events" 2>"$work/errors" &
watcher=$!
await "watch listens without root" 'grep -q EVENT "$work/events"'
ip link set pf1 name other1
wait $watcher
equal "without root" "renamed   0000:02:00.0  interface pf1 to other1             -" "$(tail -n 1 "$work/events")"
ip link set other1 name pf1
ip link set pf1 up

echo "-- records of VFs that are gone"
await "carrier is back" '[[ $(cat /sys/class/net/pf0/carrier) == 1 && $(cat /sys/class/net/pf1/carrier) == 1 ]]'
gone() { # NAME, VF, SHELL COMMANDS THAT TAKE IT AWAY, AND MAKE IT ANEW
    local name=$1 vf=$2 before
    "$programs/vfmap" create --pf "$vf_parent" --count 2 >/dev/null || fail "$name: create VFs"
    plugin ADD a "$(conf "$vf" "$full")" >/dev/null || fail "$name: ADD"
    equal "$name: the container has it" "$vf" "$(link_field a net1 .parentdev)"
    equal "$name: an address is leased" 1 "$(lease_count)"
    eval "$3"
    contains "$name: check tells" "is gone" "$("$programs/vfmap" check 2>&1)"
    "$programs/vfmap" recover >"$work/recovery" || fail "$name: recover"
    equal "$name: recover" "$vf  cni lab a/net1  brought back" "$(tail -n 1 "$work/recovery")"
    equal "$name: no record is left" "" "$(attached_to a)"
    equal "$name: the address is free" 0 "$(lease_count)"
    eval "$4"
    "$programs/vfmap" create --pf "$vf_parent" --count 2 >/dev/null || fail "$name: create VFs anew"
    before=$(snapshot)
    plugin ADD b "$(conf "$vf" "$full")" >/dev/null || fail "$name: ADD of the new VF"
    plugin DEL b "$(conf "$vf" "$full")" || fail "$name: DEL of the new VF"
    pristine "$name" "$before"
    plugin DEL a "$(conf "$vf" "$full")" || fail "$name: a late DEL"
    pristine "$name, and a late DEL" "$before"
    "$programs/vfmap" create --pf "$vf_parent" --count 0 >/dev/null || fail "$name: remove the VFs"
}
plug_out() {
    qemu device_del pf1
    await "the card is gone" '[[ ! -e $second ]]'
}
plug_in() {
    qemu device_add igb,id=pf1,bus=port1,netdev=wire1,mac=52:54:00:76:66:01
    await "the card is back" '[[ -n $(ls $second/net 2>/dev/null) ]]'
    ip link set "$(name_of 0000:02:00.0)" name pf1
    ip link set pf1 up
    await "the card has carrier" '[[ $(cat /sys/class/net/pf1/carrier) == 1 ]]'
}
vf_parent=pf0
gone "sriov_numvfs=0" $vf0 "echo 0 >$pf/sriov_numvfs" ""
gone "sriov_numvfs anew" $vf0 "echo 0 >$pf/sriov_numvfs; echo 2 >$pf/sriov_numvfs" ""
vf_parent=0000:02:00.0
gone "device_del" 0000:02:10.0 plug_out plug_in
gone "device_del and device_add" 0000:02:10.0 "plug_out; plug_in; echo 2 >$second/sriov_numvfs" ""

echo "-- a new VF whose address a record claims"
"$programs/vfmap" create --pf pf0 --count 2 >/dev/null || fail "create VFs"
plugin ADD a "$(conf $vf0 "$full")" >/dev/null || fail "ADD"
echo 0 >$pf/sriov_numvfs
echo 2 >$pf/sriov_numvfs
ip link set "$(name_of $vf0)" netns b name mine
"$programs/vfmap" recover >/dev/null || fail "recover"
equal "what a person does with it is left alone" $vf0 "$(link_field b mine .parentdev)"
ip -n b link set mine netns 1 name eth0
plugin ADD a "$(conf $vf1 "$full")" >/dev/null || fail "ADD"
echo 0 >$pf/sriov_numvfs
echo 2 >$pf/sriov_numvfs
plugin ADD b "$(conf $vf1 "$full")" >/dev/null && pass "an ADD needs no recover before" ||
    fail "an ADD needs no recover before"
equal "one address is leased" 1 "$(lease_count)"
plugin DEL b "$(conf $vf1 "$full")"
plugin ADD a "$(conf $vf1)" >/dev/null || fail "ADD"
ip -n a link set net1 netns 1 name mine
"$programs/vfmap" recover >/dev/null || fail "recover"
equal "a VF that a person has moved home stays its owner's" $vf1 "$(attached_to a)"
plugin DEL a "$(conf $vf1)" || fail "DEL"
"$programs/vfmap" create --pf pf0 --count 0 >/dev/null

echo "-- the rules for udev"
mkdir -p /run/udev/rules.d /run/systemd/network
cp "$rules"/*.rules /run/udev/rules.d
cp "$rules"/*.network /run/systemd/network
"$programs/vfmap" create --pf pf0 --count 2 >/dev/null || fail "create VFs"
ip link add veth0 type veth peer name veth1
properties() { # ACTION, INTERFACE
    udevadm test --action="$1" "/sys/class/net/$2" 2>/dev/null | grep -E '^(NM_UNMANAGED|VFMAP_VF)=' | sort | tr '\n' ' '
}
# First, for this writes into udev's database, where a removal would find what was said before.
equal "a VF on remove" "" "$(properties remove "$(name_of $vf0)")"
for action in add change move; do
    equal "a VF on $action" "NM_UNMANAGED=1 VFMAP_VF=1 " "$(properties $action "$(name_of $vf0)")"
    for other in pf0 pf1 lo veth0; do equal "$other on $action" "" "$(properties $action $other)"; done
done
ip link del veth0
"$programs/vfmap" create --pf pf0 --count 0 >/dev/null

/lib/systemd/systemd-udevd --daemon 2>/dev/null || fail "start udev"
told=1
watch
equal "with udev it is udev that tells" udev "$(jq -r .source "$work/events")"
echo 1 >$pf/sriov_numvfs
await "the VF is named by udev" '[[ $(name_of $vf0) == enp1s0v0 ]]'
udevadm settle
await "the interface is told of" 'grep -q renamed "$work/events"'
equal "of a new interface udev's name is told, then the renaming" "added null to enp1s0v0
renamed eth0 to enp1s0v0" \
    "$(jq -r 'select(.kind == "interface") | "\(.action) \(.oldInterface) to \(.interface)"' "$work/events")"
end_watch TERM
database() { udevadm info "/sys/class/net/$1" | grep -cE '^E: (NM_UNMANAGED|VFMAP_VF)=1'; }
equal "udev's database has the properties" 2 "$(database enp1s0v0)"
ip link set enp1s0v0 name other0
udevadm settle
equal "and keeps them when the VF is renamed" 2 "$(database other0)"
ip link set other0 netns a
ip -n a link set other0 netns 1 name other0
udevadm settle
equal "and when it comes home" 2 "$(database other0)"
equal "a PF has none" 0 "$(database pf0)"
"$programs/vfmap" create --pf pf0 --count 0 >/dev/null
udevadm settle

echo "-- systemd-networkd, with a configuration that would bring every VF up"
# There is no D-Bus here, which it can do without.
mkdir -p /run/systemd/netif/{links,leases,lldp}
chown -R systemd-network: /run/systemd/netif
cat >/run/systemd/network/10-all.network <<'END'
[Match]
Driver=igbvf

[Network]
LinkLocalAddressing=ipv6
END
administered() { # INTERFACE: what networkd says of it
    sed -n 's/^ADMIN_STATE=//p' "/run/systemd/netif/links/$(cat "/sys/class/net/$1/ifindex")" 2>/dev/null
}
is_up() { ip -json link show "$1" | jq '.[0].flags | index("UP") != null'; }
networkd() { # STATE THAT A NEW VF GETS, A PATTERN
    /lib/systemd/systemd-networkd &>"$work/networkd" &
    networkd=$!
    "$programs/vfmap" create --pf pf0 --count 1 >/dev/null || fail "create a VF"
    await "networkd has the VF as $1" "[[ \$(administered enp1s0v0) == $1 ]]" || cat "$work/networkd"
}
end_networkd() {
    "$programs/vfmap" create --pf pf0 --count 0 >/dev/null
    kill $networkd
    wait $networkd
}
rm /run/systemd/network/05-vfmap.network
networkd 'configur*'
await "without the file it brings the VF up" '[[ $(is_up enp1s0v0) == true ]]' && pass "without the file it brings the VF up"
end_networkd
cp "$rules"/*.network /run/systemd/network
networkd unmanaged
equal "with the file it leaves the VF down" false "$(is_up enp1s0v0)"
ip link set enp1s0v0 name other0
await "networkd knows the new name" 'grep -q "renamed to other0" "$work/networkd"'
udevadm settle
equal "when it is renamed too" "unmanaged false" "$(administered other0) $(is_up other0)"
ip link set other0 netns a
ip -n a link set other0 netns 1 name other0
udevadm settle
await "networkd has the VF again" '[[ $(administered other0) == unmanaged ]]'
equal "when it comes home too" "unmanaged false" "$(administered other0) $(is_up other0)"
end_networkd
rm /run/systemd/network/*.network

echo "-- names after the PF"
install "$rules/optional/vfmap-vf-name" /lib/udev
cp "$rules"/optional/*.rules /run/udev/rules.d
udevadm control --reload
rename_pf() { # FROM, TO
    ip link set "$1" down
    ip link set "$1" name "$2"
    ip link set "$2" up
    await "$2 has carrier" "[[ \$(cat /sys/class/net/$2/carrier) == 1 ]]"
}
rename_pf pf0 uplink0
"$programs/vfmap" create --pf uplink0 --count 2 >/dev/null || fail "create VFs"
udevadm settle
equal "VFs have the PF's name, v and their index" "uplink0v0 uplink0v1" "$(name_of $vf0) $(name_of $vf1)"
before=$(snapshot)
plugin ADD a "$(conf $vf1)" >/dev/null || fail "ADD with names after the PF"
plugin DEL a "$(conf $vf1)" || fail "DEL with names after the PF"
udevadm settle
pristine "names after the PF" "$before"
plugin ADD a "$(conf $vf1)" >/dev/null || fail "ADD with names after the PF"
ip netns del a
await "the VF is home" '[[ -n $(name_of $vf1) ]]'
"$programs/vfmap" recover >/dev/null || fail "recover with names after the PF"
udevadm settle
pristine "names after the PF, the container being gone" "$before"
ip netns add a
"$programs/vfmap" create --pf uplink0 --count 0 >/dev/null
rename_pf uplink0 a-long-name-15
"$programs/vfmap" create --pf a-long-name-15 --count 1 >/dev/null || fail "create a VF"
udevadm settle
equal "a name that would be too long is not given" enp1s0v0 "$(name_of $vf0)"
"$programs/vfmap" create --pf a-long-name-15 --count 0 >/dev/null
rename_pf a-long-name-15 pf0
rm /run/udev/rules.d/71-vfmap-names.rules /lib/udev/vfmap-vf-name
udevadm control --exit

for name in a b; do ip netns del $name; done
rm -rf "$work"

echo
echo "$passed passed, $failed failed"
((failed == 0))
