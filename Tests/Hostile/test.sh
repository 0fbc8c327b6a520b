#!/usr/bin/env bash
# A container that attacks the VF it was given, beside the program that takes the VF back: no VF is lost, nothing of the
# container's is left in the host, and a failure keeps its record. It needs root, a C compiler and no hardware.
#
# Usage: test.sh [TEST…]     (`test.sh list` names them; without any, all run)
#
# In a network, a mount and a process namespace of its own, which are "the host", veth interfaces stand for VFs
# (parent-device.c) and a generated tree for /sys; containers are processes of an unprivileged user in a user and a network
# namespace of their own. Everything else is real: vfmap, its state file, and what the kernel does with names, moves and dumps.
#
# The environment:
#   VFMAP             the vfmap to test (default: .build/debug/vfmap); a vfmapd beside it is measured too
#   VFMAP_TEST_LONG   1: more rounds, and namespaces as large as they were seen to hurt
#   HOSTILE_ROUNDS    rounds of the first race, of most others a third (30; long: 200)
#   HOSTILE_ALTNAMES  alternative names in one namespace (30000; long: 294000)
#   HOSTILE_CROWD     network namespaces of an unprivileged user (100; long: 400)

set -uo pipefail
export LC_ALL=C PATH=$PATH:/usr/sbin:/sbin
here=$(cd -- "${BASH_SOURCE[0]%/*}" && pwd -P)
vfmap=${VFMAP:-$here/../../.build/debug/vfmap}
is_long=$([[ ${VFMAP_TEST_LONG:-} == 1 ]] && echo 1 || echo 0)
rounds=${HOSTILE_ROUNDS:-$((is_long ? 200 : 30))}
altname_count=${HOSTILE_ALTNAMES:-$((is_long ? 294000 : 30000))}
crowd=${HOSTILE_CROWD:-$((is_long ? 400 : 100))}
tests=(swap_when_an_altname_goes swap_when_it_goes_down swap_at_random swap_under_contention swap_back_and_forth swap_with_another_vf
    swap_into_a_nested_namespace renames_in_a_loop namespaces_that_flicker names_of_every_byte names_that_look_alike
    churn_beside_many_altnames altname_of_a_host_interface many_altnames many_namespaces)

if [[ ${1:-} == list ]]; then
    printf '%s\n' "${tests[@]}"
    exit 0
fi
for test; do
    if [[ " ${tests[*]} " != *" $test "* ]]; then
        echo "there is no test $test (test.sh list)" >&2
        exit 64
    fi
done

# MARK: Outside

if [[ -z ${HOSTILE_WORK:-} ]]; then
    if ((EUID != 0)); then
        echo "skipped: hostile containers need root" >&2
        exit 0
    fi
    if [[ ! -x $vfmap ]]; then
        echo "there is no $vfmap: swift build --product vfmap" >&2
        exit 1
    fi
    HOSTILE_WORK=$(mktemp -d)
    export HOSTILE_WORK
    trap 'rm -rf -- "$HOSTILE_WORK"' EXIT
    chmod 755 "$HOSTILE_WORK"
    cc -O2 -Wall -Wextra -Werror -o "$HOSTILE_WORK/attacker" "$here/attacker.c" \
        && cc -O2 -Wall -Wextra -Werror -fPIC -shared -o "$HOSTILE_WORK/parent-device.so" "$here/parent-device.c" -ldl \
        && cc -O2 -Wall -Wextra -Werror -o "$HOSTILE_WORK/measure" "$here/../Bench/measure.c" || exit 1
    # With the process namespace ends everything that a test has started.
    unshare --mount --net --pid --fork --kill-child --mount-proc "${BASH_SOURCE[0]}" "$@"
    exit
fi

# MARK: The host

work=$HOSTILE_WORK
first_peer=1000001
vf0=0000:01:10.0 vf1=0000:01:10.2
functions=("$vf0" "$vf1")
export PARENT_DEVICES=$first_peer=$vf0,$((first_peer + 1))=$vf1
export VFMAP_STATE=$work/state.db VFMAP_RUN=$work/run VFMAP_CONFIG=$work/config.json
shopt -s lastpipe

failures=0
test_failures=0

fail() {
    failures=$((failures + 1))
    test_failures=$((test_failures + 1))
    ((test_failures <= 5)) || return 0
    echo "        $1"
    [[ -z ${2:-} ]] || printf '%s\n' "$2" | cut -c 1-400 | sed 's/^/            /' | cat -v
}

await() { # SECONDS COMMAND…
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.01
    done
}

# The programs under test; what they print is in $output.
vf() {
    output=$(LD_PRELOAD=$work/parent-device.so timeout 120 "$vfmap" "$@" 2>&1)
}

is_asleep() { [[ $(<"/proc/$1/comm") == sleep ]]; } 2>/dev/null

# Starts a process that holds a network namespace, which the command makes; its number is in $holder.
hold() { # COMMAND…
    "$@" sleep infinity >"$work/holder.log" 2>&1 &
    holder=$!
    if ! await 10 is_asleep "$holder"; then
        cat "$work/holder.log" >&2
        echo "cannot make network namespaces as an unprivileged user" >&2
        exit 1
    fi
}

# A container of an unprivileged user, and a hideout: a second network namespace of its.
make_container() {
    hold setpriv --reuid=65534 --regid=65534 --clear-groups unshare --user --map-root-user --net
    container=$holder
    make_hideout
}

make_hideout() { # [OPTION OF unshare…]
    hold nsenter --target "$container" --user --net unshare --net "$@"
    hideout=$holder
    exec {hideout_descriptor}<"/proc/$hideout/ns/net"
}

end_holder() {
    kill "$1" 2>/dev/null
    wait "$1" 2>/dev/null
}

end_container() {
    exec {hideout_descriptor}<&-
    end_holder "$hideout"
    end_holder "$container"
}

# An attack that ends by itself.
strike() { # MODE [ARGUMENT…]
    nsenter --target "$container" --user --net "$work/attacker" "${peer:-$first_peer}" "$hideout_descriptor" "$@"
}

has_begun() { grep -q ready "$work/attack.log" || ! kill -0 "$attacker" 2>/dev/null; }

# An attack that goes on until stop_attack.
start_attack() { # MODE [ARGUMENT…]
    : >"$work/attack.log"
    nsenter --target "$container" --user --net "$work/attacker" "${peer:-$first_peer}" "$hideout_descriptor" "$@" \
        >>"$work/attack.log" 2>&1 &
    attacker=$!
    attackers+=("$attacker")
    await 30 has_begun
    grep -q ready "$work/attack.log" || fail "the attack did not begin" "$(<"$work/attack.log")"
}

stop_attack() {
    local process
    for process in "${attackers[@]}"; do end_holder "$process"; done
    attackers=()
}
attackers=()

# How often the attacker struck in this round.
strokes() { grep -c struck "$work/attack.log"; }

# The VF n in the host: n 0 is down and bare, n 1 is up and has everything that an attachment must bring back.
make_vf() {
    # Without an index of its own iproute2 gives the peer none.
    ip link add "vf$1" index $((100 + $1)) address "02:00:00:00:00:1$1" type veth \
        peer name "wire$1" index $((first_peer + $1)) netns "$wire"
    if (($1 == 1)); then
        ip link set vf1 mtu 1400 txqueuelen 77 alias "uplink of $1"
        ip link property add dev vf1 altname home1
        ip link set vf1 up
    fi
}

# All interfaces of the host as they are, but for what no detach brings back: index, and the delayed operational state.
snapshot() {
    ip -o -details link show | sed -E 's/^[0-9]+: //; s/ state [A-Z]+ / /; s/,?(NO-CARRIER|LOWER_UP)//g' | sort
}

# Those of the host that are no VF.
others() { grep -v "^[^ ]*@if10000[0-9][0-9]:" <<<"$1"; }

# Where the VF 0 is.
location() { # SNAPSHOT
    local mark="@if$first_peer:"
    if [[ $1 == *"$mark"* ]]; then
        echo host
    elif [[ $(nsenter -t "$container" -n ip -o link show 2>/dev/null) == *"$mark"* ]]; then
        echo container
    elif [[ $(nsenter -t "$hideout" -n ip -o link show 2>/dev/null) == *"$mark"* ]]; then
        echo hideout
    else
        echo nowhere
    fi
}

# The VFs that the state file has a record of are in $records.
read_records() {
    vf state export || fail "the state file cannot be read" "$output"
    records=$(sed -n 's/.*"address" : "\(.*\)".*/\1/p' <<<"$output")
}

make_tree() {
    local index address directory root=$work/sys parent=0000:01:00.0
    mkdir -p "$root/bus/pci/drivers/igb" "$root/bus/pci/drivers/igbvf" "$root/class/net" "$work/host-sys"
    mount -t sysfs none "$work/host-sys"
    function_directory "$parent" 0x10c9 igb
    directory=$root/bus/pci/devices/$parent
    echo 7 >"$directory/sriov_totalvfs"
    echo ${#functions[@]} >"$directory/sriov_numvfs"
    echo 128 >"$directory/sriov_offset"
    echo 2 >"$directory/sriov_stride"
    for index in "${!functions[@]}"; do
        address=${functions[index]}
        function_directory "$address" 0x10ca igbvf
        ln -s "../$parent" "$root/bus/pci/devices/$address/physfn"
        ln -s "../$address" "$directory/virtfn$index"
        # An interface of another namespace has no files here, as in the kernel's own tree.
        ln -s "$work/host-sys/class/net/vf$index" "$root/bus/pci/devices/$address/net/vf$index"
    done
    mount --bind "$root" /sys
}

function_directory() { # ADDRESS DEVICE DRIVER
    local directory=$work/sys/bus/pci/devices/$1
    mkdir -p "$directory/net"
    echo 0x8086 >"$directory/vendor"
    echo "$2" >"$directory/device"
    echo 0x020000 >"$directory/class"
    echo 0 >"$directory/irq"
    echo -1 >"$directory/numa_node"
    echo 0x0000000000000000 0x0000000000000000 0x0000000000000000 >"$directory/resource"
    # The first 64 bytes are what libpci reads of the configuration space.
    printf %b "\\x86\\x80\\x${2:4:2}\\x${2:2:2}\\0\\0\\0\\0\\0\\0\\0\\x02" >"$directory/config"
    truncate -s 64 "$directory/config"
    ln -s "../../drivers/$3" "$directory/driver"
}

make_host() {
    # Nothing of this machine's is seen: neither its namespaces nor its VFs.
    mount -t tmpfs none /run
    mkdir -p "$work/run"
    echo '{}' >"$VFMAP_CONFIG"
    hold unshare --net
    wire=$holder
    make_vf 0
    make_vf 1
    ip link add eth0 type veth peer name eth0-peer
    make_tree
    make_container
    before=$(snapshot)
}

# MARK: Judgement

# Makes everything as it was by force, so that one failure is one.
start_over() {
    stop_attack
    rm -rf -- "$work"/state.db* "$work/run"
    mkdir -p "$work/run"
    nsenter -t "$wire" -n ip link delete wire0
    nsenter -t "$wire" -n ip link delete wire1
    end_container
    # What an attack left in the host.
    ip -o link show | grep -vE '^[0-9]+: (lo:|eth0@|eth0-peer@)' | sed -E 's/^[0-9]+: ([^:@]*).*/\1/' \
        | while IFS= read -r name; do ip link delete "$name" 2>/dev/null; done
    make_vf 0
    make_vf 1
    make_container
    [[ $(snapshot) == "$before" ]] || fail "the test cannot make its host as it was" "$(diff <(echo "$before") <(snapshot))"
}

attach() { # VF IFNAME
    vf attach "$1" --netns "/proc/$container/ns/net" --ifname "$2" --container "box${2#net}"
}

is_pristine() {
    local now
    now=$(snapshot)
    [[ $now == "$before" ]] && return
    difference=$(diff <(echo "$before") <(echo "$now"))
    return 1
}

# What must hold after a detach of VF 0, whatever a container did meanwhile. Status and output are those of the detach.
judge() { # STATUS
    local status=$1 told=$output now place
    now=$(snapshot)
    place=$(location "$now")
    read_records
    if [[ $(others "$now") != "$(others "$before")" ]]; then
        fail "a foreign interface is in the host, or one of its own is not as before (detach: $status, VF: $place)" \
            "$(diff <(others "$before") <(others "$now"))"$'\n'"$told"
    elif ((status == 124)); then
        fail "detach did not end" "$told"
    elif ((status == 0)) && [[ $place != host ]]; then
        fail "detach says done, and the VF is in the $place" "$told"
    elif ((status == 0)) && [[ $records == *"$vf0"* ]]; then
        fail "detach says done, and the record is still there" "$told"
    elif ((status != 0)) && [[ $records != *"$vf0"* ]]; then
        fail "detach fails ($status) and the record is gone; VF: $place" "$told"
    else
        return 0
    fi
    return 1
}

# What must hold once the attacker has stopped: the next detach, or recover, brings back what those before did not.
finish() { # [recover]
    local address
    if [[ ${1:-} == recover && $records == *"$vf0"* ]]; then
        vf recover || fail "the attack is over, and recover still fails" "$output"
        read_records
        if [[ $records == *"$vf0"* ]]; then
            fail "the attack is over, and recover leaves the record" "$output"
            return 1
        fi
    fi
    for address in $records; do
        vf detach "$address" || {
            fail "the attack is over, and detach of $address still fails" "$output"
            return 1
        }
    done
    if [[ -n $records ]]; then
        read_records
        if [[ -n $records ]]; then
            fail "the attack is over, and a record stays: $records" "$output"
            return 1
        fi
    fi
    is_pristine || {
        fail "the host is not as it was" "$difference"
        return 1
    }
}

# Rounds of attach, attack and detach.
race() { # ROUNDS ATTACK [ARGUMENT…]
    local count=$1 round status lost=0 hit=0 kept=0
    local -r began=${EPOCHREALTIME/./}
    shift
    for ((round = 1; round <= count; round++)); do
        if ! attach "$vf0" net1; then
            fail "round $round: attach" "$output"
            start_over
            continue
        fi
        [[ $1 != exchange ]] || attach "$vf1" net2 || fail "round $round: attach of the other VF" "$output"
        start_attack "$@"
        vf detach "$vf0"
        status=$?
        judge "$status"
        local verdict=$?
        stop_attack
        (($(strokes) == 0)) || hit=$((hit + 1))
        ((status == 0)) || kept=$((kept + 1))
        if ((verdict != 0)) || ! finish "$( ((round % 2)) || echo recover)"; then
            lost=$((lost + 1))
            start_over
        else
            strike clear
        fi
    done
    echo "        $count rounds in $(((${EPOCHREALTIME/./} - began) / 1000)) ms: $hit with a stroke, $kept detaches that" \
        "failed and kept the record, $lost rounds lost"
    strikes=$hit
}

# An attack that never comes about proves nothing.
require_strokes() { # LEAST
    ((strikes >= $1)) || fail "the attacker struck in $strikes rounds only"
}

# MARK: 1. The VF is swapped for another interface on its way home

swap_when_an_altname_goes() {
    race "$rounds" swap altname 1
    require_strokes $((rounds / 2))
}

swap_when_it_goes_down() {
    race $((rounds / 3)) swap down 1
    require_strokes $((rounds / 6))
}

swap_at_random() {
    race $((rounds / 3)) blind 5000
    require_strokes $((rounds / 6))
}

# Between the last look at the VF and its move, which are far apart when others want the kernel's lock too.
swap_under_contention() {
    race $((rounds / 3)) swap down 1 3
    race $((rounds / 3)) blind 3000 3
    require_strokes $((rounds / 6))
}

# At each place where the host finds the VF, as often as it looks.
swap_back_and_forth() {
    race $((rounds / 10)) swap altname 1000
    require_strokes 1
}

swap_with_another_vf() {
    race $((rounds / 3)) exchange $((first_peer + 1)) 1
    require_strokes $((rounds / 6))
}

swap_into_a_nested_namespace() {
    exec {hideout_descriptor}<&-
    end_holder "$hideout"
    make_hideout --user --map-root-user
    race $((rounds / 6)) swap altname 1
    require_strokes $((rounds / 12))
    start_over
}

renames_in_a_loop() {
    race $((rounds / 6)) rename
}

namespaces_that_flicker() {
    race $((rounds / 6)) flicker
}

# MARK: 2. Names of any bytes

hex() { od -An -v -tx1 | tr -d ' \n'; }

# One VF whose name and alternative names are given in hexadecimal digits comes home.
named_round() { # NAME ALTNAME…
    local name=$1 status
    shift
    attach "$vf0" net1 || fail "attach" "$output"
    strike altnames "$@" || fail "the kernel refuses an alternative name: the test is wrong"
    [[ -z $name ]] || strike name "$name" || fail "the kernel refuses the name $name: the test is wrong"
    vf list
    if LC_ALL=C grep -q '[[:cntrl:]]' <<<"$output" || ! iconv -f UTF-8 -t UTF-8 <<<"$output" >/dev/null 2>&1; then
        fail "list prints the bytes of a name as they are" "$output"
    fi
    vf detach "$vf0"
    status=$?
    ((status == 0)) || fail "detach of a VF with the name '$name' fails ($status)" "$output"
    if ! judge "$status" || ! finish; then start_over; fi
}

names_of_every_byte() {
    local byte name='' count=0
    local altnames=()
    named_round fffe fffefd
    for ((byte = 1; byte < 256; byte++)); do
        # No interface's name has / : or white space, to which the kernel counts 0xa0; a % would be a pattern.
        case $byte in
            47) continue ;;
            9 | 10 | 11 | 12 | 13 | 32 | 37 | 58 | 160) ;;
            *) name+=$(printf %02x "$byte") ;;
        esac
        altnames+=("61$(printf %02x "$byte")")
        count=$((count + 1))
        if ((${#name} == 30)); then
            named_round "$name" "${altnames[@]}"
            name=''
            altnames=()
        fi
    done
    named_round "$name" "${altnames[@]}"
    # The longest, and all of them at once.
    named_round '' "$(printf 'ff%.0s' {1..127})"
    altnames=()
    for ((byte = 1; byte < 256; byte++)); do ((byte == 47)) || altnames+=("62$(printf %02x "$byte")"); done
    named_round '' "${altnames[@]}"
}

# Two names that are one once they are text: they must not be mistaken for each other, nor meet in the host.
names_that_look_alike() {
    local status address
    named_round fe ff efbfbd efbfbdefbfbd fffe
    attach "$vf0" net1 || fail "attach" "$output"
    strike altnames fffe || fail "the test is wrong"
    attach "$vf1" net2 || fail "attach" "$output"
    peer=$((first_peer + 1)) strike altnames efbfbdefbfbd || fail "the test is wrong"
    for address in "$vf0" "$vf1"; do
        vf detach "$address"
        status=$?
        ((status == 0)) || fail "detach of $address fails ($status)" "$output"
    done
    read_records
    finish || start_over
}

# MARK: 3. Lists that never hold still

# Rounds in a namespace whose list is long and never the same.
churned_rounds() { # ALTNAME-OF-THE-VF…
    local round status
    strike fill 8000 || fail "the test cannot make alternative names"
    for round in {1..10}; do
        attach "$vf0" net1 || fail "attach" "$output"
        (($# == 0)) || strike altnames "$@" || fail "the test is wrong"
        # Renamed, so that only the list finds it.
        strike name 6d696e65 || fail "the test is wrong"
        start_attack churn
        vf detach "$vf0"
        status=$?
        ((status == 0)) || fail "round $round: detach beside churn fails ($status)" "$output"
        judge "$status"
        status=$?
        stop_attack
        if ((status != 0)) || ! finish; then
            start_over
            strike fill 8000
        fi
    done
    strike clear
}

churn_beside_many_altnames() {
    churned_rounds
}

altname_of_a_host_interface() {
    local name
    name=$(printf eth0 | hex)
    churned_rounds "$name"
    # What is given again and again may keep the VF in the container, but not longer than it goes on.
    race 5 again "$name"
}

# MARK: 4. Much to look through

# Prints what a command of vfmap costs; peak memory in KiB is in $peak, its status in $?.
cost() { # WHAT ARGUMENT…
    local what=$1 wall cpu code
    shift
    : >"$work/costs"
    LD_PRELOAD=$work/parent-device.so BENCH_RESULTS=$work/costs \
        "$work/measure" "$what" /usr/bin/timeout 120 "$vfmap" "$@" >"$work/cost.log" 2>&1
    IFS=$'\t' read -r _ wall cpu peak code <"$work/costs"
    output=$(<"$work/cost.log")
    printf '        %-44s %6d ms, CPU %6d ms, %6d KiB, exit %d\n' \
        "$what" $((wall / 1000)) $((cpu / 1000)) "$peak" "$code"
    return "$code"
}

# Peak memory of a program that looks through a namespace may grow by so much, however much the namespace holds.
readonly allowance=4096

bounded() { # WHAT BASE
    ((peak <= $2 + allowance)) || fail "$1 takes $peak KiB, and without it all $2 KiB"
}

many_altnames() {
    local list_base detach_base
    attach "$vf0" net1 || fail "attach" "$output"
    cost "list, nothing else there" list || fail list "$output"
    list_base=$peak
    cost "detach, nothing else there" detach "$vf0" || fail detach "$output"
    detach_base=$peak
    strike fill "$altname_count" || fail "the test cannot make $altname_count alternative names"
    attach "$vf0" net1 || fail "attach" "$output"
    cost "list, beside $altname_count altnames" list || fail list "$output"
    bounded list "$list_base"
    cost "show, beside $altname_count altnames" show "$vf0" || fail show "$output"
    strike name 6d696e65
    cost "list, renamed" list || fail list "$output"
    bounded "list of a renamed VF" "$list_base"
    scrape "beside $altname_count altnames"
    cost "detach, renamed" detach "$vf0" || fail detach "$output"
    bounded detach "$detach_base"
    read_records
    finish
    attach "$vf0" net1 || fail "attach" "$output"
    strike move
    cost "list, and it has moved on" list || fail list "$output"
    bounded "list of a VF that has moved on" "$list_base"
    cost "detach, and it has moved on" detach "$vf0" || fail detach "$output"
    bounded "detach of a VF that has moved on" "$detach_base"
    read_records
    finish
    start_over
}

many_namespaces() {
    local list_base
    attach "$vf0" net1 || fail "attach" "$output"
    cost "list, nothing else there" list || fail list "$output"
    list_base=$peak
    start_attack crowd "$crowd"
    cost "list, beside $crowd namespaces" list || fail list "$output"
    bounded list "$list_base"
    # Without a record nothing tells where the VF is.
    ip link set vf1 netns "$hideout"
    cost "list, and one VF is anywhere" list || fail list "$output"
    bounded "list of a VF that is anywhere" "$list_base"
    scrape "beside $crowd namespaces"
    nsenter -t "$hideout" -n ip link set vf1 netns $$
    strike move
    cost "list, and one has moved on" list || fail list "$output"
    cost "detach, and it has moved on" detach "$vf0" || fail detach "$output"
    start_over
}

is_serving() { [[ -S $work/metrics.sock ]] || ! kill -0 "$daemon" 2>/dev/null; }

# What a scrape of the daemon takes; nothing where there is no daemon.
scrape() { # WHAT
    local program=${vfmap%/*}/vfmapd began base turn
    [[ -x $program ]] || return 0
    echo '{"daemon": {"dockerSocket": null, "metrics": "unix:'"$work"'/metrics.sock"}}' >"$work/daemon.json"
    # The host of this test has a PID namespace of its own, as a node that is a container.
    LD_PRELOAD=$work/parent-device.so "$program" --node-is-container --config "$work/daemon.json" \
        >"$work/daemon.log" 2>&1 &
    daemon=$!
    await 60 is_serving
    base=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$daemon/status")
    for turn in first second; do
        began=${EPOCHREALTIME/./}
        curl -sS --max-time 120 --unix-socket "$work/metrics.sock" http://localhost/metrics >"$work/metrics" \
            || fail "no metrics $1" "$(<"$work/daemon.log")"
        printf '        %-44s %6d ms, peak of the daemon %s KiB before, %s after\n' "$turn scrape, $1" \
            $(((${EPOCHREALTIME/./} - began) / 1000)) "$base" \
            "$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$daemon/status")"
        sleep 1.1  # Readings are kept for a second: the time has to pass for new ones to be measured.
    done
    end_holder "$daemon"
    rm -f "$work/metrics.sock"
}

# MARK: All of it

make_host
(($# > 0)) && tests=("$@")
for test in "${tests[@]}"; do
    test_failures=0
    began=${EPOCHREALTIME/./}
    "$test"
    stop_attack
    if ! is_pristine; then
        fail "the host is not as it was" "$difference"
        start_over
    fi
    took=$(((${EPOCHREALTIME/./} - began) / 1000))
    if ((test_failures == 0)); then
        echo "ok      $test ($took ms)"
    else
        echo "FAILED  $test: $test_failures failures ($took ms)"
    fi
done
((failures == 0))
