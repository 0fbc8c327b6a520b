#!/usr/bin/env bash
# Puts the programs that `make build` has made, and all that belongs to them, where they belong; or takes them away.
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

# Each: mode, source, target. What is not there yet is left out: the daemon, its units.
list_files() {
    local file
    echo "755 $programs/vfmap $prefix/bin/vfmap"
    echo "755 $programs/sriov $cni/sriov"
    if [[ -e $programs/vfmapd ]]; then echo "755 $programs/vfmapd $prefix/sbin/vfmapd"; fi
    for file in "$root"/udev-rules/*.rules; do echo "644 $file $prefix/lib/udev/rules.d/${file##*/}"; done
    for file in "$root"/udev-rules/*.network; do echo "644 $file $prefix/lib/systemd/network/${file##*/}"; done
    for file in "$here"/systemd/*; do
        [[ ! -e $file ]] || echo "644 $file $prefix/lib/systemd/system/${file##*/}"
    done
    for file in "$here"/examples/*; do echo "644 $file $prefix/share/doc/vfmap/examples/${file##*/}"; done
    echo "644 $root/docs/config.schema.json $prefix/share/doc/vfmap/config.schema.json"
    echo "644 $here/copyright $prefix/share/doc/vfmap/copyright"
}

readonly completions=(
    "bash share/bash-completion/completions/vfmap"
    "zsh share/zsh/vendor-completions/_vfmap"
    "fish share/fish/vendor_completions.d/vfmap.fish"
)

# By renaming: runtimes execute the plugin at any moment, and find either the old one or the new one, whole.
place() { # MODE SOURCE TARGET
    install -D -m "$1" "$2" "$3.new"
    mv -f "$3.new" "$3"
}

case ${1:-} in
    install)
        list_files | while read -r mode source target; do place "$mode" "$source" "$target"; done
        script=$(mktemp)
        trap 'rm -f "$script"' EXIT
        for entry in "${completions[@]}"; do
            "$programs/vfmap" --generate-completion-script "${entry%% *}" >"$script"
            place 644 "$script" "$prefix/${entry#* }"
        done
        ;;
    uninstall)
        list_files | while read -r _ _ target; do rm -f "$target"; done
        for entry in "${completions[@]}"; do rm -f "$prefix/${entry#* }"; done
        rmdir "$prefix/share/doc/vfmap/examples" "$prefix/share/doc/vfmap" 2>/dev/null || true
        ;;
    *)
        echo "usage: install.sh install|uninstall" >&2
        exit 64
        ;;
esac
