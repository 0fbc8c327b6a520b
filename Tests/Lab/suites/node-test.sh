#!/usr/bin/env bash
# Runs inside the guest: the configuration of a node, drivers, pools, and what an administrator is told.
#
# Usage: node-test.sh DIRECTORY-OF-THE-PROGRAMS

set -uo pipefail

programs=$1
vfmap=$programs/vfmap

# shellcheck source=Tests/Lab/lib/checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/checks.sh"

config=$work/config.json
export VFMAP_CONFIG=$config

configure() { # ELEMENTS OF physicalFunctions [, ELEMENTS OF resourceList]
    echo "{\"physicalFunctions\": [$1], \"resourceList\": [${2:-}]}" >"$config"
}

# What it says, with its exit status as the last line.
told() { # ARGUMENTS OF vfmap
    "$vfmap" "$@" 2>&1
    echo "status $?"
}

vfs_of() { cat "/sys/class/net/$1/device/sriov_numvfs"; }

driver_of() { # DEVICE
    [[ ! -e /sys/bus/pci/devices/$1/driver ]] || basename "$(readlink "/sys/bus/pci/devices/$1/driver")"
}

mtu_of() { ip -json link show "$1" | jq '.[0].mtu'; }

trusted() { ip -json -details link show "$1" | jq -r '[.[0].vfinfo_list[].trust] | map(tostring) | join(" ")'; }

nothing="nothing to do: everything is as $config asks
status 0"

for name in a b; do ip netns add $name; done
for name in pf0 pf1; do "$vfmap" create --pf $name --count 0 >/dev/null || fail "remove the VFs of $name"; done

echo "-- from no VFs to what is asked for"
ip link set pf1 down
configure '{"name": "pf0", "numVFs": 3, "mtu": 1600, "up": true, "vfDefaults": {"trust": "on", "spoofChk": "off"}},
    {"address": "0000:02:00.0", "numVFs": 1, "up": true}'
equal "dry-run prints the plan" "pf0: set MTU to 1600
pf0: create 3 VFs
pf0: set spoof check of VFs 0-2 to off
pf0: set trust of VFs 0-2 to on
pf1: bring up
pf1: create 1 VF
status 0" "$(told apply --dry-run)"
equal "and does nothing" "0 0 1500" "$(vfs_of pf0) $(vfs_of pf1) $(mtu_of pf0)"
equal "apply does it" "pf0: set MTU to 1600: done
pf0: create 3 VFs: done
pf0: set spoof check of VFs 0-2 to off: done
pf0: set trust of VFs 0-2 to on: done
pf1: bring up: done
pf1: create 1 VF: done
status 0" "$(told apply)"
equal "the VFs are there" "3 1" "$(vfs_of pf0) $(vfs_of pf1)"
equal "the MTU" 1600 "$(mtu_of pf0)"
equal "the defaults" "true true true" "$(trusted pf0)"
equal "the PF that was down has carrier" 1 "$(cat /sys/class/net/pf1/carrier)"
equal "a second apply has nothing to do" "$nothing" "$(told apply)"

echo "-- drift"
echo 0 >/sys/class/net/pf0/device/sriov_numvfs
contains "VFs that are gone are drift" "pf0: create 3 VFs" "$(told apply --dry-run)"
contains "apply makes them again" "pf0: set trust of VFs 0-2 to on: done" "$(told apply)"
equal "with their defaults" "true true true" "$(trusted pf0)"
ip link set pf0 vf 1 trust off
ip link set pf0 mtu 1500
equal "so are settings" "pf0: set MTU to 1600
pf0: set trust of VF 1 to on
status 0" "$(told apply --dry-run)"
contains "apply sets them" "pf0: set trust of VF 1 to on: done" "$(told apply)"
equal "then there is nothing to do" "$nothing" "$(told apply)"

echo "-- VFs in use"
"$vfmap" attach $vf0 --netns a --vlan 7 >/dev/null || fail "attach"
equal "an attached VF is no drift" "$nothing" "$(told apply)"
configure '{"name": "pf0", "numVFs": 4}, {"name": "pf1", "numVFs": 2}'
refused="refused: VF $vf0 is attached to cli a/net1"
equal "apply refuses and goes on with the other PF" "pf0: remove 3 VFs: $refused
pf0: create 4 VFs: skipped
pf1: remove the VF: done
pf1: create 2 VFs: done
status 6" "$(told apply)"
equal "the VF is where it was" "3 $vf0" "$(vfs_of pf0) $(link_field a net1 .parentdev)"
contains "force names what it would disturb" "pf0: remove 3 VFs: disturbs: VF $vf0 is attached to cli a/net1" \
    "$(told apply --force --dry-run)"
# It may warn that the name of the VF's interface is another's now.
equal "force does it" "pf0: remove 3 VFs: done
pf0: remove 3 VFs: disturbed: VF $vf0 is attached to cli a/net1
pf0: create 4 VFs: done" "$("$vfmap" apply --force 2>/dev/null)"
equal "the owner has lost it" "4 lo 0" \
    "$(vfs_of pf0) $(ip -n a -json link show | jq -r '[.[].ifname] | join(" ")') $("$vfmap" state export | jq '.attachments | length')"

echo "-- what cannot be"
configure '{"name": "pf0", "eswitchMode": "switchdev", "vfDefaults": {"linkState": "enable", "trust": "on"}},
    {"name": "pf1", "numVFs": 9}, {"name": "ens9", "numVFs": 1}, {"selectors": {"drivers": ["ice"]}, "numVFs": 1}'
equal "each is said, and the rest is done" "pf0: set trust of VFs 0-3 to on: done
pf0: set link state of VF 0 to enable: failed: set link state of VF 0 of pf0: operation not supported (EOPNOTSUPP)
pf0: set link state of VF 1 to enable: failed: set link state of VF 1 of pf0: operation not supported (EOPNOTSUPP)
pf0: set link state of VF 2 to enable: failed: set link state of VF 2 of pf0: operation not supported (EOPNOTSUPP)
pf0: set link state of VF 3 to enable: failed: set link state of VF 3 of pf0: operation not supported (EOPNOTSUPP)
pf0: cannot be as asked for: eswitch mode switchdev is unsupported by igb
pf1: cannot be as asked for: 9 VFs are asked for, and it can have 7
ens9: cannot be as asked for: there is no such physical function with SR-IOV
physicalFunctions[3]: warning: its selectors select no physical function with SR-IOV
status 6" "$(told apply)"
contains "waiting for a PF that never comes ends" "not every physical function has appeared within 1 s" \
    "$(told apply --wait 1)"
echo '{"physicalFunctions": [{"name": "pf0", "numVFs": 0, "mtus": 1500}]}' >"$config"
equal "a key that is not known" "vfmap: apply: $config: physicalFunctions[0].mtus: is not known
status 64" "$(told apply)"
printf '{"physicalFunctions": [\n  {"name": "pf0" "numVFs": 0}\n]}' >"$config"
equal "a mistake in the syntax" \
    "vfmap: apply: $config: is not a JSON document: line 2, column 18: the end of an object is missing
status 64" "$(told apply)"
equal "neither touches anything" 4 "$(vfs_of pf0)"
equal "eswitch of igb" "vfmap: eswitch pf0: eswitch modes of pf0 are unsupported by igb
status 7" "$(told eswitch pf0 switchdev)"

echo "-- pools"
configure '' '{"resourceName": "first", "selectors": {"pfNames": ["pf0#0"], "drivers": ["igbvf"]}},
    {"resourceName": "rest", "selectors": {"vendors": ["8086"], "rootDevices": ["0000:01:00.0"]}},
    {"resourceName": "dpdk", "selectors": {"drivers": ["vfio-pci"]}}'
explained=$("$vfmap" explain $vf0)
contains "explain: in its pool" "pool first: yes
  drivers: yes, asks for igbvf, found igbvf
  pfNames: yes, asks for pf0#0, found pf0#0" "$explained"
contains "explain: a later pool" "pool rest: no
  pool first comes first and selects it too" "$explained"
contains "explain: not in a pool" "pool dpdk: no
  drivers: no, asks for vfio-pci, found igbvf" "$explained"
contains "explain: another VF" "pool first: no
  drivers: yes, asks for igbvf, found igbvf
  pfNames: no, asks for pf0#0, found pf0#1" "$("$vfmap" explain $vf1)"
before=$(snapshot)
contains "attach takes a VF of a pool" "$vf1 attached to cli a/net1" "$(told attach --pool rest --netns a --vlan 9)"
contains "explain says who has it" "cli a/net1" "$("$vfmap" explain $vf1)"
contains "and what its release sets back" "VLAN is 9, was none" "$("$vfmap" explain $vf1)"

echo "-- the topology"
tree=$("$vfmap" topology)
contains "a tree: the PF" "pf0 (0000:01:00.0, igb, up, 4 of 7 VFs)" "$tree"
contains "a tree: the VF in a container" "├─ 1: $vf1, igbvf, net1 in /run/netns/a: attached to cli a/net1" "$tree"
equal "a drawing that is XML" "4" "$("$vfmap" topology --format svg |
    python3 -c 'import sys, xml.dom.minidom as m
print(sum("0000:01:1" in t.firstChild.data for t in m.parse(sys.stdin).getElementsByTagName("text")))')"
contains "a graph" "pf0 -> pf0vf1;" "$("$vfmap" topology --format dot)"
equal "JSON" "cli" "$("$vfmap" topology --format json |
    jq -r '.physicalFunctions[0].virtualFunctions[1].owner.frontEnd')"

echo "-- drivers"
equal "a VF in use keeps its driver" "vfmap: bind $vf1: VF $vf1 is attached to cli a/net1 in /run/netns/a
status 3" "$(told bind $vf1 igbvf)"
"$vfmap" detach $vf1 >/dev/null || fail "detach"
pristine "attach from a pool" "$before"
equal "a driver that is not loaded" "vfmap: bind $vf1: there is no driver uio_pci_generic in the kernel: load its module (modprobe uio_pci_generic)
status 7" "$(told bind $vf1 uio_pci_generic)"
modprobe -a uio_pci_generic vfio-pci || fail "load the drivers"
contains "without an IOMMU vfio-pci does not take it, and why" "it has no IOMMU group" "$(told bind $vf1 vfio-pci)"
equal "the driver of before is back" igbvf "$(driver_of $vf1)"
equal "and its reservation gone" "(null)" "$(cat /sys/bus/pci/devices/$vf1/driver_override)"
equal "bind to a driver of user space" "$vf1 has driver uio_pci_generic
status 0" "$(told bind $vf1 uio_pci_generic)"
equal "it is bound" uio_pci_generic "$(driver_of $vf1)"
equal "a second bind changes nothing" "$vf1 has driver uio_pci_generic
status 0" "$(told bind $vf1 uio_pci_generic)"
exec {held}<"/dev/$(ls /sys/bus/pci/devices/$vf1/uio)" || fail "open the VF as a program does"
contains "a VF that a program has open is left alone" "VF $vf1 is open in " "$(told bind $vf1 default)"
exec {held}<&-
contains "bind to the kernel's driver" "$vf1 has driver igbvf, interface " "$(told bind $vf1 default)"
equal "it is reserved for none" "(null)" "$(cat /sys/bus/pci/devices/$vf1/driver_override)"

configure '{"name": "pf1", "numVFs": 3, "vfDriver": "uio_pci_generic"}'
contains "apply binds VFs" "pf1: bind VFs 0-2 to uio_pci_generic: done" "$(told apply)"
equal "all of them" "uio_pci_generic uio_pci_generic uio_pci_generic" \
    "$(driver_of 0000:02:10.0) $(driver_of 0000:02:10.2) $(driver_of 0000:02:10.4)"
equal "a second apply has nothing to do" "$nothing" "$(told apply)"
contains "default binds although the kernel is told to bind none" "has driver igbvf" "$(told bind 0000:02:10.2 default)"
equal "and leaves it told so" 0 "$(cat /sys/class/net/pf1/device/sriov_drivers_autoprobe)"
equal "which is drift" "pf1: bind VF 1 to uio_pci_generic
status 0" "$(told apply --dry-run)"
configure '{"name": "pf1", "vfDriver": "netdevice"}'
equal "and back" "pf1: let the kernel bind drivers to new VFs: done
pf1: bind VFs 0,2 to the kernel's driver: done
status 0" "$(told apply)"
equal "a second apply has nothing to do" "$nothing" "$(told apply)"

echo "-- kill -9 at random moments of apply"
unfinished=0
for ((round = 0; round < 6; round++)); do
    configure "{\"name\": \"pf0\", \"numVFs\": $((2 + round % 2)), \"mtu\": $((1500 + round)), \"vfDefaults\": {\"trust\": \"on\"}}"
    "$vfmap" apply >/dev/null 2>&1 &
    victim=$!
    # The time is what is tried: whatever apply is at by then.
    sleep "0.$(printf '%03d' $((RANDOM % 900)))"
    kill -9 $victim 2>/dev/null
    wait $victim 2>/dev/null
    # What the kernel was told to do it does, after the death of who told it.
    "$vfmap" apply >/dev/null || unfinished=$((unfinished + 1))
    [[ $(told apply) == "$nothing" ]] || unfinished=$((unfinished + 1))
done
equal "the next apply finishes it" 0 "$unfinished"

configure '{"name": "pf0", "numVFs": 0, "mtu": 1500}, {"name": "pf1", "numVFs": 0}'
"$vfmap" apply >/dev/null || fail "remove all VFs"
equal "nothing is left" "0 0 1500" "$(vfs_of pf0) $(vfs_of pf1) $(mtu_of pf0)"
for name in a b; do ip netns del $name; done
rm -rf "$work"

echo
echo "$passed passed, $failed failed"
((failed == 0))
