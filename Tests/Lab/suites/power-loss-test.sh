#!/usr/bin/env bash
# Kills a guest whose state file lies on a disk of its own, again and again, and looks what the next boot finds: no VF taken, whatever is left
# of the state file; the networks; addresses that can be given back.
#
# Usage: power-loss-test.sh DIRECTORY-OF-THE-PROGRAMS [CYCLES]
# What the guest had not written to its disk is lost; what a disk keeps in a cache of its own is not.

set -euo pipefail

programs=$1
cycles=${2:-12}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export VFMAP_LAB_INSTANCE=${VFMAP_LAB_INSTANCE:-power-$$}
work=$(mktemp -d)
lab=$here/../lab
load=

cleanup() {
    "$lab" stop >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap cleanup EXIT

truncate -s 64M "$work/disk"
mkfs.ext4 -q -F "$work/disk"
status=0
for ((cycle = 0; cycle <= cycles; cycle++)); do
    "$lab" boot --disk "$work/disk" 2>/dev/null
    "$lab" exec --timeout 120 -- bash "$here/power-loss-steps.sh" "$programs" verify "$cycle" || status=1
    ((cycle < cycles)) || break
    "$lab" exec -- bash "$here/power-loss-steps.sh" "$programs" work "$cycle" >/dev/null 2>&1 &
    load=$!
    "$lab" exec --timeout 60 -- sh -c \
        'until grep -qs attached /lab/power-loss-progress && grep -qs made /lab/power-loss-progress; do sleep 0.1; done'
    # The time is what is tried: whatever the ADDs and DELs are at by then.
    sleep "$((RANDOM % 4)).$((RANDOM % 1000))"
    "$lab" kill
    wait "$load" || true
done
echo
if ((status)); then echo "power loss: FAILED"; else echo "power loss: $cycles cycles, nothing lost that outlives a boot"; fi
((status == 0))
