#!/usr/bin/env bash
# Regenerates Sources/StaticRuntime/link-order.txt: what an ADD and a DEL touch of the executable, which the linker then puts side by side.
#
# Usage: link-order.sh
# Worth doing after larger changes, or with another compiler: names that are no more are passed over by the linker, and the list
# only loses its effect. It needs valgrind, a build, and a guest of the lab for about ten minutes.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
lab=$root/Tests/Lab/lab
tools=$root/.build/bench
list=$root/Sources/StaticRuntime/link-order.txt
export VFMAP_LAB_INSTANCE=${VFMAP_LAB_INSTANCE:-link-order-$$}

command -v valgrind >/dev/null || apt-get install -y --no-install-recommends valgrind
mkdir -p "$tools"
swift build --package-path "$root" -c release --static-swift-stdlib --product sriov \
    -Xlinker -Map="$tools/sriov.map" -Xlinker --no-demangle
swift build --package-path "$root" -c release --static-swift-stdlib --product vfmap
cp "$root"/.build/release/{sriov,vfmap} "$tools"
for program in floor measure; do cc -std=gnu17 -O2 -static -o "$tools/$program" "$here/$program.c"; done

"$lab" install
"$lab" run --timeout 1500 -- bash "$here/link-order-guest.sh" "$tools" >"$tools/addresses"
awk -f "$here/link-order.awk" "$tools/sriov.map" "$tools/addresses" >"$list.new"
mv "$list.new" "$list"
echo "$list: $(wc -l <"$list") names" >&2
