#!/usr/bin/env bash
# The programs on a system of its own: real udev, NetworkManager and networkd, a reboot, and a loss of power.
#
# Usage: system-test.sh FOLDER-OF-THE-PROGRAMS

set -euo pipefail

programs=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
export VFMAP_LAB_INSTANCE=${VFMAP_LAB_INSTANCE:-system-$$}
lab=$here/lab
# /lab in the guest.
share=${VFMAP_LAB_CACHE:-$root/.build/lab}/run/$VFMAP_LAB_INSTANCE

trap '"$lab" system discard >/dev/null 2>&1 || true' EXIT

status=0
step() { # NAME OF A FUNCTION IN system-steps.sh
    echo "-- $1"
    "$lab" exec --timeout 600 -- bash /lab/system-steps.sh "$1" || status=1
}

# What goes on the disk, in the shared folder until then.
rm -rf "$share/install"
mkdir -p "$share/install"
cp "$programs/vfmap" "$programs/sriov" "$share/install"
find "$root" -path "$root/.*" -prune -o \( -name '*.rules' -o -name '*.network' \) -exec cp -t "$share/install" {} +
cp "$here/system-steps.sh" "$here/checks.sh" "$share"
rm -f "$share/progress"

"$lab" system boot --fresh --with network-manager
step system_runs
step install_by_hand
step udev
step networkd
step network_manager
step attach

"$lab" system reboot
step after_reboot

"$lab" exec -- bash /lab/system-steps.sh work >/dev/null 2>&1 &
load=$!
"$lab" exec --timeout 120 -- sh -c 'until [ -s /lab/progress ]; do sleep 0.1; done'
sleep "$((RANDOM % 4)).$((RANDOM % 1000))"
# The worst moment: the ADD has just been reported, and nothing else has made the disk be written. power-loss-test.sh has the others.
"$lab" exec --timeout 120 -- sh -c 'until tail -n 1 /lab/progress | grep -q attached; do sleep 0.05; done'
"$lab" kill
wait "$load" || true
"$lab" system boot --with network-manager
step after_power_loss

echo
if ((status)); then echo "a system of its own: FAILED"; else echo "a system of its own: passed"; fi
((status == 0))
