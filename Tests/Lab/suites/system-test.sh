#!/usr/bin/env bash
# The programs on a system of its own, without the daemon: real udev, NetworkManager and networkd, addresses after a reboot and a loss of power.
#
# Usage: system-test.sh PACKAGE.deb                 what people install
#        system-test.sh DIRECTORY-OF-THE-PROGRAMS   the programs and rules, put there by hand

set -euo pipefail

subject=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
export VFMAP_LAB_INSTANCE=${VFMAP_LAB_INSTANCE:-system-$$}
lab=$here/../lab
# /lab in the guest.
share=${VFMAP_LAB_CACHE:-$root/.build/lab}/run/$VFMAP_LAB_INSTANCE

trap '"$lab" system discard >/dev/null 2>&1 || true' EXIT

# One image for this test and acceptance-test.sh.
packages=docker.io,network-manager,sqlite3

status=0
step() { # NAME OF A FUNCTION IN system-steps.sh
    echo "-- $1"
    "$lab" exec --timeout 600 -- bash /lab/suites/system-steps.sh "$1" || status=1
}

# What goes on the disk, in the shared directory until then.
rm -rf "$share/install"
mkdir -p "$share/install"
cp /usr/lib/cni/host-local "$share/install"
if [[ $subject == *.deb ]]; then
    cp "$subject" "$share/install/vfmap.deb"
else
    cp "$subject/vfmap" "$subject/sriov" "$root"/udev-rules/*.rules "$root"/udev-rules/*.network "$share/install"
fi
mkdir -p "$share"/{suites,lib}
cp "$here/system-steps.sh" "$share/suites"
cp "$here"/../lib/{system-common,checks}.sh "$share/lib"
rm -f "$share"/{progress,hold,held}

"$lab" system boot --fresh --with "$packages"
step system_runs
if [[ $subject == *.deb ]]; then step install_package; else step install_by_hand; fi
# Without the programs all else would fail too, and say nothing.
((status == 0)) || exit 1
step udev
step networkd
step network_manager
step attach

"$lab" system reboot
step after_reboot

"$lab" exec -- bash /lab/suites/system-steps.sh work >/dev/null 2>&1 &
load=$!
"$lab" exec --timeout 120 -- sh -c 'until [ -s /lab/progress ]; do sleep 0.1; done'
# As many more as chance has it: nothing is waited for.
sleep "$((RANDOM % 4)).$((RANDOM % 1000))"
# The worst moment: the ADD has just been reported, and nothing has made the disk be written. power-loss-test.sh has the others.
"$lab" exec --timeout 300 -- sh -c 'touch /lab/hold; until [ -e /lab/held ]; do sleep 0.05; done'
"$lab" kill
wait "$load" || true
"$lab" system boot --with "$packages"
step after_power_loss

echo
if ((status)); then echo "a system of its own: FAILED"; else echo "a system of its own: passed"; fi
((status == 0))
