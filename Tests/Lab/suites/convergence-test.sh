#!/usr/bin/env bash
# Runs inside the guest: whatever happens to a container, its VF or the plugin, the VF comes back as it was.
#
# Usage: convergence-test.sh DIRECTORY-OF-THE-PROGRAMS [--long]
#
# Every check looks at the kernel through iproute2. Every scenario ends with the whole machine as it was before,
# no record and no address taken.

set -uo pipefail

programs=$1
kill_rounds=12
[[ ${2:-} == --long ]] && kill_rounds=210

# shellcheck source=Tests/Lab/lib/checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/checks.sh"

leases=/var/lib/cni/networks/lab
pf=/sys/bus/pci/devices/0000:01:00.0

full='"vlan":100,"vlanQoS":3,"mac":"02:11:22:33:44:55","spoofchk":"off","trust":"on","max_tx_rate":200'
full+=',"ipam":{"type":"host-local","subnet":"10.9.0.0/24"}'
configuration=$(conf $vf0 "$full")

add() { # CONTAINER
    local answer
    answer=$(plugin ADD "$1" "$configuration" 2>&1) || fail "ADD $1" "$answer"
}

del() { # NAME OF THE CHECK, CONTAINER
    local answer
    if answer=$(plugin DEL "$2" "$configuration" 2>&1); then pass "$1"; else fail "$1" "$answer"; fi
}

lease_count() { find $leases -name '10.9.*' 2>/dev/null | wc -l; }

converged() { # NAME OF THE SCENARIO, SNAPSHOT BEFORE
    pristine "$1" "$2"
    equal "$1: no address is taken" 0 "$(lease_count)"
    equal "$1: no lease of vfmap's is left" "" "$(lease_files "$VFMAP_STATE-leases")"
}

has_interface() { [[ -n $(ls "/sys/bus/pci/devices/$1/net" 2>/dev/null) ]]; }

has_carrier() { [[ $(cat "/sys/class/net/$1/carrier" 2>/dev/null) == 1 ]]; }

# Making and removing VFs costs the PF its carrier for a moment, and igb takes no rates without.
create_vfs() {
    await 60 has_carrier pf0
    "$programs/vfmap" create --pf pf0 --count 3 >/dev/null || fail "create 3 VFs on pf0"
    await 60 has_carrier pf0 || fail "the PF has carrier again"
}

interface_of() { ls "/sys/bus/pci/devices/$1/net"; }

for name in a b c; do ip netns add $name; done
create_vfs
name0=$(interface_of $vf0)
ip link property add dev "$name0" altname spare0
ip link set "$name0" mtu 1400
mac0=$(cat "/sys/class/net/$name0/address")
before=$(snapshot)

echo "-- what DEL is told of the namespace does not matter"
mkfifo "$work/fifo"
for path in "" /run/netns/none /etc/hostname "$work/fifo" /proc/self/ns/net /run/netns/b /proc/self/ns/mnt; do
    add a
    if answer=$(CNI_COMMAND=DEL CNI_CONTAINERID=a CNI_NETNS=$path CNI_IFNAME=net1 timeout 120 \
        "$programs/sriov" <<<"$configuration" 2>&1); then
        pass "DEL with CNI_NETNS '$path'"
    else
        fail "DEL with CNI_NETNS '$path'" "$answer"
    fi
    converged "CNI_NETNS '$path'" "$before"
done

echo "-- the namespace was deleted a moment ago"
add a
ip -n a link property add dev net1 altname inside
ip -n a link set net1 mtu 1300
ip netns del a
del "DEL at once" a
converged "the deleted namespace" "$before"
ip netns add a
add a
ip link add net1 type veth peer name net1peer
ip netns del a
await 60 has_interface $vf0 || fail "the kernel gives the VF back"
contains "the kernel gives it back under a name of its own" dev "$(interface_of $vf0)"
del "DEL of a VF that came back as $(interface_of $vf0)" a
ip link del net1
converged "the VF that came back under another name" "$before"
ip netns add a

echo "-- a process or a descriptor holds the namespace"
add a
ip netns exec a sleep 1000 &
holder=$!
await 60 is_elsewhere $holder || fail "the process is in the namespace"
ip netns del a
del "DEL of a VF whose namespace a process holds" a
kill $holder
converged "held by a process" "$before"
ip netns add a
add a
exec {descriptor}</run/netns/a
ip netns del a
started=$SECONDS
answer=$(plugin DEL a "$configuration" 2>/dev/null {descriptor}<&-) && fail "DEL cannot succeed yet"
equal "DEL says that it may be tried again" 11 "$(jq .code <<<"$answer")"
contains "and why" "something still holds that network namespace" "$(jq -r .msg <<<"$answer")"
equal "within a bounded time" 1 $((SECONDS - started < 60))
equal "the address is given back all the same" 0 "$(lease_count)"
exec {descriptor}<&-
del "DEL when nothing holds it any more" a
converged "held by a descriptor" "$before"
ip netns add a

echo "-- the container renames its interface, and makes another of its name"
add a
ip -n a link set net1 down
ip -n a link set net1 name eth5 alias "of the container" txqueuelen 77
ip -n a link property add dev eth5 altname "$name0"
ip -n a link set eth5 up promisc on allmulticast on
ip -n a link add net1 type veth peer name other
del "DEL of a renamed interface" a
equal "the other net1 is untouched" veth "$(link_field a net1 .linkinfo.info_kind)"
ip -n a link del net1
converged "the renamed interface" "$before"

echo "-- somebody binds the driver anew, or another, or none"
add a
echo $vf0 >/sys/bus/pci/drivers/igbvf/unbind
echo $vf0 >/sys/bus/pci/drivers/igbvf/bind
await 60 has_interface $vf0 || fail "the driver makes an interface"
del "DEL of a VF bound anew" a
converged "bound anew" "$before"
add a
echo $vf0 >/sys/bus/pci/drivers/igbvf/unbind
del "DEL of a VF without driver" a
equal "no record is left of it" 0 "$("$programs/vfmap" state export | jq '.attachments | length')"
echo $vf0 >/sys/bus/pci/drivers/igbvf/bind
await 60 has_interface $vf0 || fail "the driver makes an interface"
name=$(interface_of $vf0)
[[ $name == "$name0" ]] || ip link set "$name" name "$name0"
ip link set "$name0" address "$mac0" mtu 1400
ip link property add dev "$name0" altname spare0
converged "without driver" "$before"

echo "-- the PF is renamed"
add a
ip link set pf0 down
ip link set pf0 name uplink
ip link set uplink up
await 60 has_carrier uplink || fail "the PF has carrier again"
del "DEL through the renamed PF" a
ip link set uplink down
ip link set uplink name pf0
ip link set pf0 up
await 60 has_carrier pf0 || fail "the PF has carrier again"
converged "the renamed PF" "$before"

echo "-- the PF is down"
add a
ip link set pf0 down
del "DEL with the PF down" a
equal "the VF has left the container" "$name0" "$(interface_of $vf0)"
ip link set pf0 up
await 60 has_carrier pf0 || fail "the PF has carrier again"
"$programs/vfmap" recover >/dev/null || fail "recover"
converged "the PF that was down" "$before"

echo "-- another owner's VF"
add a
held=$(link_field a net1 .address)
plugin DEL a "$configuration" net2 2>/dev/null || fail "DEL of another interface of the container"
plugin DEL b "$configuration" 2>/dev/null || fail "DEL of another container"
equal "DEL of others leaves it" "$held" "$(link_field a net1 .address)"
ip -n a link set net1 netns b
plugin DEL b "$configuration" 2>/dev/null || fail "DEL of the namespace that it was moved to"
equal "moved by hand it is still a's" "$held" "$(link_field b net1 .address)"
del "its own DEL finds it there" a
converged "another owner's VF" "$before"
ip link set "$name0" netns c
plugin DEL a "$configuration" 2>/dev/null || fail "DEL of a container that has nothing"
equal "a VF that an administrator moved by hand is left" "$mac0" "$(link_field c "$name0" .address)"
ip -n c link property del dev "$name0" altname spare0
ip -n c link set "$name0" netns 1
ip link property add dev "$name0" altname spare0
converged "moved by hand" "$before"

echo "-- an IPAM plugin that fails, and one that is at work when the plugin is killed"
mkdir "$work/plugins"
cat >"$work/plugins/fickle" <<'END'
#!/bin/bash
directory=$(dirname "$0")
case $CNI_COMMAND in
    ADD)
        echo $$ >"$directory/started"
        [[ ! -e $directory/slow ]] || sleep 600
        echo '{"cniVersion":"1.0.0","ips":[{"address":"10.7.0.2/24"}]}'
        ;;
    DEL) [[ ! -e $directory/broken ]] || { echo '{"code":11,"msg":"broken on purpose"}'; exit 1; } ;;
esac
END
chmod +x "$work/plugins/fickle"
configuration=$(conf $vf0 "${full%,\"ipam\"*},\"ipam\":{\"type\":\"fickle\"}")
export CNI_PATH=$work/plugins:/usr/lib/cni
add a
touch "$work/plugins/broken"
contains "DEL reports the IPAM plugin's error" "broken on purpose" \
    "$(plugin DEL a "$configuration" 2>/dev/null | jq -r .msg)"
equal "and has released the VF" "$name0" "$(interface_of $vf0)"
equal "the record remembers the address" 1 "$("$programs/vfmap" state export | jq '.attachments | length')"
rm "$work/plugins/broken"
"$programs/vfmap" recover >/dev/null || fail "recover gives the address back"
converged "a failing IPAM plugin" "$before"
touch "$work/plugins/slow"
rm -f "$work/plugins/started"
CNI_COMMAND=ADD CNI_CONTAINERID=a CNI_NETNS=/run/netns/a CNI_IFNAME=net1 \
    "$programs/sriov" <<<"$configuration" >/dev/null 2>&1 &
victim=$!
await 60 test -s "$work/plugins/started" || fail "the IPAM plugin is run"
kill -9 $victim
wait $victim 2>/dev/null
await 60 test ! -e "/proc/$(cat "$work/plugins/started")"
equal "the IPAM plugin ends with the plugin that started it" 0 $?
rm "$work/plugins/slow"
del "DEL after the kill" a
converged "killed while the IPAM plugin was at work" "$before"
configuration=$(conf $vf0 "$full")

echo "-- a state directory that is read-only, and one that is full"
usual=$VFMAP_STATE
mkdir "$work/small"
mount -t tmpfs -o size=256k none "$work/small"
export VFMAP_STATE=$work/small/state.db
add a
del "DEL with room" a
for trouble in read-only full; do
    begin() {
        if [[ $trouble == full ]]; then
            dd if=/dev/zero of="$work/small/ballast" bs=1k count=1000 2>/dev/null
        else
            mount -o remount,ro "$work/small"
        fi
    }
    end() {
        if [[ $trouble == full ]]; then
            rm -f "$work/small/ballast"
        else
            mount -o remount,rw "$work/small"
        fi
    }
    begin
    # A full disk may still have room inside the file: what counts is that nothing is half done.
    if answer=$(plugin ADD a "$configuration" 2>/dev/null); then
        del "DEL after an ADD that found room in the $trouble state directory" a
    else
        equal "ADD is refused with a $trouble state directory" 104 "$(jq .code <<<"$answer")"
    fi
    equal "and has touched nothing" "$before" "$(snapshot)"
    end
    add a
    begin
    del "DEL with a $trouble state directory" a
    equal "the VF is home" "$name0" "$(interface_of $vf0)"
    end
    del "DEL when it can be written again" a
    converged "a $trouble state directory" "$before"
done
umount "$work/small"
export VFMAP_STATE=$usual

echo "-- kill -9 at random moments, $kill_rounds times"
# Runs a command and kills it after up to $1 ms, unless it ends before. The time is what is tried: no state is waited for.
kill_within() {
    local victim
    "${@:2}" >/dev/null 2>&1 &
    victim=$!
    sleep "0.$(printf '%03d' $((RANDOM % $1)))"
    kill -9 $victim 2>/dev/null && killed=$((killed + 1))
    wait $victim 2>/dev/null
}
run_plugin() { # COMMAND CONTAINER; replaces the shell, so that the signal hits the plugin itself
    export CNI_COMMAND=$1 CNI_CONTAINERID=$2 CNI_NETNS=/run/netns/$2 CNI_IFNAME=net1
    exec "$programs/sriov" <<<"$configuration"
}
run_recover() { exec "$programs/vfmap" recover; }
# host-local makes a lease's file and then writes its owner into it; killed in between, it leaves one that no DEL
# can find. That is its own (docs/cni.md), and told apart here.
drop_ownerless_leases() {
    local count
    count=$(find $leases -name '10.9.*' -size 0 -print -delete 2>/dev/null | wc -l)
    ownerless=$((ownerless + count))
}
lost=0
killed=0
ownerless=0
for ((round = 0; round < kill_rounds; round++)); do
    case $((round % 6)) in
        0) kill_within 220 run_plugin ADD a ;;
        1)
            add a
            kill_within 220 run_plugin DEL a
            ;;
        2)
            kill_within 220 run_plugin ADD a
            kill_within 120 run_recover
            "$programs/vfmap" recover >/dev/null || lost=$((lost + 1))
            ;;
        3)
            kill_within 220 run_plugin ADD a
            kill_within 220 run_plugin DEL a
            "$programs/vfmap" recover >/dev/null || lost=$((lost + 1))
            ;;
        4)
            # Another container wants the VF that a dead plugin had in hand.
            kill_within 160 run_plugin ADD a
            kill_within 220 run_plugin ADD b
            plugin DEL b "$configuration" >/dev/null 2>&1 || lost=$((lost + 1))
            ;;
        5)
            # Or the container goes with the plugin.
            kill_within 220 run_plugin ADD a
            ip netns del a
            kill_within 220 run_recover
            "$programs/vfmap" recover >/dev/null || lost=$((lost + 1))
            ip netns add a
            ;;
    esac
    plugin DEL a "$configuration" >/dev/null 2>&1 || lost=$((lost + 1))
    drop_ownerless_leases
    after=$(snapshot)
    if [[ $after != "$before" || $(lease_count) != 0 ]]; then
        lost=$((lost + 1))
        fail "round $round, of kind $((round % 6))" \
            "$(diff <(echo "$before") <(echo "$after"); find $leases -name '10.9.*' -exec head -v {} +)"
    fi
done
equal "no VF is lost or dirty, no address taken, with $killed kills" 0 "$lost"
((ownerless <= 1 + kill_rounds / 50)) && pass "host-local was killed before it wrote an owner down at most now and then ($ownerless)" ||
    fail "host-local was killed before it wrote an owner down at most now and then" "$ownerless times"
converged "kill -9" "$before"

echo "-- the VFs vanish under a container"
add a
echo 0 >$pf/sriov_numvfs
del "DEL of a VF that is gone" a
equal "no record is left of it" 0 "$("$programs/vfmap" state export | jq '.attachments | length')"
equal "nor an address" 0 "$(lease_count)"
create_vfs
add a
echo 0 >$pf/sriov_numvfs
create_vfs
del "DEL of a VF that is another of the same address now" a
equal "it has no VLAN of the former" 0 "$(vf_field pf0 0 '(.vlan_list[0].vlan // .vlan) // 0')"
equal "and is at home" "$name0" "$(interface_of $vf0)"
before=$(snapshot)
add a
del "DEL of the new VF" a
converged "new VFs" "$before"

echo "-- the PF is pulled out under a container"
add a
echo 1 >$pf/remove
del "DEL of a VF that went with its PF" a
equal "no record is left of it" 0 "$("$programs/vfmap" state export | jq '.attachments | length')"
equal "nor an address" 0 "$(lease_count)"
echo 1 >/sys/bus/pci/rescan
if await 60 has_interface 0000:01:00.0; then
    name=$(interface_of 0000:01:00.0)
    [[ $name == pf0 ]] || ip link set "$name" name pf0
    ip link set pf0 up
    await 60 has_carrier pf0 || fail "the PF has carrier again"
    create_vfs
    before=$(snapshot)
    add a
    del "DEL after the PF was plugged in again" a
    converged "the PF that was plugged in again" "$before"
    "$programs/vfmap" create --pf pf0 --count 0 >/dev/null || fail "remove the VFs of pf0"
else
    fail "the PF comes back"
fi

for name in a b c; do ip netns del $name; done
rm -rf "$work"

echo
echo "$passed passed, $failed failed"
((failed == 0))
