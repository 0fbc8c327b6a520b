# shellcheck shell=bash
# Sourced by `lab`: an initramfs with busybox and the few modules that are needed to mount the guest's root, the host's or a disk's.

readonly root_modules=(virtio_pci 9p 9pnet_virtio overlay virtio_console)
readonly system_root_modules=(virtio_pci 9p 9pnet_virtio virtio_console virtio_blk ext4 pvpanic-pci)
readonly network_modules=(igb igbvf)
# Links are laid here: busybox takes most of a second to make all of its own in the guest.
readonly busybox_links=(sh insmod ip ln mkdir mount poweroff switch_root)

# Its name tells what it is made of: guests that boot at once from working copies that differ share the cache.
# $1: "system" for the guest whose root is a disk.
initramfs_image() {
    local digest
    digest=$({ kernel_release && cat "$lab_home/guest/guest-stage1.sh" "$lab_home/guest/initramfs.sh"; } | sha256sum)
    printf '%s' "$cache/initramfs${1:+-$1}-${digest:0:16}"
}

# Made anew whenever the kernel or the first stage has changed, so that editing guest-stage1.sh needs no install.
# $1: as above.
build_initramfs() {
    local image modules=("${root_modules[@]}")
    kernel_release >/dev/null || die "no kernel in the cache: run 'lab install'"
    image=$(initramfs_image "${1:-}")
    [[ ${1:-} != system ]] || modules=("${system_root_modules[@]}")
    [[ ! -s $image ]] || return 0

    local area link
    find "$cache" -maxdepth 1 -name 'initramfs*' -type f -mtime +7 -delete
    area=$(mktemp -d "$cache/initramfs.XXXXXX")
    mkdir -p "$area"/{bin,dev,proc,sys,host,lab,overlay,root,modules/root,modules/network}
    cp "$(command -v busybox)" "$area/bin/busybox"
    for link in "${busybox_links[@]}"; do ln -s busybox "$area/bin/$link"; done
    install -m 755 "$lab_home/guest/guest-stage1.sh" "$area/init"
    collect_modules "$area/modules/root" "${modules[@]}"
    collect_modules "$area/modules/network" "${network_modules[@]}"
    (cd -- "$area" && find . | cpio --quiet -o -H newc | gzip -1) >"$area.new"
    rm -rf -- "$area"
    mv "$area.new" "$image"
}

# Dependencies first, numbered, so that a plain insmod in that order loads them.
collect_modules() {
    local directory=$1 module line file number=0
    shift
    declare -A seen=()
    for module in "$@"; do
        while read -r line; do
            # "insmod PATH OPTIONS"; what the kernel has built in is shown as "builtin NAME".
            [[ $line == insmod\ * ]] || continue
            file=${line#insmod }
            file=${file%% *}
            [[ -z ${seen[$file]:-} ]] || continue
            seen[$file]=1
            number=$((number + 1))
            unpack_module "$file" "$directory/$(printf '%02d' "$number").ko"
        done < <(modprobe -d "$kernel_root/tree" -S "$(kernel_release)" --ignore-install --show-depends "$module")
    done
    ((number > 0)) || die "the kernel tree has none of the modules $*"
}

# busybox's insmod reads no compressed module.
unpack_module() {
    case $1 in
        *.ko) cp "$1" "$2" ;;
        *.xz) xz -dc "$1" >"$2" ;;
        *.zst) zstd -qdc "$1" >"$2" ;;
        *.gz) gzip -dc "$1" >"$2" ;;
        *) die "unknown module format: $1" ;;
    esac
}
