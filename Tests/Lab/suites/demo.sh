#!/usr/bin/env bash
# Shows the main job of vfmap: VFs for three containers, two of them on one VLAN.
#
# Without an argument it boots a guest with emulated SR-IOV hardware and shows it there. With the
# name of a PF of this host it shows it on that one, if it has no VFs yet.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)

if [[ -n ${1:-} ]]; then
    exec bash "$here/demo-steps.sh" "$root/.build/release" "$1"
fi

export VFMAP_LAB_INSTANCE=demo-$$
"$here/../lab" install
trap '"$here/../lab" stop' EXIT
"$here/../lab" boot
"$here/../lab" exec --timeout 600 -- bash "$here/demo-steps.sh" "$root/.build/release"
