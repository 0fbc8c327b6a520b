#!/usr/bin/env bash
# Runs inside the guest of acceptance-test.sh, a Debian with systemd on a disk.
#
# Usage: acceptance-steps.sh STEP

set -uo pipefail

# shellcheck source=Tests/Lab/lib/checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/checks.sh"
# shellcheck source=Tests/Lab/lib/system-common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/system-common.sh"
config=/etc/vfmap/config.json
units=(vfmap-apply.service vfmapd.socket vfmapd.service)
nothing="nothing to do: everything is as $config asks"
vlan='.vlan_list[0].vlan // .vlan // 0'

# A member of the pool that the file has for plugins.
pool='{"cniVersion":"1.0.0","name":"lab","type":"sriov","pool":"fast","vlan":100}'
with_address=${pool/%\}/,\"ipam\":{\"type\":\"host-local\",\"subnet\":\"10.8.0.0\/24\"\}\}}

enabled() { systemctl is-enabled "${units[@]}" 2>&1 | paste -sd' '; }

active() { systemctl is-active "${units[@]}" | paste -sd' '; }

unit() { # UNIT PROPERTY
    systemctl show --property "$2" --value "$1"
}

trusted() { ip -json -details link show "$1" | jq -r '[.[0].vfinfo_list[].trust] | map(tostring) | join(" ")'; }

phases() { "$programs/vfmap" state export | jq -r '[.attachments[] | "\(.owner.frontEnd) \(.phase)"] | sort | join(", ")'; }

has_phases() { [[ $(phases) == "$1" ]]; }

networks_known() { "$programs/vfmap" state export | jq '.networks | length'; }

version() { dpkg-query -W -f '${Version}' vfmap; }

no_unit_failed() { equal "no unit failed" "" "$(systemctl --failed --no-legend --plain)"; }

configured() {
    equal "both cards have the VFs that the file asks for" "3 2" "$(numbers_of_vfs)"
    equal "the MTU" 1600 "$(ip -json link show pf0 | jq '.[0].mtu')"
    equal "the defaults of VFs" "true true true" "$(trusted pf0)"
    equal "nothing is left to do" "$nothing" "$(vfmap apply --dry-run 2>&1)"
}

reaches_container() { # NAMESPACE
    reaches "$1" 10.9.0.5 && pass "it reaches Docker's container" || fail "it reaches Docker's container"
}

# A container of a plugin, on the other card than Docker's and in its VLAN.
attach() { # NAMESPACE
    ip netns add "$1"
    plugin ADD "$1" "$pool" >/dev/null || fail "ADD $1"
    ip -n "$1" address add 10.9.0.77/24 dev net1
}

detach() { # NAMESPACE
    plugin DEL "$1" "$pool" || fail "DEL $1"
    ip netns del "$1"
    udevadm settle
}

# --- steps -------------------------------------------------------------------------------------------------------------------------

install_package() {
    equal "no VF is there" "0 0" "$(numbers_of_vfs)"
    install -D -m 644 /lab/install/acceptance-config.json $config
    install_deb /lab/install/vfmap.deb
    ln -s /usr/bin/vfmap /opt/cni/bin/sriov $programs
    package_files >$memory/files
    equal "the package is configured" "install ok installed" "$(dpkg-query -W -f '${Status}' vfmap)"
    equal "its files are as they were packed" "" "$(dpkg --verify vfmap)"
    equal "its units are enabled" "enabled enabled enabled" "$(enabled)"
    equal "and active" "active active active" "$(active)"
    configured
    no_unit_failed
}

# The system has no curl.
metrics() {
    exec 3<>/dev/tcp/127.0.0.1/9808 || return
    printf 'GET /metrics HTTP/1.1\r\nHost: node\r\nConnection: close\r\n\r\n' >&3
    timeout 120 cat <&3
    exec 3>&-
}

shows() {
    local answer
    answer=$(vfmap list)
    equal "list has a line for every VF" 6 "$(wc -l <<<"$answer")"
    contains "udev has named them" "enp1s0v2" "$answer"
    answer=$(vfmap topology)
    contains "topology has the cards" pf0 "$answer"
    contains "and their VFs" $vf1 "$answer"
    answer=$(vfmap status) && pass "status finds the daemon" || fail "status finds the daemon" "$answer"
    contains "and its configuration" "configuration:       $config" "$answer"
    contains "and the hardware" "virtual functions:   5" "$answer"
    answer=$(metrics)
    contains "Prometheus is answered" "HTTP/1.1 200" "$answer"
    contains "with the number of VFs of each card" 'vfmap_pf_vfs{pf="pf0",pciAddr="0000:01:00.0"} 3' "$answer"
    [[ -s /usr/share/man/man1/vfmap.1.gz && -s /usr/share/man/man8/vfmapd.8.gz ]] && pass "the manual pages are there" ||
        fail "the manual pages are there"
}

# What it says, with its exit status as the last line.
told() { # COMMAND…
    "$@" 2>&1
    echo "status $?"
}

refused_by() { # WHO, WHAT IS WRONG, SENTENCE AND STATUS, COMMAND…
    equal "$1: $2" "$3" "$(told "${@:4}")"
}

# $3: the sentence behind the path of the file; $4: the only one of apply and vfmapd that looks at it.
wrong() { # WHAT, CONFIGURATION, SENTENCE [apply|daemon]
    printf '%s' "$2" >"$work/config.json"
    if [[ ${4:-apply} == apply ]]; then
        refused_by apply "$1" "vfmap: apply: $work/config.json: $3"$'\nstatus 64' \
            vfmap apply --config "$work/config.json"
    fi
    if [[ ${4:-daemon} == daemon ]]; then
        refused_by vfmapd "$1" "vfmapd: $work/config.json: $3"$'\nstatus 78' \
            vfmapd --check --config "$work/config.json"
    fi
}

# What the file may say, but this machine cannot do.
impossible() { # WHAT, ELEMENTS OF physicalFunctions, SENTENCE AND STATUS
    printf '{"physicalFunctions": [%s]}' "$2" >"$work/config.json"
    refused_by "apply" "$1" "$3" vfmap apply --dry-run --config "$work/config.json"
}

in_the_unit() { # UNIT, SENTENCE
    systemctl restart "$1" &>/dev/null && fail "$1 fails" || pass "$1 fails"
    contains "the status of $1 says why" "$2" "$(systemctl status --no-pager --full "$1")"
}

refusals() {
    local before
    before=$(snapshot)
    wrong "a mistake in the syntax" $'{"physicalFunctions": [\n  {"name": "pf0",}\n]}' \
        "is not a JSON document: line 2, column 18: a key is missing"
    wrong "an empty file" "" "is not a JSON document: line 1, column 1: a value is missing"
    wrong "no object" "[]" "must be a JSON object, not an array"
    wrong "a key that is not known" '{"physicalFunction": []}' "physicalFunction: is not known"
    wrong "a key given twice" '{"physicalFunctions": [{"name": "pf0", "numVFs": 1, "numVFs": 2}]}' \
        "physicalFunctions[0].numVFs: is given twice"
    wrong "a value of another type" '{"physicalFunctions": [{"name": "pf0", "numVFs": "3"}]}' \
        "physicalFunctions[0].numVFs: must be an integer from 0 to 65535, not a string"
    wrong "a number out of range" '{"physicalFunctions": [{"name": "pf0", "mtu": 9}]}' \
        "physicalFunctions[0].mtu: must be an integer from 68 to 65535, not 9"
    wrong "no PF" '{"physicalFunctions": [{"numVFs": 1}]}' \
        "physicalFunctions[0]: needs a name, an address or selectors"
    wrong "an address without its domain" '{"physicalFunctions": [{"address": "01:00.0"}]}' \
        'physicalFunctions[0].address: must be a PCI address such as 0000:03:00.0, not "01:00.0"'
    wrong "a PF twice" '{"physicalFunctions": [{"name": "pf0"}, {"name": "pf0"}]}' \
        "physicalFunctions[1]: there is another for pf0"
    wrong "a selector that is not known" '{"physicalFunctions": [{"selectors": {"vendor": ["8086"]}}]}' \
        "physicalFunctions[0].selectors.vendor: is not known"
    wrong "a PF that shall go down" '{"physicalFunctions": [{"name": "pf0", "up": false}]}' \
        "physicalFunctions[0].up: must be true or absent: vfmap takes no PF down"
    wrong "a setting that is none" '{"physicalFunctions": [{"name": "pf0", "vfDefaults": {"trust": "yes"}}]}' \
        'physicalFunctions[0].vfDefaults.trust: must be on or off, not "yes"'
    wrong "two pools of one name" '{"resourceList": [{"resourceName": "a"}, {"resourceName": "a"}]}' \
        'resourceList[1].resourceName: there is another "a"'
    wrong "a key of the daemon that is not known" '{"daemon": {"reconcileSecond": 5}}' \
        "daemon.reconcileSecond: is not known" daemon
    wrong "a value of the daemon that is none" '{"daemon": {"logLevel": "loud"}}' \
        'daemon.logLevel: must be one of trace, debug, info, notice, warning, error, critical, not "loud"' daemon

    impossible "more VFs than the card has" '{"name": "pf0", "numVFs": 8}' \
        "pf0: cannot be as asked for: 8 VFs are asked for, and it can have 7"$'\nstatus 6'
    impossible "a PF that is not there" '{"name": "ens9", "numVFs": 1}' \
        "ens9: cannot be as asked for: there is no such physical function with SR-IOV"$'\nstatus 6'
    impossible "a driver whose module is not loaded" '{"name": "pf0", "vfDriver": "vfio-pci"}' \
        "pf0: keep the kernel from binding drivers to new VFs
pf0: cannot be as asked for: there is no driver vfio-pci in the kernel: load its module (modprobe vfio-pci)
status 6"
    impossible "selectors that select nothing" '{"selectors": {"drivers": ["ice"]}, "numVFs": 1}' \
        "nothing to do: everything is as $work/config.json asks
physicalFunctions[0]: warning: its selectors select no physical function with SR-IOV
status 10"
    equal "nothing of it touched the hardware" "$before" "$(snapshot)"

    echo '{"physicalFunctions": [{"name": "pf0", "numVf": 3}]}' >$config
    in_the_unit vfmap-apply.service "$config: physicalFunctions[0].numVf: is not known"
    in_the_unit vfmapd.service "$config: physicalFunctions[0].numVf: is not known"
    equal "the VFs are as they were" "$before" "$(snapshot)"
    cp /lab/install/acceptance-config.json $config
    systemctl reset-failed vfmapd.service
    systemctl restart "${units[@]}" || fail "the units start with the file put right"
    equal "put right, everything runs" "active active active" "$(active)"
    no_unit_failed
}

cni() {
    local before
    before=$(snapshot)
    attach c1
    equal "the VF is of the pool, in its VLAN" "$vf0 100" "$(link_field c1 net1 .parentdev) $(vf_field pf0 0 "$vlan")"
    contains "list tells who has it" "attached  cni lab c1/net1" "$(vfmap list)"
    detach c1
    pristine "a container of a plugin" "$before"
}

# Tries to write to each path, as the process that runs it; prints those that it could write to.
probe() { # PATH…
    local path
    for path; do
        if [[ -d $path ]]; then
            touch "$path/probe" 2>/dev/null && rm "$path/probe" && echo "$path"
        else
            # Opened, and nothing written.
            (: >>"$path") 2>/dev/null && echo "$path"
        fi
    done
    return 0
}

# What the unit's file lets a program do, with root's rights: its own one is replaced.
probe_as() { # UNIT, PATH…
    local name=$1
    shift
    sed -E -e "s|^ExecStart=.*|ExecStart=/bin/bash /lab/suites/acceptance-steps.sh probe $*|" \
        -e "/^\[Install\]/,\$d" -e 's/^Type=.*/Type=oneshot/' \
        -e 's/^(RemainAfterExit|Restart|WatchdogSec|Condition[A-Za-z]*|Before|After|Wants|(State|Runtime)Directory)=.*//' \
        -e "s|^\[Service\]|&\nStandardOutput=truncate:$work/probe|" \
        "$(unit "$name" FragmentPath)" >/run/systemd/system/probe.service
    systemctl daemon-reload
    systemctl start probe.service || fail "a program runs as $name" "$(systemctl status --no-pager probe.service)"
    rm /run/systemd/system/probe.service
    systemctl daemon-reload
    grep ^/ "$work/probe"
}

# What would make it root outside its unit, or last beyond it, cannot be written; what it works with can.
confinement() {
    local name process
    local open=(/sys/bus/pci/drivers_probe /sys/bus/pci/devices/0000:01:00.0/sriov_numvfs
        /proc/sys/net/ipv4/ip_forward /var/lib/cni /run/k8s.cni.cncf.io)
    local closed=(/run /run/systemd/system /run/udev/rules.d /run/netns /etc /usr/bin /opt/cni/bin /var/lib /var/lib/dpkg
        /var/log /root /sys/kernel/uevent_helper /proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe /dev/kmsg)
    mkdir -p /run/udev/rules.d
    ip netns add early
    for name in vfmapd.service vfmap-apply.service; do
        equal "as $name a program writes to nothing else" "$(printf '%s\n' "${open[@]}")" \
            "$(probe_as $name "${open[@]}" "${closed[@]}")"
    done
    equal "who has /run writes there" "$(printf '%s\n' /run/systemd/system /run/udev/rules.d)" \
        "$(probe /run/systemd/system /run/udev/rules.d)"

    process=$(unit vfmapd.service MainPID)
    ip netns add late
    equal "a namespace that is made after its start is seen by the daemon" nsfs \
        "$(nsenter --target "$process" --mount stat --file-system --format %T /run/netns/late)"
    ip netns del late
    ip netns del early
    exec 9</dev/kmsg
    equal "so is what a program has open of a device that it has not itself" /dev/kmsg \
        "$(nsenter --target "$process" --mount readlink /proc/$$/fd/9)"
    exec 9<&-
    equal "the daemon's sockets are for root" "srw------- srw-------" \
        "$(stat --format %A /run/vfmap/vfmapd.sock /run/vfmap/events.sock | paste -sd' ')"
    equal "its directories are as they were" "drwxr-xr-x drwxr-xr-x drwxr-xr-x" \
        "$(stat --format %A /run/vfmap /var/lib/vfmap /var/lib/cni | paste -sd' ')"
}

asks_for_metrics() { # ADDRESS
    # shellcheck disable=SC2016 # The inner shell has the parameter.
    timeout 10 ip netns exec outside bash -c '
        exec 3<>"/dev/tcp/$1/9808" || exit
        printf "GET /metrics HTTP/1.1\\r\\nHost: node\\r\\nConnection: close\\r\\n\\r\\n" >&3
        head -n 1 <&3' - "$1" 2>/dev/null | tr -d '\r'
}

# Whatever address the daemon is told to listen on, its unit drops what comes from another machine, until a drop-in lets it in.
address_filter() {
    local dropin=/etc/systemd/system/vfmapd.service.d/metrics.conf
    cp $config "$work/config.json"
    jq '.daemon.metrics = "0.0.0.0:9808"' "$work/config.json" >$config
    ip netns add outside
    ip link add to-outside type veth peer name eth0 netns outside
    ip address add 10.77.0.1/24 dev to-outside
    ip link set to-outside up
    ip -n outside address add 10.77.0.2/24 dev eth0
    ip -n outside link set eth0 up
    systemctl restart vfmapd.service || fail "the daemon listens on every address"
    contains "this machine is answered" "HTTP/1.1 200" "$(metrics)"
    equal "another one is not" "" "$(asks_for_metrics 10.77.0.1)"

    mkdir -p "$(dirname $dropin)"
    printf '[Service]\nIPAddressAllow=10.77.0.0/24\n' >$dropin
    systemctl daemon-reload
    systemctl restart vfmapd.service || fail "the daemon has a drop-in"
    equal "but for one that a drop-in names" "HTTP/1.1 200 OK" "$(asks_for_metrics 10.77.0.1)"

    rm $dropin
    ip link delete to-outside
    ip netns delete outside
    cp "$work/config.json" $config
    systemctl daemon-reload
    systemctl restart vfmapd.service || fail "the daemon has its configuration again"
    no_unit_failed
}

# Neither host-local nor a lease has anything to say of an address.
no_address() { [[ $(addressed $data)$(ls -A $leases 2>/dev/null) == "" ]]; }

forgotten() { [[ $(phases) == "" ]] && no_address; }

# The daemon calls the IPAM plugin of a container that has gone without a DEL.
addresses() {
    local before
    before=$(snapshot)
    install -D -m 755 /lab/install/host-local /opt/cni/bin/host-local
    ip netns add gone
    CNI_PATH=/opt/cni/bin plugin ADD gone "$with_address" >"$work/result" || fail "ADD with IPAM" "$(cat "$work/result")"
    equal "the container has an address" 10.8.0.2/24 "$(jq -r '.ips[0].address' "$work/result")"
    equal "which is written down" gone "$(addressed $data)"
    equal "and has a lease, for root alone" "$leases/$(boot_id)-$vf0 600" "$(stat -c '%n %a' $leases/*)"
    equal "that tells whose it is" gone "$(leased $leases)"
    ip netns del gone
    await 60 forgotten && pass "the daemon gives address and VF back" ||
        fail "the daemon gives address and VF back" "$(vfmap check; ls $data $leases; journalctl --no-pager -n 20 -u vfmapd)"
    udevadm settle
    pristine "a container that has gone" "$before"
    # udev may rename what comes home at the same moment, which is told and tried again.
    equal "nothing was refused to it" "" "$(journalctl --no-pager -b -o cat -u vfmapd.service | grep -E 'EPERM|EACCES|EROFS')"
}

prepare_docker() {
    local name
    mkdir -p /image/{bin,dev,etc,proc,sys,tmp,run}
    cp /lab/install/busybox /image/bin/busybox
    for name in sh sleep; do ln -s busybox /image/bin/$name; done
    systemctl enable docker.service containerd.service &>/dev/null || fail "Docker is enabled"
    systemctl start docker.service || fail "Docker starts" "$(journalctl --no-pager -n 20 -u docker.service)"
    tar -C /image -c . | docker import -c 'CMD ["/bin/sleep", "9000"]' - bb:1 >/dev/null || fail "import an image"
}

# A container that the next boot meets, too.
run_d1() {
    local answer
    answer=$(docker run -d --name d1 --stop-timeout 1 --restart always --network net --ip 10.9.0.5 bb:1 2>&1) || fail "docker run d1" "$answer"
}

docker_serves() {
    local before answer
    prepare_docker
    before=$(snapshot)
    systemctl stop vfmapd.service 2>/dev/null || fail "the daemon stops"
    equal "the daemon is stopped" "active active inactive" "$(active)"
    answer=$(docker network create -d sriov --subnet 10.9.0.0/24 --gateway 10.9.0.254 -o pool=containers -o vlan=100 net 2>&1) &&
        pass "docker network create" || fail "docker network create" "$answer"
    equal "Docker's call has started the daemon" "active active active" "$(active)"
    answer=$(docker run -d --name once --network net bb:1 2>&1) && pass "docker run" || fail "docker run" "$answer"
    contains "list tells who has the VF" "docker" "$(vfmap list)"
    answer=$(metrics)
    contains "so do the metrics" 'kind="docker"' "$(grep ^vfmap_vf_attached <<<"$answer")"
    contains "Docker's calls are counted" 'operation="Join",result="success"} 1' "$(grep kind=.docker <<<"$answer")"
    docker rm -f once >/dev/null || fail "docker rm"
    udevadm settle
    pristine "a container of Docker" "$before"
    run_d1
    attach c2
    reaches_container c2
    # Its container ends with the boot, and nobody gives its address back before.
    ip netns add c3
    CNI_PATH=/opt/cni/bin plugin ADD c3 "$with_address" >/dev/null || fail "ADD with IPAM"
    equal "an address is taken, with a lease" "c3 c3" "$(addressed $data) $(leased $leases)"
    equal "attachments lie in memory, networks on the disk" "$state $networks" "$(places)"
    equal "both are for root alone" "600 600" "$(stat -c %a $state $networks | paste -sd' ')"
    boot_id >$memory/boot
    sync
}

# Microseconds since the boot.
is_before() { # WHAT, THE ONE, THE OTHER
    (($2 > 0 && $2 < $3)) && pass "$1" || fail "$1" "$2 and $3"
}

after_reboot() {
    local applied
    equal "the system runs" running "$(systemctl is-system-running)"
    [[ $(boot_id) != "$(cat $memory/boot)" ]] && pass "it is another boot" || fail "it is another boot"
    configured
    equal "the units are active" "active active active" "$(active)"
    applied=$(unit vfmap-apply.service ExecMainExitTimestampMonotonic)
    is_before "the VFs are there before the network" "$applied" "$(unit network-pre.target ActiveEnterTimestampMonotonic)"
    is_before "and before the daemon" "$applied" "$(unit vfmapd.service ExecMainStartTimestampMonotonic)"
    is_before "which answers before Docker starts" "$(unit vfmapd.service ActiveEnterTimestampMonotonic)" \
        "$(unit docker.service ExecMainStartTimestampMonotonic)"
    await 60 has_phases "docker attached" && pass "Docker's container has its VF again, and nothing else is recorded" ||
        fail "Docker's container has its VF again, and nothing else is recorded" "$(vfmap list)"
    equal "in its VLAN" 100 "$(vf_field pf1 0 "$vlan")"
    equal "its network is known as before" 1 "$(networks_known)"
    equal "the state file is of this boot" "$(boot_id)" "$(readlink $state-boot)"
    await 60 no_address && pass "addresses of the boot before are given back" ||
        fail "addresses of the boot before are given back" "$(ls $data $leases; journalctl --no-pager -b -n 20 -u vfmapd)"
    no_unit_failed
}

# Calls of Docker's while dpkg works.
call_meanwhile() { # PROCESS
    local calls=0 failures=0
    while kill -0 "$1" 2>/dev/null; do
        calls=$((calls + 1))
        docker network create -d sriov --ipam-driver null -o pool=containers other &>>"$work/calls" || failures=$((failures + 1))
        docker network rm other &>>"$work/calls" || failures=$((failures + 1))
    done
    echo "        $calls calls meanwhile"
    ((calls > 0 && failures == 0)) && pass "Docker's calls meanwhile are answered" ||
        fail "Docker's calls meanwhile are answered" "$(cat "$work/calls")"
}

# $1: the package; $2: what has become of vfmap-apply.service, which must stay so.
change_version() { # PACKAGE, VERSION, STATE
    local before applied socket process
    before=$(snapshot)
    applied=$(unit vfmap-apply.service ExecMainExitTimestampMonotonic)
    socket=$(unit vfmapd.socket ActiveEnterTimestampMonotonic)
    process=$(unit vfmapd.service MainPID)
    attach u1
    reaches_container u1
    dpkg --install "$1" &>"$work/dpkg" &
    call_meanwhile $!
    wait $! && pass "dpkg installs ${1##*/}" || fail "dpkg installs ${1##*/}" "$(cat "$work/dpkg")"
    equal "this version is there" "$2" "$(version)"
    equal "the units are as the administrator left them" "$3 enabled enabled" "$(enabled)"
    equal "VFs were not looked at again" "$applied" "$(unit vfmap-apply.service ExecMainExitTimestampMonotonic)"
    equal "Docker's socket stayed" "$socket" "$(unit vfmapd.socket ActiveEnterTimestampMonotonic)"
    [[ $(unit vfmapd.service MainPID) != "$process" && $(active) == "active active active" ]] &&
        pass "the daemon is another" || fail "the daemon is another" "$(active)"
    equal "everybody has his VF" "cni attached, docker attached" "$(phases)"
    reaches_container u1
    detach u1
    equal "what the version before attached is brought back" "$before" "$(snapshot)"
    equal "and forgotten" "docker attached" "$(phases)"
    no_unit_failed
}

upgrade() {
    version >$memory/version
    systemctl disable vfmap-apply.service &>/dev/null || fail "disable a unit"
    change_version /lab/install/newer.deb "$(cat $memory/version)+newer" disabled
    systemctl enable vfmap-apply.service &>/dev/null || fail "enable it again"
}

# What a version leaves that knows one more step of the schema: SQLite keeps the version (user_version) in bytes 60 to 63.
raise_schema() {
    local file number
    systemctl stop vfmapd.service 2>/dev/null
    for file in $state $networks; do
        number=$(od -An -tu1 -j 63 -N 1 "$file")
        printf '%b' "\\x$(printf %02x $((number + 1)))" | dd of="$file" bs=1 seek=63 conv=notrunc status=none
        equal "${file##*/} is one version newer" $((number + 1)) "$(od -An -tu1 -j 63 -N 1 "$file" | tr -d ' ')"
    done
    systemctl start vfmapd.service || fail "the daemon starts with it"
}

downgrade() {
    raise_schema
    systemctl mask vfmap-apply.service &>/dev/null || fail "mask a unit"
    change_version /lab/install/same.deb "$(cat $memory/version)" masked
    systemctl unmask vfmap-apply.service &>/dev/null || fail "unmask it"
    equal "unmasked, it is enabled as before" "enabled enabled enabled" "$(enabled)"
}

# A version before this layout of the state would not know who has which VF.
refused_downgrade() {
    local before answer process installed
    before=$(snapshot)
    installed=$(version)
    process=$(unit vfmapd.service MainPID)
    attach o1
    answer=$(dpkg --install /lab/install/older.deb 2>&1) && fail "dpkg does not install a version before the layout" "$answer" ||
        pass "dpkg does not install a version before the layout"
    contains "the administrator is told why" "vfmap: version 0~older is not installed: it keeps its state elsewhere" "$answer"
    contains "which VF is in use, and whose, of a plugin" "  $vf0  cni lab o1/net1" "$answer"
    contains "and of Docker" "  0000:02:10.0  docker " "$answer"
    equal "the package is as it was" "$installed install ok installed" "$(version) $(dpkg-query -W -f '${Status}' vfmap)"
    equal "its files are as they were packed" "" "$(dpkg --verify vfmap)"
    equal "the daemon is the same" "$process active active active" "$(unit vfmapd.service MainPID) $(active)"
    equal "everybody has his VF" "cni attached, docker attached" "$(phases)"
    equal "the state is where it was" "$state $networks" "$(places)"
    detach o1
    equal "the VF is brought back" "$before" "$(snapshot)"
    no_unit_failed
}

# Without attachments there is nothing that it need know but the networks.
downgrade_of_layout() {
    local answer
    docker rm -f d1 >/dev/null || fail "docker rm"
    udevadm settle
    equal "no record is there" "" "$(phases)"
    answer=$(dpkg --install /lab/install/older.deb 2>&1) && pass "dpkg installs a version before the layout" ||
        fail "dpkg installs a version before the layout" "$answer"
    equal "that version is there" "0~older" "$(version)"
    # Its own script would start both.
    equal "daemon and socket are stopped" "active inactive inactive" "$(active)"
    equal "the networks are where that version looks for them" "$older_state" "$(ls -d $networks $older_state 2>/dev/null)"
    equal "Docker's is among them" 1 "$(sqlite3 $older_state 'SELECT count(*) FROM networks')"
    (($(sqlite3 $older_state 'PRAGMA user_version') <= 3)) && pass "in a schema that it reads" || fail "in a schema that it reads"
}

# The layout of that version: one file, on the disk, of which nothing says of which boot it is. No program may run meanwhile.
make_older_layout() {
    local answer
    systemctl stop vfmapd.socket vfmapd.service || fail "the daemon stops"
    answer=$(sqlite3 -bail $state "ATTACH '$networks' AS other; INSERT INTO main.networks SELECT * FROM other.networks;
        PRAGMA user_version = 2" 2>&1) || fail "networks and attachments in one file" "$answer"
    mv $state $older_state
    [[ ! -d $state-work ]] || mv $state-work $older_state-work
    rm -rf $state-* $networks* $leases
    equal "the state is as a version before the layout has it" "$older_state" "$(places)"
}

# In the place of its daemon, which would go on with that file: one that does nothing. It notes which program is there when it is stopped.
start_stand_in() {
    local directory=/run/systemd/system/vfmapd.service.d
    mkdir -p $directory
    cat >$directory/stand-in.conf <<END
[Service]
Type=exec
WatchdogSec=0
ExecStartPre=
ExecStart=
ExecStart=/bin/sleep infinity
ExecStopPost=+/bin/sh -c 'stat -c %%i /usr/sbin/vfmapd >$memory/stopped; rm -r $directory'
END
    systemctl daemon-reload
    systemctl start vfmapd.socket vfmapd.service || fail "the daemon's stand-in starts"
}

is_taken_over() { [[ -e $networks && ! -e $older_state ]]; }

# With VFs in use. What is installed is the same program by another name.
upgrade_of_layout() {
    local answer before program
    systemctl start vfmapd.socket vfmapd.service || fail "the daemon starts"
    await 60 is_taken_over && pass "the networks are taken over" || fail "the networks are taken over" "$(places)"
    equal "Docker's network is known" 1 "$(networks_known)"
    run_d1
    before=$(snapshot)
    attach o2
    reaches_container o2
    make_older_layout
    start_stand_in
    program=$(stat -c %i /usr/sbin/vfmapd)
    answer=$(dpkg --install /lab/install/same.deb 2>&1) && pass "dpkg installs the version with the layout" ||
        fail "dpkg installs the version with the layout" "$answer"
    equal "this version is there" "$(cat $memory/version)" "$(version)"
    equal "the daemon was stopped before another program was there" "$program" "$(cat $memory/stopped)"
    [[ $(stat -c %i /usr/sbin/vfmapd) != "$program" ]] && pass "which it is now" || fail "which it is now"
    equal "the units are active" "active active active" "$(active)"
    equal "everybody has his VF" "cni attached, docker attached" "$(phases)"
    answer=$(vfmap check 2>&1) && pass "check finds no difference" || fail "check finds no difference" "$answer"
    equal "the state is in its places" "$state $networks" "$(places)"
    equal "nothing of the layout before is left" "" "$(ls -d $older_state* 2>/dev/null)"
    equal "the state file is of this boot" "$(boot_id)" "$(readlink $state-boot)"
    equal "Docker's network is known" 1 "$(networks_known)"
    reaches_container o2
    detach o2
    equal "what was attached in the layout before is brought back" "$before" "$(snapshot)"
    equal "and forgotten" "docker attached" "$(phases)"
    no_unit_failed
}

is_another() { # PROCESS
    [[ $(unit vfmapd.service MainPID) != "$1" && $(active) == "active active active" ]]
}

was_heard_since() { # MICROSECONDS OF THE MONOTONIC CLOCK
    (($(unit vfmapd.service WatchdogTimestampMonotonic) >= $1))
}

watchdog() {
    local process start
    mkdir -p /run/systemd/system/vfmapd.service.d
    printf '[Service]\nWatchdogSec=10\n' >/run/systemd/system/vfmapd.service.d/test.conf
    systemctl daemon-reload
    systemctl restart vfmapd.service
    process=$(unit vfmapd.service MainPID)
    start=$(unit vfmapd.service WatchdogTimestampMonotonic)
    # By then the watchdog would have had enough of a daemon that it had not heard since the start.
    await 120 was_heard_since $((start + 12000000)) || fail "the daemon is heard again and again"
    equal "who answers is left alone" "$process" "$(unit vfmapd.service MainPID)"
    kill -STOP "$process"
    await 120 is_another "$process" && pass "systemd starts a daemon anew that hangs" ||
        fail "systemd starts a daemon anew that hangs" "$(systemctl status --no-pager --full vfmapd.service)"
    contains "for the watchdog's sake" "Watchdog timeout" "$(journalctl --no-pager -b -u vfmapd.service)"
    equal "Docker's container keeps its VF" "docker attached" "$(phases)"
    rm -r /run/systemd/system/vfmapd.service.d
    systemctl daemon-reload
    systemctl restart vfmapd.service || fail "the daemon starts again"
}

removal() {
    local answer before file left=()
    before=$(snapshot)
    attach r1
    reaches_container r1
    answer=$(dpkg --remove vfmap 2>&1) && pass "dpkg removes the package" || fail "dpkg removes the package" "$answer"
    contains "the administrator is told of the VFs in use" "these are in use" "$answer"
    contains "which, and whose, of a plugin" "  $vf0  cni lab r1/net1" "$answer"
    contains "and of Docker" "  0000:02:10.0  docker " "$answer"
    while read -r file; do [[ ! -e $file ]] || left+=("$file"); done <$memory/files
    equal "no file is left" "" "${left[*]}"
    [[ -s $state && -s $networks && -s $config ]] && pass "its state and the configuration are" ||
        fail "its state and the configuration are" "$(places)"
    equal "no unit of it runs" "inactive inactive inactive" "$(active)"
    reaches_container r1
    # Installed again, it knows the VFs still.
    answer=$(dpkg --install /lab/install/same.deb 2>&1) && pass "dpkg installs it again" ||
        fail "dpkg installs it again" "$answer"
    equal "the units are enabled again" "enabled enabled enabled" "$(enabled)"
    equal "everybody has his VF" "cni attached, docker attached" "$(phases)"
    detach r1
    equal "the VF is brought back" "$before" "$(snapshot)"
    docker rm -f d1 >/dev/null || fail "docker rm"
    docker network rm net >/dev/null || fail "docker network rm"
    equal "no record is left" "" "$(phases)"
    answer=$(dpkg --purge vfmap 2>&1) || fail "dpkg purges the package" "$answer"
    [[ $answer != *"in use"* ]] && pass "nothing is said when none is in use" ||
        fail "nothing is said when none is in use" "$answer"
    equal "after purge nothing is left" "" "$(ls -d /var/lib/vfmap /run/vfmap 2>/dev/null)"
    equal "and no link to a unit" "" "$(find /etc/systemd /var/lib/systemd/deb-systemd-helper-enabled -name 'vfmap*' 2>/dev/null)"
    no_unit_failed
}

if [[ $1 == probe ]]; then
    "$@"
    exit
fi
"$1"
echo "$1: $passed passed, $failed failed"
rm -rf "$work"
((failed == 0))
