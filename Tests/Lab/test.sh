#!/usr/bin/env bash
# Runs the tests that need SR-IOV hardware, in a guest that has it.
#
# The guest runs what the host has built: the release programs, and the test bundle for the tests
# of the netlink layer on netdevsim. `--long` adds the long forms.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
export VFMAP_LAB_INSTANCE=${VFMAP_LAB_INSTANCE:-test-$$}

"$here/lab" install --runtimes
trap '"$here/lab" stop' EXIT
"$here/lab" boot --capture wire

bundle=$root/.build/debug/vfmapPackageTests.xctest
echo "== netlink layer on netdevsim and igb"
"$here/lab" exec --timeout 600 -- \
    "$bundle" --testing-library swift-testing --filter 'NetdevsimTests|IgbTests'

echo "== the programs on igb"
"$here/lab" exec --timeout 1500 -- bash "$here/suites/hardware-test.sh" "$root/.build/release" "$@"

echo "== whatever happens, every VF comes back"
"$here/lab" exec --timeout 1500 -- bash "$here/suites/convergence-test.sh" "$root/.build/release" "$@"

echo "== what users ask for beyond the plain VF"
"$here/lab" exec --timeout 1500 -- bash "$here/suites/features-test.sh" "$root/.build/release"

echo "== the configuration of a node"
"$here/lab" exec --timeout 900 -- bash "$here/suites/node-test.sh" "$root/.build/release"

echo "== metrics, drift and vfmap top"
"$here/lab" exec --timeout 600 -- bash "$here/suites/metrics-test.sh" "$root/.build/release"

echo "== moving over from sriov-cni"
"$here/lab" exec --timeout 600 -- bash "$here/suites/import-test.sh" "$root/.build/release"

echo "== cards and VFs that come and go"
"$here/suites/hotplug-test.sh" "$root/.build/release"

echo "== a card without SR-IOV, in the place of the second one"
"$here/lab" stop
"$here/lab" boot
wait_for() { # A SHELL CONDITION IN THE GUEST
    "$here/lab" exec --timeout 60 -- sh -c "until $1; do sleep 0.2; done"
}
card=/sys/bus/pci/devices/0000:02:00.0
"$here/lab" monitor device_del pf1
wait_for "test ! -e $card"
"$here/lab" monitor device_add e1000e,id=card,bus=port1,netdev=wire1
wait_for "test -e $card"
"$here/lab" exec --timeout 300 -- \
    bash "$here/suites/no-pf-test.sh" "$root/.build/release" 0000:02:00.0 e1000e

"$here/lab" stop
echo "== drivers of user space, in a guest with an IOMMU"
"$here/lab" run --iommu --timeout 600 -- bash "$here/suites/userspace-test.sh" "$root/.build/release"

echo "== container runtimes"
"$here/lab" run --timeout 1200 -- bash "$here/suites/runtimes-test.sh" "$root/.build/release" "$@"

echo "== Docker"
"$here/lab" run --timeout 2400 -- bash "$here/suites/docker-test.sh" "$root/.build/release" "$@"

package=$("$root/packaging/build-deb.sh")
"$root/packaging/check-deb.sh" "$package"
echo "== a system of its own"
"$here/suites/system-test.sh" "$package"

echo "== a node, from the package to its removal"
"$here/suites/acceptance-test.sh" "$package" "$@"

if [[ ${1:-} == --long ]]; then
    echo "== loss of power"
    "$here/suites/power-loss-test.sh" "$root/.build/release"
fi
