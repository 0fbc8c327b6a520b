#!/usr/bin/env bash
# Runs inside the guest: containerd, and with --long podman too, give their containers VFs.
#
# Usage: runtimes-test.sh DIRECTORY-OF-THE-PROGRAMS [--long]
# The machine has what `lab install --runtimes` installs.

set -uo pipefail

programs=$1
long=
[[ ${2:-} != --long ]] || long=1
# The runtimes look there by themselves.
networks=/etc/cni/net.d
results=/var/lib/cni/results

# shellcheck source=Tests/Lab/lib/checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/checks.sh"
# State file and locks lie where they lie in production.
unset VFMAP_STATE
vf1=0000:02:10.0

held_leases() { find /var/lib/cni/networks -name '10.*' 2>/dev/null | wc -l; }

owners() { "$programs/vfmap" state export | jq -r '[.attachments[].owner.container] | sort | join(" ")'; }

# host-local goes on after the address that it gave last.
forget_leases() { rm -rf /var/lib/cni/networks; }

no_record() { [[ -z $(owners) ]]; }

released() { # NAME OF THE SCENARIO, SNAPSHOT BEFORE
    pristine "$1" "$2"
    equal "$1: no lease is left" 0 "$(held_leases)"
}

network() { # NAME DEVICE IPAM [LATER PLUGINS]
    echo "{\"cniVersion\":\"1.0.0\",\"name\":\"$1\",\"plugins\":[
        {\"type\":\"sriov\",\"deviceID\":\"$2\",\"vlan\":100,\"ipam\":$3}${4:+,$4}]}" >"$networks/$1.conflist"
}

host_local() { # FIRST ADDRESS
    echo "{\"type\":\"host-local\",\"ranges\":[[{\"subnet\":\"10.9.0.0/24\",\"rangeStart\":\"$1\"}]]}"
}

static() { # ADDRESS
    echo "{\"type\":\"static\",\"addresses\":[{\"address\":\"$1\",\"gateway\":\"10.9.0.1\"}]}"
}

prepare_machine() {
    local module name
    for module in overlay bridge veth nf_tables nft_compat nft_chain_nat nf_nat xt_MASQUERADE xt_comment xt_conntrack xt_addrtype; do
        modprobe $module || fail "load $module"
    done
    mkdir -p /rootfs/{bin,dev,etc,proc,sys,tmp,run} /opt/cni/bin "$networks"
    cp /bin/busybox /rootfs/bin/busybox
    for name in sh sleep ping ip; do ln -s busybox /rootfs/bin/$name; done
    ln -sf "$programs/sriov" /opt/cni/bin/sriov
    rm -f "$networks"/*
    "$programs/vfmap" create --pf pf0 --count 1 >/dev/null || fail "create a VF on pf0"
    "$programs/vfmap" create --pf pf1 --count 1 >/dev/null || fail "create a VF on pf1"
}

# --- containerd --------------------------------------------------------------------------------------------------------------------

declare -A clients

start_containerd() {
    containerd >>"$work/containerd.log" 2>&1 &
    containerd_pid=$!
    await 60 ctr version >/dev/null 2>&1 || fail "containerd starts" "$(tail -5 "$work/containerd.log")"
}

# `ctr` takes whatever network lies first in the directory, and knows it until its container ends.
launch() { # CONTAINER
    # A session of its own, so that it can be killed with its plugins.
    setsid ctr run --rm --cni --rootfs /rootfs "$1" /bin/sleep 900 >"$work/ctr-$1.log" 2>&1 &
    clients[$1]=$!
}

network_is_up() { # CONTAINER
    # The CNI library keeps the result as soon as the last plugin of the chain has ended.
    compgen -G "$results/*-default-$1-eth0" >/dev/null || ! kill -0 "${clients[$1]}" 2>/dev/null
}

run() { # CONTAINER
    launch "$1"
    await 60 network_is_up "$1"
    kill -0 "${clients[$1]}" 2>/dev/null || fail "ctr run $1" "$(tail -3 "$work/ctr-$1.log")"
}

process_of() { ctr task ls | awk -v name="$1" '$1 == name { print $2 }'; }

in_container() { # CONTAINER COMMAND…
    local container=$1
    shift
    ctr task exec --exec-id "x$RANDOM$RANDOM" "$container" "$@"
}

pings() { # CONTAINER ADDRESS [OPTIONS OF PING]
    in_container "$1" /bin/ping -c 1 -W 1 "${@:3}" "$2" &>/dev/null
}

end() { # CONTAINER: ends it, and waits for its client
    ctr task kill -s KILL "$1" || fail "kill $1"
    wait "${clients[$1]}"
}

# What is left of a container whose client did not clean up.
discard() { # CONTAINER
    local process
    process=$(process_of "$1")
    ctr task kill -s KILL "$1" &>/dev/null
    [[ -z $process ]] || await 60 eval "! kill -0 $process 2>/dev/null" || fail "the process of $1 ends"
    await 60 eval "ctr task rm -f $1 &>/dev/null; ctr container rm $1 &>/dev/null; ! ctr container info $1 &>/dev/null" ||
        fail "remove container $1"
    rm -f "$results"/*-default-"$1"-eth0
}

recover() { # NAME OF THE SCENARIO
    "$programs/vfmap" recover >"$work/recover" 2>&1 || fail "$1: recover" "$(cat "$work/recover")"
}

prepare_machine
start_containerd

echo "-- containerd: two containers on two PFs, with host-local and tuning"
before=$(snapshot)
network lab $vf0 "$(host_local 10.9.0.10)" '{"type":"tuning","mtu":1400,"sysctl":{"net.core.somaxconn":"500"}}'
started=$SECONDS
run a
network lab $vf1 "$(host_local 10.9.0.10)" '{"type":"tuning","mtu":1400,"sysctl":{"net.core.somaxconn":"500"}}'
run b
echo "        two containers run after $((SECONDS - started)) s"
equal "both are recorded" "default-a default-b" "$(owners)"
equal "both have a lease" 2 "$(held_leases)"
contains "tuning comes after us in the chain" "mtu 1400" "$(in_container a /bin/ip link show eth0)"
contains "the container has its address" "10.9.0.10/24" "$(in_container a /bin/ip address show eth0)"
equal "VLAN at the PF" 100 "$(vf_field pf0 0 '.vlan_list[0].vlan // .vlan')"
await 60 pings a 10.9.0.11 && pass "the containers reach each other" || fail "the containers reach each other"
pings b 10.9.0.10 && pass "and the other way" || fail "and the other way"
end a
equal "the end of one leaves the other" "default-b" "$(owners)"
end b
released "containerd" "$before"

echo "-- containerd: the next containers on the same VFs, with static addresses"
network lab $vf0 "$(static 10.9.0.5/24)"
run a
network lab $vf1 "$(static 10.9.0.6/24)"
run b
await 60 pings a 10.9.0.6 && pass "the second containers reach each other" || fail "the second containers reach each other"
kill -9 "$(process_of a)" "$(process_of b)"
wait "${clients[a]}" "${clients[b]}"
# The kernel may have brought the one home under the host's name of the other, which then waits for it.
recover "containers killed from outside"
released "containers killed from outside" "$before"

echo "-- containerd: a later plugin fails"
network lab $vf0 "$(host_local 10.9.0.10)" '{"type":"tuning","sysctl":{"net.core.nothing":"1"}}'
launch a
wait "${clients[a]}" && fail "ctr run fails with its plugin"
contains "the reason is told" "nothing" "$(cat "$work/ctr-a.log")"
await 60 eval '! ctr container info a &>/dev/null' || discard a
released "a later plugin fails" "$before"

echo "-- containerd: the client is killed, its container lives on"
network lab $vf0 "$(host_local 10.9.0.10)" '{"type":"tuning","mtu":1400}'
run a
kill -9 "${clients[a]}"
wait "${clients[a]}" 2>/dev/null
recover "client killed"
equal "recover leaves the VF to a container that lives" "default-a" "$(owners)"
discard a
recover "client killed"
released "client killed" "$before"

echo "-- containerd: sbr after us"
# This plugin's DEL fails without CNI_NETNS, which `ctr` does not give: then ours is never called.
forget_leases
network lab $vf0 "$(host_local 10.9.0.10)" '{"type":"sbr"}'
run a
network lab $vf1 "$(host_local 10.9.0.10)" '{"type":"sbr"}'
run b
contains "sbr finds the interface in our result" "from 10.9.0.10" "$(nsenter -t "$(process_of a)" -n ip rule)"
await 60 pings a 10.9.0.11 -I 10.9.0.10 && pass "they reach each other by the table of sbr" ||
    fail "they reach each other by the table of sbr"
end a
end b
if [[ -n $(owners) ]]; then
    rm -f "$results"/*
    network lab $vf0 "$(host_local 10.9.0.10)"
    run c
    contains "a VF that nobody gave back goes to the next container" default-c "$(owners)"
    end c
    recover "sbr"
fi
released "sbr" "$before"

echo "-- containerd: daemon and clients are killed, the containers live on"
forget_leases
network lab $vf0 "$(host_local 10.9.0.10)"
run a
network lab $vf1 "$(host_local 10.9.0.10)"
run b
kill -9 "${clients[a]}" "${clients[b]}" "$containerd_pid"
wait "${clients[a]}" "${clients[b]}" "$containerd_pid" 2>/dev/null
recover "daemon killed"
equal "the VFs stay with their containers" "default-a default-b" "$(owners)"
start_containerd
await 60 pings a 10.9.0.11 && pass "and still work" || fail "and still work"
discard a
discard b
recover "daemon killed"
released "daemon killed" "$before"

echo "-- containerd: the daemon is killed alone"
network lab $vf0 "$(host_local 10.9.0.10)"
run a
kill -9 "$containerd_pid"
wait "$containerd_pid" 2>/dev/null
# Its client takes that for the end, and takes the VF out of a container that lives.
wait "${clients[a]}"
released "daemon killed alone" "$before"
start_containerd
discard a

echo "-- containerd: client and plugins are killed at random moments"
rounds=4
[[ -z $long ]] || rounds=8
network lab $vf0 "$(host_local 10.9.0.10)" '{"type":"tuning","mtu":1400}'
lost=0
for ((round = 0; round < rounds; round++)); do
    launch a
    # The time is what is tried: whatever client and plugins are at by then.
    sleep "$((RANDOM % 3)).$((RANDOM % 10))"
    kill -9 -- "-${clients[a]}" 2>/dev/null
    wait "${clients[a]}" 2>/dev/null
    discard a
    recover "round $round"
    [[ $(snapshot) == "$before" && -z $(owners) ]] || lost=$((lost + 1))
    # A lease that host-local had given when it was killed is known to nobody but host-local.
    forget_leases
done
equal "no VF is lost or dirty in $rounds rounds" 0 "$lost"
released "killed at random moments" "$before"
kill "$containerd_pid"
wait "$containerd_pid" 2>/dev/null

# --- podman ------------------------------------------------------------------------------------------------------------------------

podman() {
    command podman --cgroup-manager cgroupfs --events-backend file --storage-driver vfs --network-backend cni "$@"
}

podman_run() { # CONTAINER NETWORK [OPTIONS]
    # ping needs the capability.
    podman run -d --cap-add NET_RAW --name "$1" --network "$2" "${@:3}" --rootfs /rootfs /bin/sleep 900 >"$work/podman-$1.log" 2>&1 ||
        fail "podman run $1" "$(tail -3 "$work/podman-$1.log")"
}

podman_pings() { podman exec "$1" /bin/ping -c 1 -W 1 "${@:3}" "$2" &>/dev/null; }

# A container that did not start has process 0, and that would be everybody.
podman_process() {
    local process
    process=$(podman_field "$1" .State.Pid)
    if ((process > 1)); then echo "$process"; else fail "container $1 runs" >&2; fi
}

podman_field() { podman inspect "$1" | jq -r ".[0]$2"; }

if [[ -n $long ]]; then
    echo "-- podman: two containers on two PFs, with tuning and sbr"
    rm -f "$networks"/*
    network red $vf0 "$(host_local 10.9.0.10)" '{"type":"tuning","mtu":1400,"capabilities":{"mac":true}},{"type":"sbr"}'
    network blue $vf1 "$(host_local 10.9.0.20)"
    started=$SECONDS
    forget_leases
    podman_run a red
    podman_run b blue
    echo "        two containers run after $((SECONDS - started)) s"
    equal "both have a lease" 2 "$(held_leases)"
    equal "podman knows the address" 10.9.0.10 "$(podman_field a .NetworkSettings.Networks.red.IPAddress)"
    equal "and the MAC" "$(nsenter -t "$(podman_field a .State.Pid)" -n ip -json link show eth0 | jq -r '.[0].address')" \
        "$(podman_field a .NetworkSettings.Networks.red.MacAddress)"
    contains "sbr finds the interface in our result" "from 10.9.0.10" \
        "$(nsenter -t "$(podman_field a .State.Pid)" -n ip rule)"
    await 60 podman_pings a 10.9.0.20 -I 10.9.0.10 && pass "the containers reach each other" ||
        fail "the containers reach each other"
    podman rm -f -t 0 a b >/dev/null || fail "podman rm"
    released "podman" "$before"

    echo "-- podman: a MAC, and the container's process is killed"
    # Not red: tuning would set the MAC once more, which igbvf refuses to a VF without trust.
    podman_run a blue --mac-address 02:11:22:33:44:55
    equal "the MAC asked for" 02:11:22:33:44:55 \
        "$(nsenter -t "$(podman_field a .State.Pid)" -n ip -json link show eth0 | jq -r '.[0].address')"
    kill -9 "$(podman_process a)"
    await 60 no_record && pass "podman's own clean-up gives the VF back" || fail "podman's own clean-up gives the VF back"
    released "container killed" "$before"
    podman rm -f -t 0 a >/dev/null || fail "podman rm"

    echo "-- podman: conmon is killed with the container"
    podman_run a red
    kill -9 "$(cat "$(podman_field a .ConmonPidFile)")" "$(podman_process a)"
    podman rm -f -t 0 a >/dev/null || fail "podman rm after conmon was killed"
    [[ -z $(owners) ]] || recover "conmon killed"
    released "conmon killed" "$before"

    echo "-- podman: a VF that is taken"
    podman_run a red
    podman run --rm --name b --network red --rootfs /rootfs /bin/sleep 1 >"$work/taken" 2>&1 && fail "the VF is given twice"
    contains "podman tells who has it" "$(podman_field a .Id)" "$(cat "$work/taken")"
    equal "and the first keeps it" "$(podman_field a .Id)" "$(owners)"
    podman rm -f -t 0 --ignore a b >/dev/null || fail "podman rm"
    released "a VF that is taken" "$before"
fi

"$programs/vfmap" create --pf pf0 --count 0 >/dev/null || fail "remove the VF of pf0"
"$programs/vfmap" create --pf pf1 --count 0 >/dev/null || fail "remove the VF of pf1"
rm -rf "$work"

echo
echo "$passed passed, $failed failed"
((failed == 0))
