# shellcheck shell=bash disable=SC2054
# Sourced by `lab`: the guest with a system of its own, a small Debian with systemd on a disk.
# (QEMU wants commas: SC2054.)
#
# The image is made once and never written again: every instance has a disk (qcow2) that holds only what differs from it.

readonly system_area=$cache/system
# Sparse: the file takes what the system takes.
readonly system_size=6G
readonly system_base=(
    systemd systemd-sysv udev dbus kmod iproute2 iputils-ping pciutils jq procps
    # What the programs under test are linked to.
    libpci3 libnl-3-200 libnl-genl-3-200 libsqlite3-0 libudev1 libstdc++6
)
# The parts of the kernel's tree that a guest can use, of 400 MB. Without arch, which udev would load for the processor's sake.
readonly system_modules=(
    block crypto fs lib mm net virt
    drivers/{block,iommu,misc,net,pci,uio,vfio,vhost,virtio}
)
# No terminal, no maintenance at odd hours, no second that a test does not need: a process more is a fifth of a second under emulation.
readonly system_masked=(
    getty.target systemd-logind.service systemd-user-sessions.service e2scrub_reap.service
    apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer systemd-tmpfiles-clean.timer
    systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-ask-password-console.path systemd-ask-password-wall.path
    systemd-pcrphase.service systemd-pcrphase-initrd.service systemd-pcrphase-sysinit.service
    systemd-binfmt.service proc-sys-fs-binfmt_misc.automount systemd-firstboot.service systemd-pstore.service
    modprobe@{configfs,dm_mod,fuse,loop}.service sys-kernel-{config,tracing}.mount sys-fs-fuse-connections.mount dev-hugepages.mount
    kmod-static-nodes.service systemd-tmpfiles-setup-dev.service systemd-sysusers.service systemd-random-seed.service
    systemd-remount-fs.service systemd-initctl.socket
)
readonly system_masked_generators=(
    systemd-getty-generator systemd-gpt-auto-generator systemd-hibernate-resume-generator systemd-cryptsetup-generator
    systemd-veritysetup-generator systemd-integritysetup-generator systemd-bless-boot-generator systemd-rc-local-generator
    systemd-system-update-generator systemd-sysv-generator
)

with=
from=
fresh=

# --- the image ---------------------------------------------------------------------------------------------------------------------

settle_system() {
    local name
    system_more=()
    for name in ${with//,/ }; do
        [[ $name =~ ^[a-z0-9][a-z0-9.+-]+$ ]] || usage_error "not a package name: '$name'"
        system_more+=("$name")
    done
    if ((${#system_more[@]})); then mapfile -t system_more < <(printf '%s\n' "${system_more[@]}" | sort -u); fi
    system_name=debian
    for name in "${system_more[@]}"; do system_name+=,$name; done
    system_image=$system_area/$system_name.ext4
}

# What the image was made from. Newer packages of the mirror alone do not make it anew.
system_stamp() {
    local release
    release=$(kernel_release) || return 0
    {
        printf '%s\n' "$release" "$system_size" "${system_base[@]}" "${system_more[@]}" "${system_modules[@]}" \
            "${system_masked[@]}" "${system_masked_generators[@]}"
        declare -f unpack_system copy_modules settle_units forget_mirror make_system_image
    } | sha256sum
}

system_is_built() { [[ -s $system_image && -s $system_image.stamp && $(<"$system_image.stamp") == "$(system_stamp)" ]]; }

command_system_build() {
    parse --with "$@"
    ((${#rest[@]} == 0)) || usage_error "system build takes no command: ${rest[0]}"
    settle_system
    ! system_is_built || return 0
    ((EUID == 0)) || die "only root can make a system with the owners that its files need"
    install_lab ""
    # Another build may have ended while this one waited for the lock.
    ! system_is_built || return 0
    local start
    start=$(now_ms)
    install_packages "${system_packages[@]}"
    open_apt
    say "making the image $system_name (once)"
    mkdir -p "$system_area"
    rm -rf -- "$system_area/$system_name.root"
    local root=$system_area/$system_name.root
    unpack_system "$root"
    copy_modules "$root"
    settle_units "$root"
    forget_mirror "$root"
    make_system_image "$root"
    rm -rf -- "$root"
    say "made $system_image in $(seconds_since "$start"), $(($(stat -c %b "$system_image") / 2048)) MB"
}

# As the machine's own apt would: its mirror, its keys, its way to the network.
unpack_system() {
    local root=$1 sources=$apt_area/system.d
    derive_sources "" "$sources"
    apt-config dump | grep -E '^Acquire::([a-z]+::)?(Proxy|Proxy-Auto-Detect|CAInfo|SslCert|SslKey|Verify-)' >"$apt_area/acquire.conf" || true
    local IFS=,
    mmdebstrap --mode=root --variant=minbase --format=directory \
        --include="${system_base[*]},${system_more[*]}" \
        --aptopt="$apt_area/acquire.conf" --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
        --dpkgopt='force-unsafe-io' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        "$codename" "$root" "$sources"/machine.* >"$apt_area/log" 2>&1 || {
        tail -n 40 "$apt_area/log" >&2
        die "the system could not be unpacked"
    }
}

copy_modules() {
    local release part
    release=$(kernel_release)
    local from=$kernel_root/tree/lib/modules/$release to=$1/lib/modules/$release
    mkdir -p "$to/kernel/drivers"
    cp "$from"/modules.{order,builtin,builtin.modinfo} "$to"
    for part in "${system_modules[@]}"; do
        [[ ! -d $from/kernel/$part ]] || cp -a "$from/kernel/$part" "$to/kernel/$part"
    done
    rm -rf "$to/kernel/drivers/net/wireless"
    depmod -b "$1" "$release"
}

settle_units() {
    local root=$1 units=$1/etc/systemd/system unit
    cat >"$units/lab-agent.service" <<'END'
[Unit]
Description=Runs the commands of `lab exec`
RequiresMountsFor=/lab

[Service]
ExecStart=/bin/bash /lab/.control/guest-init.sh
ExecStopPost=/bin/rm -f /lab/.control/ready
# A command may end as it likes, and take with it what it likes.
OOMPolicy=continue
TasksMax=infinity
Delegate=yes
TimeoutStopSec=10

[Install]
WantedBy=multi-user.target
END
    mkdir -p "$root/lab" "$root/etc/systemd/system-generators"
    for unit in "${system_masked[@]}"; do ln -sfn /dev/null "$units/$unit"; done
    for unit in "${system_masked_generators[@]}"; do ln -sfn /dev/null "$root/etc/systemd/system-generators/$unit"; done
    # With --with: there, but started by whoever needs it.
    for unit in docker.service docker.socket containerd.service NetworkManager.service NetworkManager-wait-online.service \
        NetworkManager-dispatcher.service wpa_supplicant.service ModemManager.service; do
        [[ ! -e $root/lib/systemd/system/$unit ]] || systemctl --quiet --root="$root" disable "$unit"
    done
    systemctl --quiet --root="$root" set-default multi-user.target
    systemctl --quiet --root="$root" enable lab-agent.service
    # Tests read the journal of the boot before.
    mkdir -p "$root/var/log/journal"
    echo lab-system >"$root/etc/hostname"
    printf '127.0.0.1 localhost\n127.0.1.1 lab-system\n' >"$root/etc/hosts"
    # Without one, systemd takes every boot of a fresh disk for the first of the machine's life.
    tr -d - </proc/sys/kernel/random/uuid >"$root/etc/machine-id"
}

# The guest has no network to the outside.
forget_mirror() {
    rm -f -- "$1"/etc/apt/sources.list "$1"/etc/apt/sources.list.d/* "$1"/etc/apt/apt.conf.d/99mmdebstrap "$1"/etc/resolv.conf
    # What the guest installs has its manual pages.
    sed -i '/^path-exclude/d' "$1"/etc/dpkg/dpkg.cfg.d/99mmdebstrap
    rm -rf -- "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*
}

make_system_image() {
    rm -f -- "$system_image.new"
    truncate -s "$system_size" "$system_image.new"
    # All inode tables are written now: the guest would do it in the background, in the middle of a test.
    mkfs.ext4 -q -F -m 0 -N 131072 -E lazy_itable_init=0,root_owner=0:0 -L system -d "$1" "$system_image.new"
    # The stamp first: whoever dies between the two has no image with a wrong one.
    system_stamp >"$system_image.stamp"
    mv "$system_image.new" "$system_image"
}

# --- the guest ---------------------------------------------------------------------------------------------------------------------

# The disk of an instance belongs to the image that it was made from, and is begun anew when that has changed.
settle_system_disk() {
    local stamp
    mkdir -p "$system_area/disks"
    system_disk=$system_area/disks/$instance.qcow2
    stamp="$system_image $(stat -c '%i %s %Y' "$system_image")"
    if [[ -z $fresh && -e $system_disk ]]; then
        [[ $(<"$system_disk.stamp") != "$stamp" ]] || return 0
        say "the image has changed: starting with a new disk"
    fi
    rm -f -- "$system_disk" "$system_disk.stamp"
    qemu-img create -q -f qcow2 -F raw -b "$system_image" "$system_disk"
    printf '%s\n' "$stamp" >"$system_disk.stamp"
}

command_system_boot() {
    parse "--instance --pfs --memory --iommu --disk --capture --with --from --fresh" "$@"
    ((${#rest[@]} == 0)) || usage_error "system boot takes no command: ${rest[0]}"
    settle_boot_options
    settle_system
    if [[ -n $from ]]; then
        [[ -f $from && $from != *,* ]] || usage_error "not an image: '$from'"
        system_image=$(realpath -- "$from")
        system_name=$(basename -- "$from")
    else
        # A process of its own: what it holds (locks, traps) must not reach QEMU.
        "$lab_home/lab" system build --with "$with"
    fi
    if [[ -e $control/lock ]] && guest_lives; then
        system_disk=$system_area/disks/$instance.qcow2
        [[ -z $fresh ]] || die "instance $instance runs: stop it before giving it a new disk"
    else
        settle_system_disk
    fi
    boot_in_background
}

qemu_system_arguments() {
    qemu+=(
        # unsafe: no flush waits for the host's disk. The loss of power is that of the guest: what QEMU was told to write stays.
        -drive "file=$system_disk,format=qcow2,if=none,id=system,cache=unsafe,discard=unmap" -device virtio-blk-pci,drive=system
        # A reboot starts the guest anew, a panic ends it.
        -device pvpanic-pci -action reboot=reset,panic=shutdown
    )
    line+=" fsck.mode=skip systemd.gpt_auto=no"
}

command_system_discard() {
    parse_instance "$@"
    stop_guest now
    rm -f -- "$system_area/disks/$instance.qcow2" "$system_area/disks/$instance.qcow2.stamp"
}

command_system_reboot() {
    parse_instance "$@"
    require_guest
    note_signals
    local start before check=0
    start=$(now_ms)
    before=$(<"$control/ready")
    send reboot
    until [[ -s $control/ready && $(<"$control/ready") != "$before" ]]; do
        pause_for 0.05
        ((++check % 10 == 0)) || continue
        if ! guest_lives; then
            explain_death
            die "the guest did not come up again"
        fi
        if (($(now_ms) - start > boot_limit_s * 1000)); then
            console_tail
            die "the guest was not ready again after $boot_limit_s s"
        fi
    done
    say "ready again after $(seconds_since "$start")"
}
