#!/usr/bin/env bash
# Runs inside a guest with 16 PFs: does an ADD by deviceID cost more with 112 VFs on the host than with 7?
#
# Usage: scale.sh DIRECTORY-OF-THE-PROGRAMS ROUNDS
# Prints what guest.sh prints.

set -uo pipefail
tools=$1
rounds=$2
# shellcheck source-path=SCRIPTDIR source=contenders.sh
source "$(dirname "$0")/contenders.sh"

# The floor knows nothing of the number of VFs: what it needs more with 112 is the guest's.
contenders=(full plain host-device floor)

series() { # NUMBER OF VFs
    local contender round vfs
    vfs=$(find /sys/bus/pci/devices/ -type l -exec test -e '{}/physfn' ';' -print | wc -l)
    if ((vfs != $1)); then
        echo "there are $vfs VFs, not $1" >&2
        exit 1
    fi
    for contender in "${contenders[@]}"; do
        run_once warm-up "$contender" ADD 0
        run_once warm-up "$contender" DEL 0
    done
    for ((round = 0; round < rounds; round++)); do
        for contender in "${contenders[@]}"; do
            run_once "$contender-ADD-$1-VFs" "$contender" ADD 0
            run_once "$contender-DEL-$1-VFs" "$contender" DEL 0
        done
    done
    for round in {1..3}; do
        for contender in "${contenders[@]}"; do
            count_calls "$contender-ADD-$1-VFs" "$contender" ADD 0
            count_calls "$contender-DEL-$1-VFs" "$contender" DEL 0
        done
    done
}

prepare
series 7
for pf in {1..15}; do create_vfs "pf$pf"; done
series 112
grep -v ^warm-up "$BENCH_RESULTS" | sed 's/^/run\t/'
sed 's/^/calls\t/' "$work/calls"
