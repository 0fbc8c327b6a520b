#!/usr/bin/env bash
# Runs inside the guest: metrics of the daemon, drift, and vfmap top, with real traffic.
#
# Usage: metrics-test.sh DIRECTORY-OF-THE-PROGRAMS

set -uo pipefail

programs=$1
vfmap=$programs/vfmap

# shellcheck source=Tests/Lab/lib/checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/checks.sh"

config=$work/config.json
export VFMAP_RUN=$work/run VFMAP_CONFIG=$config

configure() { # VFS OF pf0, WHAT THE DAEMON DOES ABOUT DRIFT
    cat >"$config" <<JSON
{"daemon": {"dockerSocket": null, "metrics": "127.0.0.1:9808", "drift": "$2", "reconcileSeconds": 5},
 "physicalFunctions": [
    {"name": "pf0", "numVFs": $1, "vfDriver": "netdevice", "vfDefaults": {"trust": "off"}},
    {"name": "pf1", "numVFs": 1}],
 "resourceList": [{"resourceName": "lab", "selectors": {"pfNames": ["pf0"]}}]}
JSON
}

daemon=
start_daemon() {
    "$programs/vfmapd" --config "$config" 2>"$work/log" &
    daemon=$!
    await 60 grep -q ' info ready' "$work/log" || fail "the daemon is ready" "$(<"$work/log")"
}

stop_daemon() {
    kill -TERM "$daemon"
    wait "$daemon"
    equal "the daemon ends as told" 0 $?
}

scrape() {
    local stream
    exec {stream}<>/dev/tcp/127.0.0.1/9808
    printf 'GET /metrics HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n' >&"$stream"
    # An answer is kept for a second.
    sed '1,/^\r$/d' <&"$stream"
    exec {stream}>&-
}

sample() { # NAME WITH LABELS, AS FAR AS THEY ARE GIVEN
    scrape | grep -F -- "$1" | grep -v '^#' | sed 's/.* //' | paste -sd ' '
}

is() { [[ $(sample "$1") == "$2" ]]; } # NAME WITH LABELS, VALUES

becomes() { # WHAT IT SAYS, NAME WITH LABELS, VALUES
    if await 60 is "$2" "$3"; then
        pass "$1"
    else
        fail "$1" "expected: $2 $3"$'\n'"found:    $(sample "$2")"$'\n'"$(tail -n 5 "$work/log")"
    fi
}

drivers_are() { # DEVICE DRIVER
    [[ $(basename "$(readlink "/sys/bus/pci/devices/$1/driver")") == "$2" ]]
}

vfs_are() { (($(<"/sys/class/net/$1/device/sriov_numvfs") == $2)); } # PF NUMBER

trust_is() { [[ $(vf_field pf0 1 .trust) == "$1" ]]; }

bytes() { ip -n a -s -json link show net1 | jq ".[0].stats64.$1.bytes"; } # rx|tx

ip link set lo up
for name in pf0 pf1; do
    ip link set $name up
    "$vfmap" create --pf $name --count 0 >/dev/null || fail "remove the VFs of $name"
done
for name in a b; do ip netns add $name; done
configure 2 report
"$vfmap" apply >/dev/null || fail "make the VFs"
vf2=0000:02:10.0
# A VF that gets its driver back takes the first free name of the kernel's, which must not be another's.
for vf in $vf0 $vf1 $vf2; do
    name=$(ls "/sys/bus/pci/devices/$vf/net")
    ip link set "$name" down
    ip link set "$name" name "lab${vf//[:.]/}" || fail "rename $name"
done
before=$(snapshot)
start_daemon

echo "-- the node"
answer=$(scrape)
contains "a scrape has the daemon's version" 'vfmap_build_info{version="' "$answer"
equal "VFs of the PFs" "2 1" "$(sample 'vfmap_pf_vfs{')"
equal "what the hardware offers" "7 7" "$(sample 'vfmap_pf_vfs_max{')"
equal "both PFs have carrier" "1 1" "$(sample 'vfmap_pf_carrier{')"
equal "the pool: free, taken, unusable" "2 0 0" "$(sample 'vfmap_pool_vfs{')"
equal "no PF failed" "0 0" "$(sample 'vfmap_scrape_error{')"
becomes "no drift" 'vfmap_drift_steps{' "0 0"
equal "igb does not count, so its zeros are not told" "" "$(grep 'source="pf"' <<<"$answer")"
equal "the interfaces do" 3 "$(grep -c '^sriov_vf_rx_bytes{.*source="interface"' <<<"$answer")"

echo "-- a VF in a container"
plugin ADD a "$(conf $vf0)" >/dev/null || fail "ADD"
"$vfmap" attach $vf2 --netns b >/dev/null || fail "attach"
plugin ADD b "$(conf $vf0)" net2 >/dev/null && fail "a second ADD of the same VF is refused"
becomes "an ADD is counted" 'vfmap_operations_total{kind="cni",operation="ADD",result="success"}' 1
becomes "and one that failed" 'vfmap_operations_total{kind="cni",operation="ADD",result="inUse"}' 1
becomes "both took time" 'vfmap_operation_duration_seconds_count{kind="cni",operation="ADD"}' 2
becomes "the command line is counted too" \
    'vfmap_operations_total{kind="cli",operation="attach",result="success"}' 1
becomes "the pool: free, taken, unusable" 'vfmap_pool_vfs{' "1 1 0"
becomes "who has it" \
    "vfmap_vf_attached{pf=\"pf0\",vf=\"0\",pciAddr=\"$vf0\",kind=\"cni\",network=\"lab\",container=\"a\",interface=\"net1\",phase=\"attached\"}" 1
ip -n a address add 10.9.0.1/24 dev net1
ip -n b address add 10.9.0.2/24 dev net1
if reaches a 10.9.0.2; then pass "the two VFs reach each other"; else fail "the two VFs reach each other"; fi
ip netns exec a ping -q -c 50 -i 0.02 -s 1000 10.9.0.2 >/dev/null
for direction in rx tx; do
    least=$(bytes $direction)
    # The daemon keeps an answer for a second: only the time tells that the next one is younger than the reading above.
    sleep 1.1
    told=$(sample "sriov_vf_${direction}_bytes{pf=\"pf0\",vf=\"0\",pciAddr=\"$vf0\",numa_node=\"-1\",source=\"interface\"}")
    most=$(bytes $direction)
    if ((least > 50000 && least <= told && told <= most)); then
        pass "${direction}_bytes are those of the container's interface"
    else
        fail "${direction}_bytes are those of the container's interface" "$least <= $told <= $most"
    fi
done

echo "-- vfmap top"
ip netns exec a ping -q -i 0.05 -s 1000 10.9.0.2 >/dev/null &
ping=$!
# igbvf brings its counters up to date every 2 s.
sample=$("$vfmap" top --count 1 --interval 5 --format json)
kill $ping
equal "top: the VF with traffic, by its own interface" "$vf0 interface a true" "$(jq -r '.virtualFunctions[0] |
    "\(.address) \(.source) \(.owner.container) \(.rxBitsPerSecond > 10000 and .rxPacketsPerSecond > 1)"' <<<"$sample")"
equal "top: the VF without" "$vf1 null" "$(jq -r '.virtualFunctions[1] | "\(.address) \(.owner)"' <<<"$sample")"
"$vfmap" top --interval 1 >"$work/top" &
top=$!
await 60 grep -q OWNER "$work/top"
kill -INT $top
wait $top
equal "top: Ctrl-C is no failure" 0 $?
contains "top: a block for a pipe" "SOURCE     OWNER" "$(<"$work/top")"

echo "-- a PF without carrier"
ip link set pf1 down
becomes "carrier is gone" 'vfmap_pf_carrier{' "1 0"
becomes "the PF is down" 'vfmap_pf_up{' "1 0"
ip link set pf1 up
becomes "carrier is back" 'vfmap_pf_carrier{' "1 1"

echo "-- drift is told"
ip link set pf0 vf 1 trust on
becomes "a setting" 'vfmap_drift_steps{' "1 0"
contains "status tells of it" "  pf0: set trust of VF 1 to off" "$("$vfmap" status --config "$config")"
echo $vf1 >/sys/bus/pci/drivers/igbvf/unbind
becomes "a driver" 'vfmap_drift_steps{' "2 0"
becomes "a VF without driver is unusable" 'vfmap_pool_vfs{' "0 1 1"
equal "and nothing is done" true "$(vf_field pf0 1 .trust)"
stop_daemon

echo "-- drift is mended"
configure 2 mend
start_daemon
becomes "nothing is left" 'vfmap_drift_steps{' "0 0"
if trust_is false; then pass "the setting is back"; else fail "the setting is back"; fi
if drivers_are $vf1 igbvf; then pass "the driver is back"; else fail "the driver is back"; fi
contains "the log tells of it" 'info mended pf=pf0 step="set trust of VF 1 to off"' "$(<"$work/log")"
configure 3 mend
becomes "what would disturb a VF in use is refused" 'vfmap_drift_mends_total{result="refused"}' 1
equal "the VF is in its container, and its PF as it was" "$vf0 2" \
    "$(link_field a net1 .parentdev) $(</sys/class/net/pf0/device/sriov_numvfs)"
contains "and the log says who has it" "VF $vf0 is attached to cni lab a/net1" "$(<"$work/log")"
equal "once" 1 "$(grep -c 'not mended' "$work/log")"
configure 2 mend
becomes "a configuration that fits is no drift" 'vfmap_drift_steps{' "0 0"
"$vfmap" detach $vf2 >/dev/null || fail "detach"
echo 0 >/sys/class/net/pf1/device/sriov_numvfs
if await 60 vfs_are pf1 1; then pass "VFs that somebody removed are made again"; else
    fail "VFs that somebody removed are made again" "$(tail -n 5 "$work/log")"
fi

echo "-- the end"
plugin DEL a "$(conf $vf0)" || fail "DEL"
becomes "a DEL is counted" 'vfmap_operations_total{kind="cni",operation="DEL",result="success"}' 1
becomes "the pool: free, taken, unusable" 'vfmap_pool_vfs{' "2 0 0"
becomes "nothing is attached" 'vfmap_attachments{phase="attached"}' 0
becomes "reconciliations did not fail" vfmap_reconciliation_failures_total 0
stop_daemon
equal "its sockets are gone" "" "$(find "$VFMAP_RUN" -name '*.sock')"
# The others lost their driver, or were removed, in between.
untouched() { jq "map(select(.ifname == \"pf0\" or .ifname == \"lab${vf0//[:.]/}\"))" <<<"$1"; }
equal "the PF, and the VF that was in the container, are as before" "$(untouched "$before")" "$(untouched "$(snapshot)")"
equal "no record is left" 0 "$("$vfmap" state export | jq '.attachments | length')"
for name in pf0 pf1; do "$vfmap" create --pf $name --count 0 >/dev/null || fail "remove the VFs of $name"; done
for name in a b; do ip netns del $name; done
rm -rf "$work"

echo
echo "$passed passed, $failed failed"
((failed == 0))
