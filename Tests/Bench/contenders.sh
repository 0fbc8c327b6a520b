# shellcheck shell=bash disable=SC2154
# Sourced by the benchmarks inside the guest, with `tools` set to the directory of the programs: what is run, and how.

# The programs are read from memory, so that the guest's file system has no part in the figures.
work=$(mktemp -d /run/bench.XXXXXX)
cp "$tools"/{sriov,vfmap,floor,measure} /usr/lib/cni/host-device "$work"
export BENCH_RESULTS=$work/results VFMAP_STATE=$work/state.db CNI_PATH=/usr/lib/cni CNI_IFNAME=net1
touch "$BENCH_RESULTS"

own_mac=02:00:00:00:00:0
new_mac=02:11:22:33:44:0
settings='"vlan":100,"vlanQoS":3,"spoofchk":"off","trust":"on","max_tx_rate":200'

# A file system on a disk, for `full-disk`: its state file is one that a path given by hand names.
mount_disk() {
    modprobe virtio_blk || exit 1
    mkdir -p "$work/disk"
    mount /dev/vda "$work/disk" || exit 1
}

create_vfs() { # PF
    "$work/vfmap" create --pf "$1" --count 7 >/dev/null || exit 1
}

# Makes the VFs of pf0, with names, MACs, namespaces and configurations that tell them apart by their number alone.
prepare() {
    local number address common='"cniVersion":"1.0.0","name":"bench"'
    create_vfs pf0
    for number in {0..6}; do
        address=$(basename "$(readlink "/sys/class/net/pf0/device/virtfn$number")")
        local link
        link=$(ls "/sys/bus/pci/devices/$address/net")
        ip link set "$link" down
        ip link set "$link" name "vf$number" address "$own_mac$number" || exit 1
        ip netns add "c$number"
        echo "{$common,\"type\":\"sriov\",\"deviceID\":\"$address\",\"mac\":\"$new_mac$number\",$settings}" \
            >"$work/full-$number"
        echo "{$common,\"type\":\"sriov\",\"deviceID\":\"$address\"}" >"$work/plain-$number"
        echo "{$common,\"type\":\"host-device\",\"pciBusID\":\"$address\"}" >"$work/host-device-$number"
        local ipam="\"ipam\":{\"type\":\"host-local\",\"dataDir\":\"$work/ipam\",\"subnet\":\"10.9.0.0/16\"}"
        echo "{$common,\"type\":\"sriov\",\"deviceID\":\"$address\",\"mac\":\"$new_mac$number\",$settings,$ipam}" \
            >"$work/full-ipam-$number"
        echo "{$common,\"type\":\"host-device\",\"pciBusID\":\"$address\",$ipam}" >"$work/host-device-ipam-$number"
        cp "$work/full-$number" "$work/full-disk-$number"
    done
}

# Fills `line` and `input`. The number % stands for every one, as `measure -p` has it.
command_line() { # CONTENDER COMMAND NUMBER
    local contender=$1 command=$2 number=$3
    export CNI_COMMAND=$command CNI_CONTAINERID=c$number CNI_NETNS=/run/netns/c$number
    input=/dev/null
    VFMAP_STATE=$work/state.db
    [[ $contender == *-disk ]] && VFMAP_STATE=$work/disk/state.db
    case $contender in
        floor*)
            line=("$work/floor")
            [[ $contender == floor-packed ]] && line+=(-p)
            line+=("${command,,}" pf0 "$number" "vf$number" "$CNI_NETNS" net1)
            if [[ $command == ADD ]]; then line+=("$new_mac$number" 100 3 200); else line+=("$own_mac$number"); fi
            ;;
        host-device*)
            line=("$work/host-device")
            input=$work/$contender-$number
            ;;
        *)
            line=("$work/sriov")
            input=$work/$contender-$number
            ;;
    esac
}

run_once() { # NAME OF THE FIGURE, CONTENDER, COMMAND, NUMBER [OPTION OF measure…]
    local line input name=$1
    command_line "$2" "$3" "$4"
    "$work/measure" "${@:5}" -i "$input" "$name" "${line[@]}" &>"$work/out" && return
    echo "$2 $3 failed: $(<"$work/out")" >&2
    exit 1
}

# System calls and messages sent to netlink sockets, by what was asked of the kernel.
count_calls() { # NAME OF THE FIGURE, CONTENDER, COMMAND, NUMBER
    local line input trace=$work/trace
    command_line "$2" "$3" "$4"
    strace -f -o "$trace" "${line[@]}" <"$input" &>"$work/out" || exit 1
    # A call that another thread interrupted has two lines; the first has what was sent.
    awk -v name="$1" -v OFS='\t' '
        /<\.\.\. .* resumed>|\+\+\+ |--- SIG/ { next }
        { calls++ }
        / (sendto|sendmsg|write)\(/ { requests += gsub(/nlmsg_len=/, "") }
        END { print name, calls, requests + 0 }' "$trace" >>"$work/calls"
}
