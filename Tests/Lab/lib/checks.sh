# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by the tests inside the guest, with `programs` set: how they check, and what a machine that nobody
# works on looks like.

passed=0
failed=0
work=$(mktemp -d)
export VFMAP_STATE=$work/state.db
export CNI_PATH=/usr/lib/cni
vf0=0000:01:10.0
vf1=0000:01:10.2

pass() {
    passed=$((passed + 1))
    echo "ok      $1"
}

fail() {
    failed=$((failed + 1))
    echo "FAILED  $1"
    [[ -z ${2:-} ]] || sed 's/^/        /' <<<"$2"
}

equal() {
    if [[ $2 == "$3" ]]; then pass "$1"; else fail "$1" "expected: $2"$'\n'"found:    $3"; fi
}

contains() {
    if [[ $3 == *"$2"* ]]; then pass "$1"; else fail "$1" "expected to contain: $2"$'\n'"found: $3"; fi
}

await() { # SECONDS COMMAND…
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.1
    done
}

# What must be the same after every scenario: VFs as their PFs see them, interfaces as the host does.
#
# A MAC that a VF reports by itself counts as none: only an administered one would lock it.
snapshot() {
    ip -json -details link show | jq -S 'map(.address) as $own | map(.vfinfo_list |= (. // [] | map(
        .address |= (. as $mac | if ($own | index($mac)) then "00:00:00:00:00:00" else $mac end)))) |
        map(select(.ifname != "lo") | {
        ifname, altnames, address, mtu, txqlen, ifalias, up: (.flags | index("UP") != null),
        promisc: (.promiscuity // 0), allmulti: (.allmulti // 0), vfinfo_list}) | sort_by(.ifname)'
}

plugin() { # COMMAND CONTAINER CONFIGURATION [IFNAME]
    CNI_COMMAND=$1 CNI_CONTAINERID=$2 CNI_NETNS=/run/netns/$2 CNI_IFNAME=${4:-net1} \
        "$programs/sriov" <<<"$3"
}

conf() { # DEVICE [MORE JSON MEMBERS]
    echo "{\"cniVersion\":\"1.0.0\",\"name\":\"lab\",\"type\":\"sriov\",\"deviceID\":\"$1\"${2:+,$2}}"
}

# The containers that host-local knows to have an address.
addressed() { # DIRECTORY OF ITS FILES
    find "$1" -name '10.*' -exec head -qn 1 {} + 2>/dev/null | tr -d '\r' | grep . | sort
}

# The leases of attachments that are there now, of this boot or another; not what a writer has not finished.
lease_files() { # DIRECTORY OF LEASES
    find "$1" -type f -regex '.*-[0-9a-f]+:[0-9a-f]+:[0-9a-f]+\.[0-9a-f]' 2>/dev/null | sort
}

# The containers that leases tell of, and the leases that are damaged.
leased() { # DIRECTORY OF LEASES
    lease_files "$1" | while read -r file; do jq -r '.owner.container // empty' "$file" 2>/dev/null; done | sort
}

damaged_leases() { # DIRECTORY OF LEASES
    # jq takes an empty file for no error.
    lease_files "$1" | while read -r file; do [[ -s $file ]] && jq -e .owner.container "$file" &>/dev/null || echo "$file"; done
}

# The first run of a boot, whatever that of before left.
addresses_come_back() { # DIRECTORY OF LEASES, DIRECTORY OF HOST-LOCAL'S FILES
    local told damaged untold answer file
    told=$(leased "$1")
    damaged=$(damaged_leases "$1")
    # Files of one file system are made and deleted in the order in which programs did it; what is in them is not.
    untold=$(comm -23 <(addressed "$2") <(echo "$told"))
    (($(grep -c . <<<"$untold") <= $(grep -c . <<<"$damaged"))) && pass "each address has a lease, whole or damaged" ||
        fail "each address has a lease, whole or damaged" "without: $untold"$'\n'"damaged: $damaged"
    answer=$("$programs/vfmap" recover 2>&1) && pass "recover" || fail "recover" "$answer"
    for file in $damaged; do contains "recover warns of the damaged lease" "$file" "$answer"; done
    equal "recover gives back every address that a lease tells of" "" "$(comm -12 <(echo "$told") <(addressed "$2"))"
    equal "no lease is left" "" "$(ls -A "$1" 2>/dev/null)"
}

pristine() { # NAME OF THE SCENARIO, SNAPSHOT BEFORE
    local after
    after=$(snapshot)
    if [[ $2 == "$after" ]]; then
        pass "$1: every interface and VF is as before"
    else
        fail "$1: every interface and VF is as before" "$(diff <(echo "$2") <(echo "$after"))"
    fi
    equal "$1: no record is left" 0 "$("$programs/vfmap" state export | jq '.attachments | length')"
}

link_field() { # NAMESPACE INTERFACE JQ
    ip -n "$1" -json -details link show "$2" 2>/dev/null | jq -r ".[0]$3"
}

link_has_carrier() { # NAMESPACE INTERFACE
    [[ $(link_field "$1" "$2" '.flags | index("LOWER_UP") != null') == true ]]
}

# Whether a process that was started in another network namespace has come there.
is_elsewhere() { # PROCESS
    [[ $(readlink "/proc/$1/ns/net") != "$(readlink /proc/self/ns/net)" ]]
}

vf_field() { # PF INDEX JQ
    ip -json -details link show "$1" | jq -r ".[0].vfinfo_list[] | select(.vf == $2) | $3"
}

reaches() { # NAMESPACE ADDRESS
    # An emulated VF takes seconds to get carrier after it has come up.
    await 120 ip netns exec "$1" ping -c 1 -W 1 "$2" &>/dev/null
}
