#!/usr/bin/env bash
# What looking at a node costs as it grows: 8 PFs in a generated sysfs tree, with as many VFs as fit, each of them with an
# interface, against lspci and ip, which tell a half of it each.
#
# Usage: inventory.sh DIRECTORY-OF-THE-PROGRAMS ROUNDS
# Prints lines as guest.sh does; runs as root, and leaves nothing of the tree and the interfaces behind.

set -euo pipefail

if [[ ${3:-} != apart ]]; then exec unshare --mount --net -- "$0" "$@" apart; fi
tools=$1
rounds=$2
pfs=8

work=$(mktemp -d)
trap 'umount -l "$work"; rmdir "$work"' EXIT
mount -t tmpfs none "$work"
export BENCH_RESULTS=$work/results VFMAP_STATE=$work/state.db VFMAP_RUN=$work/run VFMAP_CONFIG=$work/config.json
touch "$BENCH_RESULTS"

# Every VF is looked at for the first pool, and none is in it.
cat >"$VFMAP_CONFIG" <<END
{"daemon": {"dockerSocket": null, "metrics": "unix:$work/metrics.sock"},
 "resourceList": [
    {"resourceName": "other", "selectors": {"vendors": ["15b3"], "drivers": ["mlx5_core"]}},
    {"resourceName": "first", "selectors": {"vendors": ["8086"], "drivers": ["igbvf"], "pfNames": ["pf0#0"]}}
]}
END
# The pool has one VF: STATUS looks at all to find it. Its interface is not a VF's, so that it does not count as free.
echo '{"cniVersion":"1.1.0","name":"bench","type":"sriov","pool":"first"}' >"$work/status"

series() { # VFS OF EACH PF
    local vfs=$((pfs * $1)) pf vf round deadline
    mkdir "$work/tree"
    "$tools/tree" "$work/tree" $pfs "$1"
    mount --bind "$work/tree" /sys/bus/pci
    for ((pf = 0; pf < pfs; pf++)); do
        echo "tuntap add pf$pf mode tap"
        for ((vf = 0; vf < $1; vf++)); do echo "tuntap add pf${pf}v$vf mode tap"; done
    done >"$work/batch"
    ip -batch "$work/batch"
    ip link set pf0 up
    "$tools/vfmapd" --config "$VFMAP_CONFIG" 2>"$work/log" &
    daemon=$!
    deadline=$((SECONDS + 120))
    until [[ -S $work/metrics.sock ]]; do
        if ((SECONDS >= deadline)); then
            echo "the daemon does not start: $(<"$work/log")" >&2
            kill $daemon || true
            exit 1
        fi
        sleep 0.1
    done
    for ((round = 0; round <= rounds; round++)); do
        once "lspci-$vfs" lspci -nn
        once "ip-$vfs" ip -details link
        once "list-$vfs" "$tools/vfmap" list
        once "list-json-$vfs" "$tools/vfmap" list --format json
        once "recover-$vfs" "$tools/vfmap" recover
        answer="has no free VF among its 1" CNI_COMMAND=STATUS CNI_PATH=/ once "pool-$vfs" "$tools/sriov"
        sleep 1.1 # An answer is kept for a second: the time has to pass for a new one to be measured.
        once "scrape-$vfs" curl -sf --unix-socket "$work/metrics.sock" http://vfmapd/metrics
        if ((round == 0)); then sed -i "/-$vfs\t/d" "$BENCH_RESULTS"; fi # It fills caches.
    done
    [[ $(grep -c ^vfmap_vf_info "$work/out") == "$vfs" ]] || {
        echo "not all $vfs VFs are in the metrics: $(<"$work/log")" >&2
        exit 1
    }
    kill $daemon
    wait $daemon
    [[ $("$tools/vfmap" list | wc -l) == $((vfs + 1)) && $(lspci | wc -l) == $((vfs + pfs)) ]] || {
        echo "not all $vfs VFs are shown" >&2
        exit 1
    }
    sed -i 's/^tuntap add/tuntap del/' "$work/batch"
    ip -batch "$work/batch"
    umount /sys/bus/pci
    rm -r "$work/tree"
}

once() { # NAME PROGRAM ARGUMENTS…
    local program
    program=$(command -v "$2")
    "$tools/measure" -i "$work/status" "$1" "$program" "${@:3}" >"$work/out" 2>&1 || [[ -n ${answer:-} && $(<"$work/out") == *"$answer"* ]] || {
        echo "$* failed: $(<"$work/out")" >&2
        exit 1
    }
}

for count in 8 32 64 128 256; do series $count; done
sed 's/^/run\t/' "$BENCH_RESULTS"
