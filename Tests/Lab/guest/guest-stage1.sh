#!/bin/busybox sh
# shellcheck shell=dash
# The guest's first userland, from the initramfs: lays a tmpfs over the host's root, mounts what a booted machine has, and hands over to
# guest-init.sh; or hands over to the system that is on the disk. As much as possible is done here, because a program of the initramfs
# starts several times faster than one read through 9p.

export PATH=/bin

# A kernel whose process 1 ends panics, so this ends the guest even where powering off fails.
fail() {
    echo "lab-guest: stage 1: $*" >/dev/console
    poweroff -f
    exit 1
}

load() {
    for module in "/modules/$1"/*.ko; do
        insmod "$module" || fail "insmod $module"
    done
}

# QEMU decodes the low half of the addresses of VFs only: above 4 GiB they exist, but never get carrier.
refuse_unreachable_vfs() {
    # The first memory of the VFs is the eighth resource of their PF.
    start=$(sed -n 8p "$1/resource")
    case $start in
        0x00000000*) ;;
        *) fail "the VFs of ${1##*/} lie above 4 GiB: $start" ;;
    esac
}

# Names follow the PCI address, whatever order the driver probed in. VFs made later keep the kernel's names (eth0, …).
# The ports are up before anything can create VFs: VFs of a PF that was down stay without carrier.
bring_up_ports() {
    load network
    index=0
    for device in /sys/bus/pci/drivers/igb/0000:*; do
        for name in "$device"/net/*; do
            [ -e "$name" ] || continue
            ip link set dev "${name##*/}" name "pf$index" || fail "renaming ${name##*/}"
            ip link set dev "pf$index" up || fail "bringing up pf$index"
            refuse_unreachable_vfs "$device"
            index=$((index + 1))
        done
    done
    ip link set dev lo up
}

mount_host() {
    # loose: the host's programs are read once and then cached. What changes while the guest runs belongs into /lab, which has no cache.
    mount -t 9p -o "ro,cache=loose,$p9" host /host || fail "the host's root"
    mount -t tmpfs -o mode=755 tmpfs /overlay || fail "tmpfs"
    mkdir /overlay/upper /overlay/work
    mount -t overlay -o lowerdir=/host,upperdir=/overlay/upper,workdir=/overlay/work overlay /root || fail "overlay"
    mkdir -p /root/lab /root/lib/modules
    mount -o bind "/host$LAB_MODULES" /root/lib/modules || fail "modules"

    mkdir -p /dev/pts /dev/shm /dev/mqueue
    mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts /dev/pts || fail "devpts"
    mount -t tmpfs -o mode=1777 tmpfs /dev/shm || fail "/dev/shm"
    mount -t mqueue mqueue /dev/mqueue || fail "mqueue"
    ln -s /proc/self/fd /dev/fd
    ln -s fd/0 /dev/stdin
    ln -s fd/1 /dev/stdout
    ln -s fd/2 /dev/stderr
    mount -t cgroup2 cgroup2 /sys/fs/cgroup || fail "cgroup2"
    mount -t debugfs debugfs /sys/kernel/debug || fail "debugfs"
    mount -t tracefs tracefs /sys/kernel/tracing || fail "tracefs"
    mount -t bpf bpf /sys/fs/bpf || fail "bpf"
    mount -t tmpfs -o mode=755 tmpfs /root/run || fail "/run"
    mount -t tmpfs -o mode=1777 tmpfs /root/tmp || fail "/tmp"
    mkdir -p /root/run/netns /root/run/lock
    # Container engines put an overlay of their own below these, which an overlay refuses to carry.
    for directory in docker containerd containers cni; do
        mkdir -p "/root/var/lib/$directory"
        mount -t tmpfs -o mode=755 tmpfs "/root/var/lib/$directory" || fail "/var/lib/$directory"
    done
    # A working copy below one of those, /tmp say, is put back: the tests run what was built in it.
    if [ ! -e "/root$LAB_REPOSITORY" ]; then
        mkdir -p "/root$LAB_REPOSITORY"
        mount -o bind "/host$LAB_REPOSITORY" "/root$LAB_REPOSITORY" || fail "the working copy"
    fi
    echo lab >/proc/sys/kernel/hostname
}

# The system on the disk mounts all else by itself. What the boot before left in the shared directory is void: a command that a reboot
# interrupted never ends.
mount_system() {
    rm -f /lab/.control/ready
    for request in /lab/.control/exec/*; do
        [ ! -d "$request" ] || [ -s "$request/status" ] || echo 125 >"$request/status"
    done
    mount -t ext4 /dev/vda /root || fail "the disk"
}

mount -t proc proc /proc || fail "proc"
mount -t sysfs sysfs /sys || fail "sysfs"
mount -t devtmpfs devtmpfs /dev || fail "devtmpfs"
bring_up_ports &
load root

p9=trans=virtio,version=9p2000.L,msize=512000
mount -t 9p -o "$p9" lab /lab || fail "the shared directory"
# shellcheck source=/dev/null
. /lab/.control/config || fail "no configuration"
if [ -n "$LAB_SYSTEM" ]; then mount_system; else mount_host; fi

wait
for directory in lab dev proc sys; do
    mount -o move "/$directory" "/root/$directory" || fail "moving $directory"
done
if [ -n "$LAB_SYSTEM" ]; then exec switch_root /root /sbin/init; fi
exec switch_root /root /bin/bash /lab/.control/guest-init.sh
