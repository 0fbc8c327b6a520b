#!/usr/bin/env bash
# A fresh system, given only the package and a configuration file, becomes a node, and stays one whatever its
# administrator does: reboot, upgrade, downgrade, removal.
#
# Usage: acceptance-test.sh PACKAGE.deb [--long]

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
export VFMAP_LAB_INSTANCE=${VFMAP_LAB_INSTANCE:-acceptance-$$}
lab=$here/../lab
# /lab in the guest.
share=${VFMAP_LAB_CACHE:-$root/.build/lab}/run/$VFMAP_LAB_INSTANCE

trap '"$lab" system discard >/dev/null 2>&1 || true; rm -rf "$share/install"' EXIT

status=0
step() { # NAME OF A FUNCTION IN acceptance-steps.sh
    local start=$SECONDS
    echo "-- $1"
    "$lab" exec --timeout 600 -- bash /lab/suites/acceptance-steps.sh "$1" || status=1
    echo "        $((SECONDS - start)) s"
}

# What goes on the disk, in the shared directory until then.
rm -rf "$share/install"
mkdir -p "$share/install"
cp "$1" "$share/install/vfmap.deb"
# The same once more, and as a newer version: not compressed, because the guest takes half a minute to unpack it.
dpkg-deb --raw-extract "$1" "$share/install/tree"
dpkg-deb --root-owner-group -Znone --build "$share/install/tree" "$share/install/same.deb" >/dev/null
sed -i 's/^Version: .*/&+newer/' "$share/install/tree/DEBIAN/control"
dpkg-deb --root-owner-group -Znone --build "$share/install/tree" "$share/install/newer.deb" >/dev/null
# And as a version that knows nothing of where the state lies: its scripts do nothing and agree to everything.
sed -i 's/^Version: .*/Version: 0~older/' "$share/install/tree/DEBIAN/control"
rm "$share"/install/tree/DEBIAN/{preinst,postinst,postrm}
printf '#!/bin/sh\nexit 0\n' >"$share/install/tree/DEBIAN/prerm"
dpkg-deb --root-owner-group -Znone --build "$share/install/tree" "$share/install/older.deb" >/dev/null
rm -rf "$share/install/tree"
cp /bin/busybox /usr/lib/cni/host-local "$here/acceptance-config.json" "$share/install"
mkdir -p "$share"/{suites,lib}
cp "$here/acceptance-steps.sh" "$share/suites"
cp "$here"/../lib/{system-common,checks}.sh "$share/lib"

"$lab" system boot --fresh --with docker.io,network-manager,sqlite3
step install_package
# Without the programs all else would fail too, and say nothing.
((status == 0)) || exit 1
step shows
step refusals
step cni
step confinement
step address_filter
step addresses
step docker_serves

"$lab" system reboot
step after_reboot
step upgrade
[[ ${2:-} != --long ]] || step downgrade
step refused_downgrade
step downgrade_of_layout
step upgrade_of_layout
step watchdog
step removal

echo
echo "all of it took $SECONDS s"
if ((status)); then echo "acceptance: FAILED"; else echo "acceptance: passed"; fi
((status == 0))
