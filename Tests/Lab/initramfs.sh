# shellcheck shell=bash
# Sourced by `lab`: an initramfs with busybox and the few modules that are needed to mount the guest's root, the host's or a disk's.

readonly root_modules=(virtio_pci 9p 9pnet_virtio overlay virtio_console)
readonly system_root_modules=(virtio_pci 9p 9pnet_virtio virtio_console virtio_blk ext4 pvpanic-pci)
readonly network_modules=(igb igbvf)
# Links are laid here: busybox takes most of a second to make all of its own in the guest.
readonly busybox_links=(sh insmod ip ln mkdir mount poweroff switch_root)

initramfs_image() { printf '%s' "$cache/initramfs${1:+-$1}"; }

# Rebuilt whenever the kernel or the first stage changed, so that editing guest-stage1.sh needs no install.
# $1: "system" for the guest whose root is a disk.
build_initramfs() {
    local release image stamp modules=("${root_modules[@]}")
    image=$(initramfs_image "${1:-}")
    [[ ${1:-} != system ]] || modules=("${system_root_modules[@]}")
    release=$(kernel_release) || die "no kernel in the cache: run 'lab install'"
    stamp="$release $(sha256sum "$lab_home/guest-stage1.sh" "$lab_home/initramfs.sh" | sha256sum)"
    if [[ -s $image && -s $image.stamp && $(<"$image.stamp") == "$stamp" ]]; then return 0; fi

    local area link
    area=$(mktemp -d "$cache/initramfs.XXXXXX")
    mkdir -p "$area"/{bin,dev,proc,sys,host,lab,overlay,root,modules/root,modules/network}
    cp "$(command -v busybox)" "$area/bin/busybox"
    for link in "${busybox_links[@]}"; do ln -s busybox "$area/bin/$link"; done
    install -m 755 "$lab_home/guest-stage1.sh" "$area/init"
    collect_modules "$area/modules/root" "${modules[@]}"
    collect_modules "$area/modules/network" "${network_modules[@]}"
    (cd -- "$area" && find . | cpio --quiet -o -H newc | gzip -1) >"$image.new"
    rm -rf -- "$area"
    mv "$image.new" "$image"
    printf '%s\n' "$stamp" >"$image.stamp"
}

# Dependencies first, numbered, so that a plain insmod in that order loads them.
collect_modules() {
    local folder=$1 module line file number=0
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
            unpack_module "$file" "$folder/$(printf '%02d' "$number").ko"
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
