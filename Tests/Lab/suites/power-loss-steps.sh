#!/usr/bin/env bash
# Runs inside the guest of power-loss-test.sh.
#
# Usage: power-loss-steps.sh DIRECTORY-OF-THE-PROGRAMS verify CYCLE   what the loss of power left, and whether all works
#        power-loss-steps.sh DIRECTORY-OF-THE-PROGRAMS work CYCLE     ADD and DEL in two namespaces at once, and networks, without an end

set -uo pipefail

programs=$1
disk=/disk
# What host-local writes down.
data=$disk/addresses

# shellcheck source=Tests/Lab/lib/checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/checks.sh"
# Nobody waits for the disk but who makes a network: whatever the loss of power leaves of this file must be void.
VFMAP_STATE=$disk/state.db
leases=$VFMAP_STATE-leases
vf1=0000:02:10.0

# Only failures are worth a line each: there are many cycles.
pass() { passed=$((passed + 1)); }

# What was done, in the shared directory, which the loss of power spares: in this cycle; networks in all cycles.
progress=/lab/power-loss-progress
acknowledged=/lab/power-loss-networks

configuration() { # DEVICE
    conf "$1" "\"vlan\":100,\"mac\":\"02:11:22:33:44:${1:6:1}5\",\"max_tx_rate\":200,
        \"ipam\":{\"type\":\"host-local\",\"subnet\":\"10.9.0.0/16\",\"dataDir\":\"$data\"}"
}

call() { # COMMAND CONTAINER NAMESPACE DEVICE
    CNI_COMMAND=$1 CNI_CONTAINERID=$2 CNI_NETNS=/run/netns/$3 CNI_IFNAME=net1 \
        "$programs/sriov" <<<"$(configuration "$4")"
}

state() { # JQ
    "$programs/vfmap" state export | jq -r "$1" | sort
}

count() { grep -c . <<<"$1"; }

mount_disk() {
    modprobe -a virtio_blk ext4 || fail "load the drivers of the disk"
    mkdir -p $disk
    mount /dev/vda $disk || fail "mount the disk"
}

prepare() {
    ip netns add a
    ip netns add b
    "$programs/vfmap" create --pf pf0 --count 1 >/dev/null || fail "create a VF on pf0"
    "$programs/vfmap" create --pf pf1 --count 1 >/dev/null || fail "create a VF on pf1"
}

verify() { # CYCLE
    local before answer networks told damaged unwritten
    # A network of another run of the test is none of this disk's.
    (($1 > 0)) || rm -f $acknowledged
    touch $acknowledged
    mount_disk
    # Before any program of this boot has written to it.
    answer=$("$programs/vfmap" state export 2>&1) || fail "the state can be read" "$answer"
    equal "no VF is taken" "" "$(state '.attachments[] | select(.void | not) | .owner.container')"
    prepare
    before=$(snapshot)
    equal "every VF is free" free "$("$programs/vfmap" list --format json | jq -r '.virtualFunctions[].state' | sort -u)"
    networks=$(state '.networks[].identifier')
    equal "every network is there of which Docker was told so" "" "$(comm -23 <(sort $acknowledged) <(echo "$networks"))"
    told=$(leased $leases)
    damaged=$(damaged_leases $leases)
    addresses_come_back $leases $data
    pristine "after recover" "$before"
    # What host-local lost sight of, and what damaged leases told of.
    unwritten=$(find $data -name '10.*' 2>/dev/null | wc -l)
    rm -rf $data
    call ADD "a-$1" a $vf0 >/dev/null || fail "ADD on pf0"
    call ADD "b-$1" b $vf1 >/tmp/b || fail "ADD on pf1"
    equal "the state file is of this boot" "$(cat /proc/sys/kernel/random/boot_id)" "$(readlink $VFMAP_STATE-boot)"
    reaches a "$(jq -r '.ips[0].address' /tmp/b | sed 's,/.*,,')" && pass || fail "the VFs reach each other"
    call DEL "a-$1" a $vf0 || fail "DEL on pf0"
    call DEL "b-$1" b $vf1 || fail "DEL on pf1"
    pristine "after ADD and DEL" "$before"
    equal "no address is left after DEL" "" "$(addressed $data)"
    equal "no lease is left after DEL" "" "$(lease_files $leases)"
    equal "the networks are the same" "$networks" "$(state '.networks[].identifier')"
    echo "cycle $1: after $(count "$(grep -s attached $progress)") ADDs $(count "$told") leases, $(count "$damaged") damaged," \
        "$unwritten addresses that stay taken; $(count "$networks") networks; $passed passed, $failed failed"
    rm -f $progress
    ((failed == 0))
}

attach_and_detach() { # NAMESPACE DEVICE
    local number container
    for ((number = 0; ; number++)); do
        container=$1-$number
        call ADD "$container" "$1" "$2" >/dev/null && echo "$container attached" >>$progress
        # As long as chance has it: the loss of power is to meet VFs in use, too.
        sleep "0.$((RANDOM % 5))"
        call DEL "$container" "$1" "$2"
    done
}

docker_asks() { # CALL, BODY
    curl -sf --max-time 60 --unix-socket /run/docker/plugins/sriov.sock --data "$2" "http://sriov/$1" >/dev/null
}

make_networks() { # CYCLE
    local number identifier
    "$programs/vfmapd" >/dev/null 2>&1 &
    await 60 docker_asks Plugin.Activate '{}' || return
    for ((number = 0; ; number++)); do
        identifier=cycle-$1-$number
        docker_asks NetworkDriver.CreateNetwork "{\"NetworkID\":\"$identifier\",\"IPv4Data\":[],\"IPv6Data\":[],
            \"Options\":{\"com.docker.network.generic\":{\"parent\":\"pf0\"}}}" &&
            echo "$identifier" >>$acknowledged && echo "$identifier made" >>$progress
        # How often is what makes the load: nothing is waited for.
        sleep 0.3
    done
}

write_back() {
    while :; do
        sync
        # How often is what makes the load: nothing is waited for.
        sleep 0.3
    done
}

case $2 in
    verify) verify "$3" ;;
    work)
        # Half of the machines are busy writing.
        (($3 % 2)) || write_back &
        make_networks "$3" &
        attach_and_detach a $vf0 &
        attach_and_detach b $vf1
        ;;
esac
