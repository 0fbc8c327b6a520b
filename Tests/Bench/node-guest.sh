#!/usr/bin/env bash
# Runs inside a guest with 16 PFs: what looking at a node costs with 7 and with 112 emulated VFs, and with 256 VFs of
# the kernel's netdevsim, which reports VFs as a card does.
#
# Usage: node-guest.sh DIRECTORY-OF-THE-PROGRAMS ROUNDS
# Prints lines as guest.sh does.

set -euo pipefail
tools=$1
rounds=$2
simulated=256

if [[ ${3:-} != simulated ]]; then
    work=$(mktemp -d /run/bench.XXXXXX)
    cp "$tools"/{sriov,vfmap,vfmapd,measure,tree} "$work"
    export BENCH_RESULTS=$work/results VFMAP_STATE=$work/state.db VFMAP_CONFIG=$work/config.json
    export CNI_PATH=/usr/lib/cni CNI_CONTAINERID=c0 CNI_NETNS=/run/netns/c0 CNI_IFNAME=net1
    : >"$BENCH_RESULTS"
fi

once() { # NAME PROGRAM ARGUMENTS…
    local program
    program=$(command -v "$2")
    "$work/measure" -i "${input:-/dev/null}" "$1" "$program" "${@:3}" >"$work/out" 2>&1 || {
        echo "$* failed: $(<"$work/out")" >&2
        exit 1
    }
}

looks() { # SUFFIX
    once "lspci-$1" lspci -nn
    once "ip-$1" ip -details link
    once "list-$1" "$work/vfmap" list
    once "list-json-$1" "$work/vfmap" list --format json
    once "recover-$1" "$work/vfmap" recover
}

# The first round fills caches.
rounds_of() { # COMMAND SUFFIX
    local round
    for ((round = 0; round <= rounds; round++)); do
        "$1" "$2"
        if ((round == 0)); then sed -i "/-$2\t/d" "$BENCH_RESULTS"; fi
    done
}

node() { # SUFFIX
    looks "$1"
    sleep 1.1 # An answer is kept for a second: the time has to pass for a new one to be measured.
    once "scrape-$1" curl -sf --unix-socket "$work/metrics.sock" http://vfmapd/metrics
    input=$work/status CNI_COMMAND=STATUS once "pool-$1" "$work/sriov"
    input=$work/pool CNI_COMMAND=ADD once "pool-ADD-$1" "$work/sriov"
    input=$work/pool CNI_COMMAND=DEL once "pool-DEL-$1" "$work/sriov"
}

if [[ ${3:-} == simulated ]]; then
    mount --make-rprivate /
    mkdir "$work/bus"
    "$work/tree" "$work/bus" 1 $simulated
    echo "77 1" >/sys/bus/netdevsim/new_device
    trap 'echo 77 >/sys/bus/netdevsim/del_device' EXIT
    echo $simulated >/sys/kernel/debug/netdevsim/netdevsim77/max_vfs
    echo $simulated >/sys/bus/netdevsim/devices/netdevsim77/sriov_numvfs
    ip link set "$(ip -json link | jq -r '.[] | select(.ifname != "lo") | .ifname')" name pf0
    for ((vf = 0; vf < simulated; vf++)); do echo "tuntap add pf0v$vf mode tap"; done >"$work/batch"
    ip -batch "$work/batch"
    mount --bind "$work/bus" /sys/bus/pci
    rounds_of looks "$simulated-simulated"
    [[ $("$work/vfmap" list --format json | jq '[.virtualFunctions[] | select(.linkState)] | length') == "$simulated" ]] || {
        echo "not all VFs are reported" >&2
        exit 1
    }
    exit 0
fi

cat >"$VFMAP_CONFIG" <<END
{"daemon": {"dockerSocket": null, "metrics": "unix:$work/metrics.sock"},
 "resourceList": [{"resourceName": "all", "selectors": {"vendors": ["8086"], "drivers": ["igbvf"]}}]}
END
echo '{"cniVersion":"1.1.0","name":"bench","type":"sriov","pool":"all"}' >"$work/status"
echo '{"cniVersion":"1.0.0","name":"bench","type":"sriov","pool":"all"}' >"$work/pool"
ip netns add c0
"$work/vfmap" create --pf pf0 --count 7 >/dev/null
"$work/vfmapd" --config "$VFMAP_CONFIG" 2>"$work/log" &
deadline=$((SECONDS + 120))
until [[ -S $work/metrics.sock ]]; do
    ((SECONDS < deadline)) || { echo "the daemon does not start: $(<"$work/log")" >&2; exit 1; }
    sleep 0.1
done
rounds_of node 7
for pf in {1..15}; do "$work/vfmap" create --pf "pf$pf" --count 7 >/dev/null; done
rounds_of node 112
kill %1
wait

modprobe netdevsim
modprobe tun
mountpoint -q /sys/kernel/debug || mount -t debugfs none /sys/kernel/debug
export work
unshare --mount --net -- "$0" "$tools" "$rounds" simulated
sed 's/^/run\t/' "$BENCH_RESULTS"
