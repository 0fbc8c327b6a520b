#!/usr/bin/env bash
# Checks a package: manual pages, notices, how the programs are linked, files that must not be in it; with lintian
# where it is installed.
#
# Usage: check-deb.sh PACKAGE.deb

set -euo pipefail

package=$1
area=$(mktemp -d)
trap 'rm -rf "$area"' EXIT
dpkg-deb --raw-extract "$package" "$area"
status=0

complain() {
    echo "$package: $*" >&2
    status=1
}

[[ ! -e $area/DEBIAN/conffiles && ! -e $area/etc ]] || complain "it has files below /etc, which are the administrator's"
(cd "$area" && md5sum --quiet -c DEBIAN/md5sums) || complain "its sums are wrong"
for script in preinst postinst prerm postrm; do
    sh -n "$area/DEBIAN/$script" || complain "$script is not sound"
    ! grep -q '@[A-Z_]*@' "$area/DEBIAN/$script" || complain "$script has a placeholder"
done

for program in usr/bin/vfmap usr/sbin/vfmapd; do
    dynamic=$(readelf --wide --dynamic "$area/$program")
    [[ $dynamic == *"Flags: NOW PIE"* ]] || complain "$program is not bound at its start, or has a fixed place"
    [[ $dynamic != *RUNPATH* && $dynamic != *RPATH* ]] || complain "$program looks for libraries in a directory of its own"
    symbols=$(readelf --wide --dyn-syms "$area/$program")
    for symbol in __stack_chk_fail __vsnprintf_chk __longjmp_chk; do
        [[ $symbols == *" $symbol@"* ]] || complain "$program was compiled without $symbol"
    done
done

documents=$area/usr/share/doc/vfmap
for name in swift-log swift-nio swift-service-lifecycle; do
    [[ -s $documents/notices/$name ]] || complain "the notice of $name is missing: was it built from here?"
done
[[ $(head -n 1 "$documents/copyright") == Format:* ]] || complain "the copyright file has no format"

pages=0
for page in "$area"/usr/share/man/man*/*; do
    pages=$((pages + 1))
    [[ $page == *.gz ]] || complain "${page##*/} is not compressed"
    # Under its own name: mandoc takes what follows the last dot of the path, be it the directory's, for the section.
    plain=$area/$(basename "$page" .gz)
    zcat "$page" >"$plain"
    # What it finds in the wording of .Os is meant for another system.
    words=$(mandoc -T lint -W warning "$plain" 2>&1) || true
    [[ -z $words ]] || complain "${page##*/}: $words"
    if command -v groff >/dev/null; then
        words=$(groff -mandoc -ww -T utf8 -z "$plain" 2>&1)
        [[ -z $words ]] || complain "${page##*/}: $words"
    fi
done
((pages == 4)) || complain "it has $pages manual pages, not 4"

if command -v lintian >/dev/null; then
    lintian --fail-on error,warning --allow-root "$package" || complain "lintian finds fault with it"
fi

((status)) || echo "$package: in order"
((status == 0))
