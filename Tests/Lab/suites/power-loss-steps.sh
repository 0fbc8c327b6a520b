#!/usr/bin/env bash
# Runs inside the guest of power-loss-test.sh.
#
# Usage: power-loss-steps.sh DIRECTORY-OF-THE-PROGRAMS verify CYCLE   what the loss of power left, and whether all works
#        power-loss-steps.sh DIRECTORY-OF-THE-PROGRAMS work CYCLE     ADD and DEL, in two namespaces at once, without an end

set -uo pipefail

programs=$1
disk=/disk

# shellcheck source=Tests/Lab/lib/checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/checks.sh"
VFMAP_STATE=$disk/state.db
vf1=0000:02:10.0

# Only failures are worth a line each: there are many cycles.
pass() { passed=$((passed + 1)); }

# What was begun and what was done, in the shared directory, which the loss of power spares.
progress=/lab/power-loss-progress

configuration() { # DEVICE
    conf "$1" "\"vlan\":100,\"mac\":\"02:11:22:33:44:${1:6:1}5\",\"max_tx_rate\":200,
        \"ipam\":{\"type\":\"host-local\",\"subnet\":\"10.9.0.0/16\",\"dataDir\":\"$disk/networks\"}"
}

call() { # COMMAND CONTAINER NAMESPACE DEVICE
    CNI_COMMAND=$1 CNI_CONTAINERID=$2 CNI_NETNS=/run/netns/$3 CNI_IFNAME=net1 \
        "$programs/sriov" <<<"$(configuration "$4")"
}

records() { # JQ
    "$programs/vfmap" state export | jq -r "[.attachments[] | select($1) | .owner.container] | sort | .[]"
}

# The containers that host-local knows to have an address.
leased() { find "$disk/networks" -name '10.*' -exec head -qn 1 {} + 2>/dev/null | tr -d '\r' | sort; }

reported() { # WORD
    sed -n "s/ $1\$//p" "$progress" 2>/dev/null | sort
}

prepare() {
    modprobe -a virtio_blk ext4 || fail "load the drivers of the disk"
    mkdir -p $disk
    mount /dev/vda $disk || fail "mount the disk"
    ip netns add a
    ip netns add b
    "$programs/vfmap" create --pf pf0 --count 1 >/dev/null || fail "create a VF on pf0"
    "$programs/vfmap" create --pf pf1 --count 1 >/dev/null || fail "create a VF on pf1"
}

verify() { # CYCLE
    local before answer recorded leases unwritten
    prepare
    before=$(snapshot)
    answer=$("$programs/vfmap" state export 2>&1) || fail "the state file opens" "$answer"
    recorded=$(records true)
    leases=$(leased)
    equal "every record is void" "$recorded" "$(records .void)"
    equal "no record of an ADD that had succeeded is lost" "" \
        "$(comm -23 <(reported attached) <(sort <(reported detaching) <(echo "$recorded")))"
    # host-local does not wait for the disk: after its DEL a lease may be back.
    equal "no lease is without a record before its DEL" "" \
        "$(comm -23 <(echo "$leases") <(sort <(reported detaching) <(echo "$recorded")))"
    answer=$("$programs/vfmap" recover 2>&1) || fail "recover" "$answer"
    pristine "after recover" "$before"
    equal "recover releases every address that a record tells of" "" \
        "$(comm -12 <(echo "$recorded") <(leased) | grep .)"
    # After its ADD it may have no content.
    unwritten=$(find $disk/networks -name '10.*' 2>/dev/null | wc -l)
    rm -rf $disk/networks
    call ADD "a-$1" a $vf0 >/dev/null || fail "ADD on pf0"
    call ADD "b-$1" b $vf1 >/tmp/b || fail "ADD on pf1"
    reaches a "$(jq -r '.ips[0].address' /tmp/b | sed 's,/.*,,')" && pass || fail "the VFs reach each other"
    call DEL "a-$1" a $vf0 || fail "DEL on pf0"
    call DEL "b-$1" b $vf1 || fail "DEL on pf1"
    pristine "after ADD and DEL" "$before"
    equal "no lease is left after DEL" "" "$(leased)"
    echo "cycle $1: after $(reported attached | wc -l) ADDs $(grep -c . <<<"$recorded") records," \
        "$(grep -c . <<<"$leases") leases, $unwritten that host-local lost sight of;" \
        "$passed passed, $failed failed"
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
        echo "$container detaching" >>$progress
        call DEL "$container" "$1" "$2"
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
        attach_and_detach a $vf0 &
        attach_and_detach b $vf1
        ;;
esac
