# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by the steps inside the guest with a system of its own, after checks.sh.
#
# What one boot tells the next lies in $memory, on the disk; $programs leads to the programs, wherever they are installed.

memory=/var/lib/lab-test
programs=$memory/programs
state=/run/vfmap/state.db
networks=/var/lib/vfmap/networks.db
leases=/var/lib/vfmap/leases
# Where a version before kept everything.
older_state=/var/lib/vfmap/state.db
# What host-local writes down of the network of the tests.
data=/var/lib/cni/networks/lab
# Where a system has it, not where a test puts it.
unset VFMAP_STATE
mkdir -p $programs

boot_id() { cat /proc/sys/kernel/random/boot_id; }

numbers_of_vfs() { cat /sys/bus/pci/drivers/igb/0000:*/sriov_numvfs | paste -sd' '; }

records() { # JQ
    "$programs/vfmap" state export | jq -r "[.attachments[] | select($1) | .owner.container] | sort | .[]"
}

# Which files of the state there are, of this layout or the one before.
places() { find $state $networks $older_state 2>/dev/null | sort | paste -sd' '; }

vf_name() { # DEVICE
    basename /sys/bus/pci/devices/"$1"/net/*
}

package_files() { dpkg-query --listfiles vfmap | while read -r file; do [[ -d $file ]] || echo "$file"; done; }

install_deb() { # FILE
    local answer
    answer=$(apt-get install -y "$1" 2>&1) && pass "apt installs ${1##*/}" || fail "apt installs ${1##*/}" "$answer"
    sync
}
