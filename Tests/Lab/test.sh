#!/usr/bin/env bash
# Runs the tests that need SR-IOV hardware, in a guest that has it.
#
# The guest runs what the host has built: the release programs, and the test bundle for the tests
# of the netlink layer on netdevsim. `--long` adds the long forms.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
export VFMAP_LAB_INSTANCE=${VFMAP_LAB_INSTANCE:-test-$$}

"$here/lab" install
trap '"$here/lab" stop' EXIT
"$here/lab" boot --capture wire

bundle=$root/.build/debug/vfmapPackageTests.xctest
echo "== netlink layer on netdevsim and igb"
"$here/lab" exec --timeout 600 -- \
    "$bundle" --testing-library swift-testing --filter 'NetdevsimTests|IgbTests'

echo "== the programs on igb"
"$here/lab" exec --timeout 1500 -- bash "$here/hardware-test.sh" "$root/.build/release" "$@"

echo "== what users ask for beyond the plain VF"
"$here/lab" exec --timeout 1500 -- bash "$here/features-test.sh" "$root/.build/release"
