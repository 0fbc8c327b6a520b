#!/usr/bin/env bash
# Runs inside the guest: every contender in every round, so that whatever else the machine does hits all alike.
#
# Usage: guest.sh DIRECTORY-OF-THE-PROGRAMS ROUNDS
# Prints lines separated by tabs: run NAME WALL-µs CPU-µs MEMORY-KiB STATUS, or calls NAME CALLS REQUESTS.

set -uo pipefail
tools=$1
rounds=$2
# shellcheck source-path=SCRIPTDIR source=contenders.sh
source "$(dirname "$0")/contenders.sh"

prepare
mount_disk
contenders=(full host-device floor plain floor-packed full-disk full-ipam host-device-ipam)
for ((round = 0; round <= rounds; round++)); do
    # The first round fills caches and makes the state file.
    if ((round == 1)); then : >"$BENCH_RESULTS"; fi
    for contender in "${contenders[@]}"; do
        run_once "$contender-ADD" "$contender" ADD 0
        run_once "$contender-DEL" "$contender" DEL 0
    done
done
for ((round = 0; round < (rounds + 3) / 4; round++)); do
    for contender in full host-device floor plain full-disk; do
        run_once "$contender-7-ADD" "$contender" ADD % -p 7
        run_once "$contender-7-DEL" "$contender" DEL % -p 7
    done
done
for round in {1..3}; do
    for contender in "${contenders[@]}"; do
        count_calls "$contender-ADD" "$contender" ADD 0
        count_calls "$contender-DEL" "$contender" DEL 0
    done
done
sed 's/^/run\t/' "$BENCH_RESULTS"
sed 's/^/calls\t/' "$work/calls"
