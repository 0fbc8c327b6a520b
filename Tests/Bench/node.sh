#!/usr/bin/env bash
# Measures what looking at a node costs as its VFs grow in number, against lspci and ip; see docs/performance.md.
#
# Usage: node.sh [ROUNDS]
# Needs the release programs, and root for its interfaces; `make bench` builds and runs. The figures are only worth something while nothing
# else runs.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
rounds=${1:-15}
export VFMAP_LAB_INSTANCE=${VFMAP_LAB_INSTANCE:-bench-$$}

command -v lspci >/dev/null || apt-get install -y --no-install-recommends pciutils >&2
tools=$root/.build/bench
mkdir -p "$tools"
for program in measure tree; do
    cc -std=gnu17 -O2 -Wall -Wextra -Werror -static -o "$tools/$program" "$here/$program.c"
done
cp "$root"/.build/release/{sriov,vfmap,vfmapd} "$tools"
"$root/Tests/Lab/lab" install
results=$tools/node.tsv

echo "64 to 2048 VFs, on this machine" >&2
"$here/inventory.sh" "$tools" "$rounds" >"$results"
echo "7, 112 and 256 VFs, in a guest with 16 cards" >&2
"$root/Tests/Lab/lab" run --pfs 16 --timeout 900 -- bash "$here/node-guest.sh" "$tools" "$rounds" >>"$results"

awk -f "$here/figures.awk" -f "$here/node-report.awk" "$results"
