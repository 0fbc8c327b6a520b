#!/usr/bin/env bash
# Installs the programs that `make build` has made, and all that belongs to them; or removes them.
#
# Usage: install.sh install|uninstall
# From the environment: DESTDIR (put before every path), PREFIX (/usr/local), CNI_BIN (/opt/cni/bin), PROGRAMS (.build/release)

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/.." && pwd)
destination=${DESTDIR:-}
prefix=$destination${PREFIX:-/usr/local}
cni=$destination${CNI_BIN:-/opt/cni/bin}
programs=${PROGRAMS:-$root/.build/release}

# Each: mode, source, target.
list_files() {
    local file
    echo "755 $programs/vfmap $prefix/bin/vfmap"
    echo "755 $programs/sriov $cni/sriov"
    echo "755 $programs/vfmapd $prefix/sbin/vfmapd"
    for file in "$root"/udev-rules/*.rules; do echo "644 $file $prefix/lib/udev/rules.d/${file##*/}"; done
    for file in "$root"/udev-rules/*.network; do echo "644 $file $prefix/lib/systemd/network/${file##*/}"; done
    for file in "$here"/systemd/*; do echo "644 $file $prefix/lib/systemd/system/${file##*/}"; done
    for file in "$here"/man/*.[1-8]; do echo "644 $file $prefix/share/man/man${file##*.}/${file##*/}"; done
    for file in "$here"/examples/*; do echo "644 $file $prefix/share/doc/vfmap/examples/${file##*/}"; done
    for file in "$root"/docs/{,decisions/}*.{md,json,yaml}; do
        [[ ! -e $file ]] || echo "644 $file $prefix/share/doc/vfmap/${file#"$root/docs/"}"
    done
    echo "644 $here/copyright $prefix/share/doc/vfmap/copyright"
    # Parts of these packages are in the programs.
    for file in "$root"/.build/checkouts/*/NOTICE.txt; do
        [[ ! -e $file ]] || echo "644 $file $prefix/share/doc/vfmap/notices/$(basename "${file%/NOTICE.txt}")"
    done
}

# Generated from the programs' output. Each: program, what is made of it, target.
list_generated() {
    local program section
    for program in vfmap vfmapd; do
        section=1
        [[ $program == vfmap ]] || section=8
        echo "$program manual.$section $prefix/share/man/man$section/$program.$section"
        echo "$program bash $prefix/share/bash-completion/completions/$program"
        echo "$program zsh $prefix/share/zsh/vendor-completions/_$program"
        echo "$program fish $prefix/share/fish/vendor_completions.d/$program.fish"
    done
}

generate() { # PROGRAM KIND
    case $2 in
        manual.*) generate_manual "$1" "${2#manual.}" ;;
        # A file that is sourced is no program, as the first line of bash's would have it.
        *) "$programs/$1" --generate-completion-script "$2" | sed '1{/^#!/d}' ;;
    esac
}

generate_manual() { # PROGRAM SECTION
    local seconds version
    seconds=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2>/dev/null || date +%s)}
    version=$("$programs/$1" --version)
    "$programs/$1" --experimental-dump-help | jq -r -f "$here/man/manual.jq" \
        --arg section "$2" --arg version "${version##* }" --rawfile rest "$here/man/$1.$2.rest" \
        --arg date "$(LC_ALL=C date -u -d "@$seconds" '+%B %-d, %Y')"
}

# By renaming: runtimes execute the plugin at any moment, and find either the old one or the new one, whole.
place() { # MODE SOURCE TARGET
    install -D -m "$1" "$2" "$3.new"
    mv -f "$3.new" "$3"
}

case ${1:-} in
    install)
        list_files | while read -r mode source target; do place "$mode" "$source" "$target"; done
        text=$(mktemp)
        trap 'rm -f "$text"' EXIT
        list_generated | while read -r program kind target; do
            generate "$program" "$kind" >"$text"
            place 644 "$text" "$target"
        done
        ;;
    uninstall)
        list_files | while read -r _ _ target; do rm -f "$target"; done
        list_generated | while read -r _ _ target; do rm -f "$target"; done
        rmdir "$prefix"/share/doc/vfmap/{decisions,examples,notices} "$prefix/share/doc/vfmap" 2>/dev/null || true
        ;;
    *)
        echo "usage: install.sh install|uninstall" >&2
        exit 64
        ;;
esac
