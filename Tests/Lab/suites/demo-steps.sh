#!/usr/bin/env bash
# The steps of the demonstration, on the machine that has the hardware.
#
# Usage: demo-steps.sh DIRECTORY-OF-THE-PROGRAMS [PF]
# Without a PF the VFs come from pf0 and pf1.

set -euo pipefail

programs=$1
pfs=(pf0 pf1)
[[ -z ${2:-} ]] || pfs=("$2")

say() { printf '\n== %s\n' "$*"; }

for pf in "${pfs[@]}"; do
    file=/sys/class/net/$pf/device/sriov_numvfs
    [[ -e $file ]] || { echo "$pf is no PF with SR-IOV" >&2; exit 1; }
    [[ $(<"$file") == 0 ]] || { echo "$pf has VFs already; the demonstration leaves it alone" >&2; exit 1; }
done

work=$(mktemp -d)
export VFMAP_STATE=$work/state.db CNI_PATH=/usr/lib/cni:/opt/cni/bin
spaces=(demo-red demo-green demo-blue)

cleanup() {
    for space in "${spaces[@]}"; do ip netns del "$space" 2>/dev/null || true; done
    "$programs/vfmap" recover >/dev/null 2>&1 || true
    for pf in "${pfs[@]}"; do "$programs/vfmap" create --pf "$pf" --count 0 >/dev/null || true; done
    rm -rf "$work"
}
trap cleanup EXIT

say "Two VFs on ${pfs[*]}${2:+, three on one PF}"
if ((${#pfs[@]} == 2)); then
    "$programs/vfmap" create --pf pf0 --count 2 >/dev/null
    "$programs/vfmap" create --pf pf1 --count 2 >/dev/null
    links=(pf0/virtfn0 pf1/virtfn0 pf1/virtfn1)
else
    "$programs/vfmap" create --pf "${pfs[0]}" --count 3 >/dev/null
    links=("${pfs[0]}/virtfn0" "${pfs[0]}/virtfn1" "${pfs[0]}/virtfn2")
fi
devices=()
for link in "${links[@]}"; do
    devices+=("$(basename "$(readlink "/sys/class/net/${link%/*}/device/${link#*/}")")")
done
for space in "${spaces[@]}"; do ip netns add "$space"; done
"$programs/vfmap" list

# Everything about PFs and VFs that must be the same afterwards.
# A MAC that a VF reports by itself counts as none: only an administered one would lock it.
state() { ip -details -json link show | jq -S 'map(.address) as $own | map(.vfinfo_list |= (. // [] | map( .address |= (. as $mac | if ($own | index($mac)) then "00:00:00:00:00:00" else $mac end)))) | map({ifname, address, mtu, flags: (.flags - ["LOWER_UP"]), vfinfo_list}) | sort_by(.ifname)'; }
before=$(state)

plugin() { # COMMAND INDEX VLAN ADDRESS
    CNI_COMMAND=$1 CNI_CONTAINERID=${spaces[$2]} CNI_NETNS=/run/netns/${spaces[$2]} CNI_IFNAME=net1 \
        "$programs/sriov" <<EOF
{"cniVersion": "1.0.0", "name": "demo", "type": "sriov", "deviceID": "${devices[$2]}",
 "vlan": $3, "ipam": {"type": "static", "addresses": [{"address": "$4"}]}}
EOF
}

say "CNI ADD: red and green on VLAN 100, blue on VLAN 200"
plugin ADD 0 100 10.99.0.1/24 | jq -c .
plugin ADD 1 100 10.99.0.2/24 | jq -c .
plugin ADD 2 200 10.99.0.3/24 | jq -c .

say "vfmap list, with the VFs in their containers"
"$programs/vfmap" list

say "Waiting for carrier"
for space in "${spaces[@]}"; do
    deadline=$((SECONDS + 120))
    until ip -n "$space" -o link show net1 | grep -q LOWER_UP; do
        ((SECONDS < deadline)) || { echo "net1 of $space has no carrier" >&2; exit 1; }
        sleep 0.1
    done
done

say "red pings green: the same VLAN, through the hardware"
ip netns exec "${spaces[0]}" ping -c 4 -W 5 10.99.0.2
say "red pings blue: another VLAN, must not be reached"
# It has carrier. Nothing tells that no answer will come: ping waits for a time.
if ip netns exec "${spaces[0]}" ping -c 2 -W 2 10.99.0.3; then
    echo "blue was reached although it is on another VLAN" >&2
    exit 1
fi

say "CNI DEL"
plugin DEL 0 100 10.99.0.1/24
plugin DEL 1 100 10.99.0.2/24
plugin DEL 2 200 10.99.0.3/24
"$programs/vfmap" list
if [[ $(state) == "$before" ]]; then
    say "Every PF and VF is exactly as before"
else
    diff <(echo "$before") <(state) || true
    echo "something differs from before" >&2
    exit 1
fi
