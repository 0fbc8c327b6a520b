#!/usr/bin/env bash
# Measures what the state file costs on this machine: a file that is synchronised, as it was in version 0.1, beside one that is not.
#
# Usage: store.sh STORE-BENCH DIRECTORY ROUNDS
# Prints lines separated by tabs: store NAME WALL-µs. Every round has both, calm first and then beside a process that writes and
# synchronises large files in the same directory, as the unpacking of an image does.

set -euo pipefail

program=$1
directory=$2
rounds=$3
memory=/run/vfmap-bench
rm -rf "$directory"
mkdir -p "$directory"
trap 'kill "${writer:-}" 2>/dev/null || true; rm -rf "$directory" "$memory"' EXIT

"$program" "$directory" $memory calm "$rounds"
while :; do
    dd if=/dev/zero of="$directory/image" bs=1M count=512 conv=fsync status=none
done &
writer=$!
# Until there is something to write back.
until [[ -s $directory/image ]]; do sleep 0.1; done
"$program" "$directory" $memory loaded "$rounds"
