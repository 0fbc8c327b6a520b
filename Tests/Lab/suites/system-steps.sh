#!/usr/bin/env bash
# Runs inside the guest of system-test.sh, a Debian with systemd on a disk.
#
# Usage: system-steps.sh STEP

set -uo pipefail

# shellcheck source=Tests/Lab/lib/checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/checks.sh"
# shellcheck source=Tests/Lab/lib/system-common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/system-common.sh"
progress=/lab/progress

with_address() { # DEVICE
    conf "$1" '"vlan":100,"ipam":{"type":"host-local","subnet":"10.8.0.0/24"}'
}

create_vfs() {
    "$programs/vfmap" create --pf pf0 --count 2 >/dev/null || fail "create 2 VFs on pf0"
    "$programs/vfmap" create --pf pf1 --count 1 >/dev/null || fail "create a VF on pf1"
    udevadm settle
}

# --- steps -------------------------------------------------------------------------------------------------------------------------

system_runs() {
    equal "systemd is process 1" systemd "$(cat /proc/1/comm)"
    equal "the system runs" running "$(systemctl is-system-running)"
    equal "no unit failed" "" "$(systemctl --failed --no-legend --plain)"
    equal "both cards are there, with carrier" "1 1" "$(cat /sys/class/net/pf{0,1}/carrier | paste -sd' ')"
    equal "no VF is there" "0 0" "$(numbers_of_vfs)"
    [[ $(command -v swift) == "" ]] && pass "no Swift is there" || fail "no Swift is there"
}

# The programs and the files for other services, each where an administrator would put it.
install_by_hand() {
    install -m 755 /lab/install/vfmap /usr/local/bin
    install -D -m 755 /lab/install/sriov /opt/cni/bin/sriov
    install -D -m 644 -t /etc/udev/rules.d /lab/install/*.rules
    install -D -m 644 -t /etc/systemd/network /lab/install/*.network
    udevadm control --reload
    ln -s /usr/local/bin/vfmap /opt/cni/bin/sriov $programs
    programs_work
}

# On a node without Docker, whose administrator wants no daemon and makes the VFs by hand.
install_package() {
    install_deb /lab/install/vfmap.deb
    systemctl disable --now vfmap-apply.service vfmapd.socket vfmapd.service &>/dev/null || fail "the units are disabled"
    ln -s /usr/bin/vfmap /opt/cni/bin/sriov $programs
    programs_work
}

programs_work() {
    local answer
    sync
    answer=$("$programs/vfmap" list --pfs --format json) || fail "vfmap runs" "$answer"
    equal "vfmap sees both cards" 2 "$(jq '.physicalFunctions | length' <<<"$answer")"
    install -D -m 755 /lab/install/host-local $CNI_PATH/host-local
}

udev() {
    local device
    create_vfs
    equal "VFs are there" "2 1" "$(numbers_of_vfs)"
    for device in $vf0 $vf1 0000:02:10.0; do
        contains "udev tells NetworkManager to leave $device alone" "E: NM_UNMANAGED=1" \
            "$(udevadm info "/sys/class/net/$(vf_name "$device")")"
    done
    [[ $(udevadm info /sys/class/net/pf0) != *NM_UNMANAGED* ]] && pass "and not its PF" || fail "and not its PF"
    equal "udev names a VF after its PF and index" enp1s0v1 "$(vf_name $vf1)"
}

networkd_state() { # INTERFACE
    networkctl --json=short list | jq -r --arg name "$1" '.Interfaces[] | select(.Name == $name) | .AdministrativeState'
}

networkd_configured() { [[ $(networkd_state "$1") == configured ]]; }

networkd_decided() { [[ $(networkd_state "$1") != @(|pending|initialized) ]]; }

# Three times, because what another service sees depends on how far udev has come when the VF is renamed.
attach_and_detach() { # SERVICE, COMMAND TELLING WHETHER IT KNOWS AN INTERFACE, STATE EXPECTED, COMMAND TELLING THE STATE
    local turn
    ip netns add other
    for turn in 1 2 3; do
        plugin ADD other "$(conf $vf0)" >/dev/null || fail "ADD $turn while $1 runs"
        plugin DEL other "$(conf $vf0)" || fail "DEL $turn while $1 runs"
        udevadm settle
        # The service decides after udev; what it has decided then stays.
        await 60 "$2" "$(vf_name $vf0)" || fail "$1 sees the VF that came home"
        equal "$1 leaves a VF alone that came home, turn $turn" "$3" "$("$4" "$(vf_name $vf0)")"
    done
    ip netns del other
}

# A configuration that is for every interface is what an administrator has who does not think of VFs.
networkd() {
    local device name
    printf '[Match]\nType=ether\n[Network]\nLinkLocalAddressing=no\nConfigureWithoutCarrier=yes\n' \
        >/etc/systemd/network/90-all.network
    systemctl start systemd-networkd || fail "networkd starts"
    await 60 networkd_configured pf0 && pass "networkd configures a PF" ||
        fail "networkd configures a PF" "$(networkctl --no-pager)"
    for device in $vf0 $vf1; do
        name=$(vf_name "$device")
        await 60 networkd_decided "$name"
        equal "networkd leaves $name alone" unmanaged "$(networkd_state "$name")"
    done
    # One that appears while networkd runs.
    "$programs/vfmap" create --pf pf1 --count 2 >/dev/null || fail "create VFs while networkd runs"
    udevadm settle
    name=$(vf_name 0000:02:10.2)
    await 60 networkd_decided "$name"
    equal "networkd leaves a new VF alone" unmanaged "$(networkd_state "$name")"
    attach_and_detach networkd networkd_decided unmanaged networkd_state
    systemctl stop systemd-networkd.socket systemd-networkd
    rm /etc/systemd/network/90-all.network
}

manager_state() { # INTERFACE
    nmcli -g GENERAL.STATE device show "$1" 2>/dev/null
}

manager_knows() { [[ $(manager_state "$1") == [1-9]* ]]; }

manager_manages() { [[ $(manager_state "$1") == [1-9]*\ * && $(manager_state "$1") != *unmanaged* ]]; }

# It manages every interface that nothing keeps it from. (A section [device] with managed=1 would overrule udev.)
network_manager() {
    local device name
    systemctl start NetworkManager || fail "NetworkManager starts"
    await 60 manager_manages pf0 && pass "NetworkManager manages a PF" || fail "NetworkManager manages a PF" "$(nmcli device)"
    for device in $vf0 $vf1; do
        name=$(vf_name "$device")
        equal "NetworkManager leaves $name alone" "10 (unmanaged)" "$(manager_state "$name")"
    done
    attach_and_detach NetworkManager manager_knows "10 (unmanaged)" manager_state
    systemctl stop NetworkManager
}

attach() {
    local answer
    ip netns add a
    ip netns add blue
    plugin ADD a "$(with_address $vf0)" >/dev/null || fail "ADD"
    answer=$("$programs/vfmap" attach 0000:02:10.0 --netns blue --vlan 100 2>&1) || fail "vfmap attach" "$answer"
    ip -n a address add 10.9.0.1/24 dev net1
    ip -n blue address add 10.9.0.2/24 dev net1
    reaches a 10.9.0.2 && pass "the VFs reach each other" || fail "the VFs reach each other"
    equal "two records" "a blue" "$(records true | paste -sd' ')"
    equal "the state file is of this boot" "$(boot_id)" "$(readlink $state-boot)"
    equal "it lies in memory, for root alone" "tmpfs 600" "$(stat --file-system -c %T $state) $(stat -c %a $state)"
    equal "nothing lies where a version before kept it" "" "$(ls $older_state* 2>/dev/null)"
    equal "the address has a lease, and nothing else has" "$leases/$(boot_id)-$vf0 600" "$(stat -c '%n %a' $leases/*)"
    boot_id >$memory/boot
    sync
}

# What is the same after a reboot and after a loss of power, with VFs in use before.
new_boot() {
    local answer
    equal "the system runs" running "$(systemctl is-system-running)"
    [[ $(boot_id) != "$(cat $memory/boot)" ]] && pass "it is another boot" || fail "it is another boot"
    boot_id >$memory/boot
    equal "no VF is there" "0 0" "$(numbers_of_vfs)"
    answer=$("$programs/vfmap" state export 2>&1) && pass "the state can be read" || fail "the state can be read" "$answer"
    equal "no VF is taken" "" "$(records ".void | not")"
}

recover() {
    local before
    addresses_come_back $leases $data
    create_vfs
    contains "the udev rules are still there" "E: NM_UNMANAGED=1" "$(udevadm info "/sys/class/net/$(vf_name $vf0)")"
    ip netns add a
    before=$(snapshot)
    plugin ADD a "$(conf $vf0 '"vlan":100')" >/dev/null || fail "ADD"
    equal "the VF is in the container" true "$(link_field a net1 '.flags | index("UP") != null')"
    plugin DEL a "$(conf $vf0 '"vlan":100')" || fail "DEL"
    udevadm settle
    equal "every interface and VF is as before" "$before" "$(snapshot)"
    sync
}

after_reboot() {
    new_boot
    equal "the lease of before is there" a "$(leased $leases)"
    equal "and the address that it tells of" a "$(addressed $data)"
    equal "the journal of the boot before is there" 2 "$(journalctl --list-boots --no-pager | grep -cE '^ *-?[0-9]')"
    recover
}

# ADD and DEL without an end; what was done is noted where the loss of power spares it.
work() {
    local number
    for ((number = 0; ; number++)); do
        ip netns add "w$number"
        plugin ADD "w$number" "$(with_address $vf1)" >/dev/null && echo "w$number attached" >>$progress
        if [[ -e /lab/hold ]]; then
            touch /lab/held
            # Until it is killed, however long that takes.
            sleep infinity
        fi
        # As long as chance has it, so that more or less of what was written is on the disk by itself.
        sleep "1.$((RANDOM % 10))"
        plugin DEL "w$number" "$(with_address $vf1)"
        ip netns del "w$number"
    done
}

after_power_loss() {
    new_boot
    contains "there were ADDs" attached "$(cat $progress)"
    recover
}

if [[ $1 == work ]]; then
    work
else
    "$1"
    echo "$1: $passed passed, $failed failed"
    ((failed == 0))
fi
