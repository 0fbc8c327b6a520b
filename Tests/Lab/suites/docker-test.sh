#!/usr/bin/env bash
# Runs inside the guest: Debian's dockerd gives its containers VFs through vfmapd.
#
# Usage: docker-test.sh DIRECTORY-OF-THE-PROGRAMS [--long]
# The machine has what `lab install --runtimes` installs. Every scenario ends with all VFs as they were and no
# record left.

set -uo pipefail

programs=$1
long=
[[ ${2:-} != --long ]] || long=1

# shellcheck source=Tests/Lab/lib/checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/checks.sh"
# State file, locks and sockets lie where they lie in production.
unset VFMAP_STATE
other_pf=/sys/bus/pci/devices/0000:02:00.0
vlan='.vlan_list[0].vlan // .vlan // 0'

state() { "$programs/vfmap" state export; }

no_record() { [[ $(state | jq '.attachments | length') == 0 ]]; }

phases() { state | jq -r '[.attachments[].phase] | join(" ")'; }

has_phases() { [[ $(phases) == "$1" ]]; }

# --- the daemons -------------------------------------------------------------------------------------------------------------------

vfmapd_answers() { [[ $(curl -s --unix-socket /run/vfmap/vfmapd.sock http://vfmapd/v1/status | jq -r .pid) == "$vfmapd_pid" ]]; }

start_vfmapd() {
    "$programs/vfmapd" >>"$work/vfmapd.log" 2>&1 &
    vfmapd_pid=$!
    await 60 vfmapd_answers || fail "vfmapd starts" "$(tail -5 "$work/vfmapd.log")"
}

start_containerd() {
    containerd >>"$work/containerd.log" 2>&1 &
    await 60 ctr version &>/dev/null || fail "containerd starts" "$(tail -5 "$work/containerd.log")"
}

docker_answers() { docker version &>/dev/null; }

start_dockerd() {
    # Its own containerd would have to be ready within 15 s.
    dockerd -D --containerd /run/containerd/containerd.sock --storage-driver overlay2 >>"$work/dockerd.log" 2>&1 &
    dockerd_pid=$!
    await 120 docker_answers || fail "dockerd starts" "$(tail -5 "$work/dockerd.log")"
}

end_process() { # SIGNAL PID
    kill "-$1" "$2"
    wait "$2" 2>/dev/null
}

# --- what users do -----------------------------------------------------------------------------------------------------------------

run() { # CONTAINER NETWORK [OPTIONS]
    docker run -d --name "$1" --network "$2" "${@:3}" bb:1 >"$work/run-$1" 2>&1 || fail "docker run $1" "$(cat "$work/run-$1")"
}

refused() { # NAME OF THE CHECK, WORDS, COMMAND…
    local words
    if words=$("${@:3}" 2>&1); then fail "$1" "it succeeded"; else contains "$1" "$2" "$words"; fi
}

remove() { docker rm -f "$@" >"$work/rm" 2>&1 || fail "docker rm -f $*" "$(cat "$work/rm")"; }

# A container that does not run has process 0, and that would be everybody.
process_of() {
    local process
    process=$(docker inspect -f '{{.State.Pid}}' "$1")
    if ((process > 1)); then echo "$process"; else fail "container $1 runs" >&2; fi
}

inside() { # CONTAINER COMMAND…
    # `docker exec` takes seconds.
    nsenter -t "$(process_of "$1")" -n "${@:2}"
}

link_in() { # CONTAINER INTERFACE JQ
    inside "$1" ip -json -details link show "$2" 2>/dev/null | jq -r ".[0]$3"
}

interfaces_in() { inside "$1" ip -json link show | jq -r '[.[].ifname | select(. != "lo")] | sort | join(" ")'; }

default_routes_in() { inside "$1" ip -json route show default | jq -r 'map("\(.dev) \(.gateway)") | join(" ")'; }

pings() { # CONTAINER ADDRESS
    inside "$1" ping -c 1 -W 1 "$2" &>/dev/null
}

inspect() { # CONTAINER JQ-PATH BELOW ITS NETWORKS
    docker inspect "$1" | jq -r ".[0].NetworkSettings.Networks$2"
}

address_of() { inspect "$1" ".$2.IPAddress"; } # CONTAINER NETWORK

vf_of() { # CONTAINER: address of its VF
    link_in "$1" eth0 .parentdev
}

prepare_machine() {
    local module name
    for module in overlay bridge br_netfilter veth nf_tables nft_compat nft_chain_nat nf_nat xt_MASQUERADE xt_conntrack \
        xt_addrtype xt_mark xt_comment xt_nat xt_multiport xt_tcpudp iptable_nat iptable_filter; do
        modprobe $module || fail "load $module"
    done
    mkdir -p /image/{bin,dev,etc,proc,sys,tmp,run}
    cp /bin/busybox /image/bin/busybox
    for name in sh sleep; do ln -s busybox /image/bin/$name; done
    mkdir -p /etc/vfmap
    echo '{"resourceList":[{"resourceName":"spread","selectors":[{"pfNames":["pf0#0"]},{"pfNames":["pf1#0"]}]}]}' \
        >/etc/vfmap/config.json
    "$programs/vfmap" create --pf pf0 --count 2 >/dev/null || fail "create 2 VFs on pf0"
    "$programs/vfmap" create --pf pf1 --count 2 >/dev/null || fail "create 2 VFs on pf1"
}

link_has_carrier_in() { # CONTAINER INTERFACE
    [[ $(link_in "$1" "$2" '.flags | index("LOWER_UP") != null') == true ]]
}

carrier_of() { [[ $(cat "/sys/class/net/$1/carrier" 2>/dev/null) == 1 ]]; }

scenario() {
    echo "-- $1"
    started=$SECONDS
}

released() { # NAME OF THE SCENARIO
    pristine "$1" "$before"
    echo "        $((SECONDS - started)) s"
}

started=$SECONDS
prepare_machine
start_vfmapd
start_containerd
start_dockerd
tar -C /image -c . | docker import -c 'CMD ["/bin/sleep", "900"]' - bb:1 >/dev/null || fail "import an image"
before=$(snapshot)
own_mac=$(cat /sys/bus/pci/devices/$vf0/net/*/address)
echo "        the daemons are ready after $((SECONDS - started)) s"

scenario "networks: what is wrong with one is told at once"
create() { docker network create -d sriov "$@"; }
refused "no parent" "NetworkDriver.CreateNetwork: parent: missing, must be the name or the PCI address of a PF" create wrong
refused "a parent that is none" "parent: docker0 is not a physical function with SR-IOV" create -o parent=docker0 wrong
refused "an unknown option" "vlann: is not a known option; there are link_state" create -o parent=pf0 -o vlann=1 wrong
refused "a VLAN that is none" 'vlan: must be an integer from 0 to 4094, not "4095"' create -o parent=pf0 -o vlan=4095 wrong
refused "a pool that is none" 'pool "fast" is not in /etc/vfmap/config.json, which has spread' create -o pool=fast wrong
equal "none of them is left" "" "$(docker network ls -q --filter driver=sriov)"
create --subnet 10.9.0.0/24 --gateway 10.9.0.254 -o pool=spread -o vlan=100 -o mtu=1400 spread >/dev/null ||
    fail "create network spread"
create --subnet 10.9.1.0/24 -o parent=0000:01:00.0 left >/dev/null || fail "create network left"
create --subnet 10.9.2.0/24 -o netdevice=pf1 -o vlan=200 -o prefix=net far >/dev/null || fail "create network far"
released "networks alone"

scenario "two containers on two PFs, and one in another VLAN"
run c1 spread --ip 10.9.0.5 --mac-address 02:11:22:33:44:55 -p 8080:80
run c2 spread
equal "the VFs are of two PFs" "$vf0 0000:02:10.0" "$(vf_of c1) $(vf_of c2)"
equal "the MAC that was asked for" "02:11:22:33:44:55" "$(link_in c1 eth0 .address)"
equal "Docker knows a MAC that nobody asked for" "$(link_in c2 eth0 .address)" "$(inspect c2 .spread.MacAddress)"
contains "the address that was asked for" "10.9.0.5/24" "$(inside c1 ip address show eth0)"
equal "the MTU" 1400 "$(link_in c1 eth0 .mtu)"
equal "one default route" "eth0 10.9.0.254" "$(default_routes_in c1)"
equal "no interface besides" eth0 "$(interfaces_in c1)"
equal "VLANs at the PFs" "100 100" "$(vf_field pf0 0 "$vlan") $(vf_field pf1 0 "$vlan")"
equal "no trust is left of the move" "false false" "$(vf_field pf0 0 .trust) $(vf_field pf1 0 .trust)"
# Docker's last call comes before it moves the interface.
await 60 has_phases "attached attached" && pass "both are recorded as in use" || fail "both are recorded as in use" "$(phases)"
contains "published ports are told of" "ports are not published on a VF" "$(grep 8080:80/tcp "$work/vfmapd.log")"
await 60 pings c1 "$(address_of c2 spread)" && pass "they reach each other" || fail "they reach each other"
run c3 far
equal "another prefix" net0 "$(interfaces_in c3)"
inside c3 ip address add 10.9.0.77/24 dev net0
# With carrier it would reach the others, were it in their VLAN. Nothing tells that no answer will come: ping waits for a time.
await 120 link_has_carrier_in c3 net0 || fail "the container in the other VLAN has carrier"
pings c3 "$(address_of c2 spread)" && fail "the VLANs are apart" || pass "the VLANs are apart"
remove c3
remove c1
equal "the end of one leaves the other" "attached" "$(phases)"

scenario "the next containers on the same VF"
run c1 spread
equal "the third container has the VF's own MAC" \
    "$own_mac" "$(link_in c1 eth0 .address)"
remove c1
run c1 spread --mac-address 02:11:22:33:44:66
equal "the same VF" "$vf0" "$(vf_of c1)"
equal "the fourth has one of its own" "02:11:22:33:44:66" "$(link_in c1 eth0 .address)"
await 60 pings c1 "$(address_of c2 spread)" && pass "and reaches the other" || fail "and reaches the other"
docker restart -t 0 c1 >/dev/null || fail "docker restart"
equal "restarted, it has its MAC again" "02:11:22:33:44:66" "$(link_in c1 eth0 .address)"
await 60 pings c1 "$(address_of c2 spread)" && pass "and reaches the other" || fail "and reaches the other"
echo "        $((SECONDS - started)) s"

scenario "a second VF for a running container, with options of its own"
docker network connect --driver-opt vlan=300 --driver-opt trust=on --driver-opt max_tx_rate=100 left c1 || fail "network connect"
equal "both interfaces" "eth0 eth1" "$(interfaces_in c1)"
equal "its VLAN, trust and rate" "300 true 100" "$(vf_field pf0 1 "$vlan") $(vf_field pf0 1 .trust) $(vf_field pf0 1 .rate.max_tx)"
refused "a wrong option" "link_state: must be auto, enable or disable, not \"up\"" \
    docker network connect --driver-opt link_state=up left c2
refused "what the driver cannot do, in the kernel's words" "protocol not supported" \
    docker network connect --driver-opt vlan=5 --driver-opt vlan_proto=802.1ad far c2
docker network disconnect left c1 || fail "network disconnect"
equal "the first interface stays" eth0 "$(interfaces_in c1)"
pings c1 "$(address_of c2 spread)" && pass "and works" || fail "and works"
echo "        $((SECONDS - started)) s"

scenario "no VF is left"
run d1 left
refused "the user is told" "NetworkDriver.CreateEndpoint: pf0 has no free VF among its 2" \
    docker run -d --name d2 --network left bb:1
remove d1 d2
echo "        $((SECONDS - started)) s"

scenario "vfmapd is killed under live containers"
end_process KILL "$vfmapd_pid"
pings c1 "$(address_of c2 spread)" && pass "they go on" || fail "they go on"
start_vfmapd
equal "they keep their VFs" "attached attached" "$(phases)"
remove c1 c2
released "vfmapd killed"

scenario "dockerd is stopped and started under a live container"
run c1 spread --mac-address 02:11:22:33:44:77
end_process TERM "$dockerd_pid"
released "dockerd stopped"
start_dockerd
docker start c1 >/dev/null || fail "docker start after dockerd was stopped"
equal "its next life has its MAC" "02:11:22:33:44:77" "$(link_in c1 eth0 .address)"
await 60 has_phases attached || fail "it is in use" "$(phases)"

scenario "dockerd is killed under a live container"
end_process KILL "$dockerd_pid"
equal "the container keeps its VF" attached "$(phases)"
start_dockerd
# Mostly at once, when dockerd removes the namespace. If vfmapd has looked between that and the end of the container's last process,
# the VF is leaving, for which Docker has 60 s.
await 130 no_record && pass "its VF comes back by itself" || fail "its VF comes back by itself" "$(state)"
released "dockerd killed"
docker start c1 >/dev/null || fail "docker start after dockerd was killed"
await 60 has_phases attached && pass "its next life has its VF" || fail "its next life has its VF" "$(phases)"
remove c1
released "dockerd killed, container started again"

scenario "networks without a way out, and the network of nobody's addresses"
create --internal --subnet 10.9.3.0/24 -o parent=pf1 inner >/dev/null || fail "create network inner"
create --ipam-driver null -o parent=pf1 plain >/dev/null || fail "create network plain"
run c1 inner
equal "no gateway" "" "$(default_routes_in c1)"
equal "no interface besides" eth0 "$(interfaces_in c1)"
remove c1
run c1 plain
equal "no address" "" "$(inside c1 ip -json -4 address show eth0 | jq -r '.[0].addr_info // [] | map(.local) | join(" ")')"
equal "no interface besides, with no gateway" eth0 "$(interfaces_in c1)"
remove c1
docker network rm inner plain >/dev/null || fail "network rm"
released "inner networks"

scenario "a card as a whole"
create --subnet 10.9.4.0/24 -o parent=pf1 -o mode=passthrough whole >/dev/null || fail "create network whole"
refused "passthrough takes no VLAN" "vlan: is a setting of a VF" create -o parent=pf1 -o mode=passthrough -o vlan=1 wrong
run c1 whole
equal "the PF is in the container" 0000:02:00.0 "$(vf_of c1)"
refused "it has no VF meanwhile" "Error response" docker run -d --name d1 --network far bb:1
remove c1 d1
docker network rm whole >/dev/null || fail "network rm"
await 60 carrier_of pf1 || fail "pf1 has carrier again"
released "a card as a whole"

scenario "the VFs are removed under a container"
run c1 spread
run c2 far
echo 0 >$other_pf/sriov_numvfs
# Before the timer, which comes after 60 s.
await 45 has_phases attached && pass "its record ends by itself" || fail "its record ends by itself" "$(phases)"
remove c2
equal "the other one is untouched" "attached" "$(phases)"
remove c1
no_record && pass "no record is left" || fail "no record is left" "$(state)"
refused "there is none to give" "pf1 has no free VF among its 0" docker run -d --name d1 --network far bb:1
docker rm d1 >/dev/null
"$programs/vfmap" create --pf pf1 --count 2 >/dev/null || fail "create 2 VFs on pf1"
before=$(snapshot)
run c2 far
remove c2
released "VFs made anew"

# Both are called eth0 where they come from.
scenario "a VF beside a bridge"
run c1 bridge
docker network connect spread c1 || fail "network connect"
equal "both interfaces" "eth0 eth1" "$(interfaces_in c1)"
equal "one default route" 1 "$(default_routes_in c1 | wc -w | awk '{ print $1 / 2 }')"
remove c1
released "a VF beside a bridge"

if [[ -n $long ]]; then
    scenario "how long docker run takes, beside a bridge's"
    for network in bridge spread bridge spread bridge spread; do
        began=${EPOCHREALTIME/[.,]/}
        run c1 $network
        ended=${EPOCHREALTIME/[.,]/}
        echo "        $network: $(((ended - began) / 1000)) ms"
        remove c1
    done
    released "docker run"

    scenario "containers are stopped and removed while vfmapd is away"
    run c1 spread --mac-address 02:11:22:33:44:88
    run c2 spread
    end_process KILL "$vfmapd_pid"
    docker stop -t 0 c1 >/dev/null || fail "docker stop without vfmapd"
    remove c2
    echo "        Docker waited $((SECONDS - started)) s"
    start_vfmapd
    await 150 no_record && pass "both VFs come back by themselves" || fail "both VFs come back by themselves" "$(state)"
    remove c1
    released "stopped without vfmapd"

    scenario "IPv6"
    create --ipv6 --subnet 10.9.5.0/24 --subnet fd00:9::/64 --gateway fd00:9::1 -o pool=spread -o vlan=7 six >/dev/null ||
        fail "create network six"
    run c1 six --ip6 fd00:9::5
    run c2 six
    contains "the address" "fd00:9::5/64" "$(inside c1 ip -6 address show eth0)"
    contains "the gateway" "default via fd00:9::1" "$(inside c1 ip -6 route)"
    await 60 pings c2 fd00:9::5 && pass "they reach each other" || fail "they reach each other"
    remove c1 c2
    docker network rm six >/dev/null || fail "network rm"
    released "IPv6"

    scenario "a network is removed whose endpoints Docker has lost"
    run c1 left
    await 60 has_phases attached || fail "it is in use" "$(phases)"
    end_process KILL "$dockerd_pid"
    end_process KILL "$vfmapd_pid"
    start_vfmapd
    start_dockerd
    remove c1
    docker network rm left >/dev/null || fail "network rm"
    await 60 no_record && pass "nothing is left of them" || fail "nothing is left of them" "$(state)"
    released "lost endpoints"
    create --subnet 10.9.1.0/24 -o parent=0000:01:00.0 left >/dev/null || fail "create network left again"

    scenario "vfmapd is killed at random moments"
    lost=0
    for ((round = 0; round < 6; round++)); do
        (
            # The time is what is tried: whatever Docker's call is at by then.
            sleep "$((RANDOM % 3)).$((RANDOM % 10))"
            kill -KILL "$vfmapd_pid"
        ) &
        docker run -d --name c1 --network spread --mac-address 02:11:22:33:44:9$round bb:1 &>/dev/null
        wait $! 2>/dev/null
        wait "$vfmapd_pid" 2>/dev/null
        start_vfmapd
        remove c1
        await 150 no_record && [[ $(snapshot) == "$before" ]] || lost=$((lost + 1))
    done
    equal "no VF is lost or dirty in $round rounds" 0 "$lost"
    released "killed at random moments"

    scenario "the card is taken out under a container"
    run c1 spread
    run c2 far
    echo 1 >$other_pf/remove
    remove c2
    equal "the other one is untouched" "attached" "$(phases)"
    refused "the card's networks tell of it" "PF pf1 (0000:02:00.0) is gone" docker run -d --name d1 --network far bb:1
    refused "and none is made" "parent: pf1 is not a physical function with SR-IOV" create -o parent=pf1 wrong
    docker rm d1 >/dev/null
    remove c1
    no_record && pass "no record is left" || fail "no record is left" "$(state)"
    echo 1 >/sys/bus/pci/rescan
    await 60 test -e $other_pf/net
    # Under another name than before, which the network does not mind.
    ip link set "$(ls $other_pf/net)" name again
    ip link set again up
    await 60 carrier_of again
    "$programs/vfmap" create --pf again --count 2 >/dev/null || fail "create 2 VFs on the card"
    before=$(snapshot)
    run c2 far
    equal "its networks work again" 0000:02:00.0 "$(state | jq -r '.attachments[0].subject.parent')"
    remove c2
    released "a card put back"
fi

scenario "the end of the networks"
docker network rm spread left far >/dev/null || fail "network rm"
equal "Docker has none" "" "$(docker network ls -q --filter driver=sriov)"
released "the end"
equal "vfmapd was never in trouble" "" "$(grep -E ' (error|critical) ' "$work/vfmapd.log")"

end_process TERM "$dockerd_pid"
end_process TERM "$vfmapd_pid"
echo "        all of it took $SECONDS s"
((failed == 0)) || cat "$work/vfmapd.log"

rm -rf "$work"
echo
echo "$passed passed, $failed failed"
((failed == 0))
