#!/usr/bin/env bash
# Makes vfmap_<version>_<architecture>.deb of the programs that `make build` has made.
#
# Usage: build-deb.sh [DIRECTORY]   where the package is put; .build without it
# From the environment: PROGRAMS (.build/release)
#
# The plugin needs no special step: dpkg, too, unpacks a file beside the old one and renames it.

set -euo pipefail

# The first version with the state file in /run/vfmap, and networks and leases in /var/lib/vfmap. A version before it has all of it in
# /var/lib/vfmap/state.db.
layout_since=0.1.0

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/.." && pwd)
export PROGRAMS=${PROGRAMS:-$root/.build/release}
directory=${1:-$root/.build}

area=$(mktemp -d)
trap 'rm -rf "$area"' EXIT
tree=$area/tree
umask 022
mkdir -p "$tree/DEBIAN" "$area/debian" "$directory"

version=$("$PROGRAMS/vfmap" --version)
version=${version##* }
dpkg --compare-versions "$version" ge "$layout_since" || {
    echo "build-deb.sh: version $version is below $layout_since, the first with its state in /run/vfmap" >&2
    exit 1
}
architecture=$(dpkg --print-architecture)
maintainer='The vfmap authors <vfmap@localhost>'
# The same commit gives the same package.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo 0)}
export SOURCE_DATE_EPOCH

DESTDIR=$tree PREFIX=/usr CNI_BIN=/opt/cni/bin "$here/install.sh" install

documents=$tree/usr/share/doc/vfmap
cat >"$documents/changelog" <<END
vfmap ($version) unstable; urgency=medium

  * The history is that of the source.

 -- $maintainer  $(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")
END
# Without name and time in them, as Debian wants it.
gzip -9n "$documents/changelog"
find "$tree/usr/share/man" -type f -exec gzip -9n {} +
install -D -m 644 "$here/deb/lintian-overrides" "$tree/usr/share/lintian/overrides/vfmap"

binaries=("$tree/usr/bin/vfmap" "$tree/usr/sbin/vfmapd" "$tree/opt/cni/bin/sriov")
strip --strip-unneeded --remove-section=.comment --remove-section=.note "${binaries[@]}"

# dpkg-shlibdeps wants to see a source package.
printf 'Source: vfmap\n\nPackage: vfmap\nArchitecture: any\n' >"$area/debian/control"
depends=$(cd "$area" && dpkg-shlibdeps -O "${binaries[@]/#/-e}" 2>"$area/log") || {
    cat "$area/log" >&2
    exit 1
}
depends=${depends#shlibs:Depends=}

cat >"$tree/DEBIAN/control" <<END
Package: vfmap
Version: $version
Architecture: $architecture
Maintainer: $maintainer
Section: net
Priority: optional
Installed-Size: $(du -sk --exclude=DEBIAN "$tree" | cut -f 1)
Depends: $depends
Suggests: udev, containernetworking-plugins, docker.io
Description: gives virtual functions of SR-IOV network cards to containers
 A CNI plugin for container runtimes, a network driver for Docker and a
 command line for people. All of them configure a virtual function through
 its card, move it into a network namespace, and bring it back exactly as it
 was, whatever happened meanwhile.
END
for script in preinst postinst prerm postrm; do
    install -m 755 "$here/deb/$script" "$tree/DEBIAN/$script"
    sed -i "s/@LAYOUT_SINCE@/$layout_since/" "$tree/DEBIAN/$script"
done
(cd "$tree" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | sort -z | xargs -0 md5sum >DEBIAN/md5sums)

package=$directory/vfmap_${version}_$architecture.deb
dpkg-deb --root-owner-group --build "$tree" "$package" >/dev/null
echo "$package"
