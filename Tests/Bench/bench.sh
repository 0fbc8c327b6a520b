#!/usr/bin/env bash
# Measures the plugin against Debian's host-device plugin and against the least that the kernel needs; see docs/performance.md.
#
# Usage: bench.sh [ROUNDS]
# Needs the release programs; `make bench` builds them. The figures are only worth something while nothing else runs.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
lab=$root/Tests/Lab/lab
rounds=${1:-30}
export VFMAP_LAB_INSTANCE=${VFMAP_LAB_INSTANCE:-bench-$$}

tools=$root/.build/bench
mkdir -p "$tools"
for program in floor measure; do
    cc -std=gnu17 -O2 -Wall -Wextra -Werror -static -o "$tools/$program" "$here/$program.c"
done
cp "$root"/.build/release/{sriov,vfmap} "$tools"

"$lab" install
results=$tools/results.tsv
: >"$results"

echo "start-up, on this machine" >&2
startup=$(mktemp)
for ((round = 0; round < 10 * rounds; round++)); do
    BENCH_RESULTS=$startup CNI_COMMAND=VERSION "$tools/measure" sriov-VERSION "$tools/sriov" >/dev/null
    BENCH_RESULTS=$startup "$tools/measure" true /bin/true
    BENCH_RESULTS=$startup CNI_COMMAND=VERSION "$tools/measure" host-device-VERSION /usr/lib/cni/host-device >/dev/null
done
sed 's/^/run\t/' "$startup" >>"$results"
rm "$startup"

echo "the state file, on this machine" >&2
store=$(swift build --package-path "$root" -c release --show-bin-path)/store-bench
swift build --package-path "$root" -c release --static-swift-stdlib --product store-bench >&2
"$here/store.sh" "$store" "$tools/store" $((10 * rounds)) >>"$results"

echo "$rounds rounds, in a guest" >&2
disk=$tools/disk
truncate -s 512M "$disk"
mkfs.ext4 -q -F "$disk"
"$lab" run --disk "$disk" --timeout 1500 -- bash "$here/guest.sh" "$tools" "$rounds" >>"$results"
echo "7 and 112 VFs, in a guest with 16 cards" >&2
"$lab" run --pfs 16 --timeout 900 -- bash "$here/scale.sh" "$tools" "$((rounds / 2))" >>"$results"

awk -f "$here/figures.awk" -f "$here/report.awk" "$results"
