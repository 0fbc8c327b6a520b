# shellcheck shell=bash disable=SC2054
# Sourced by `lab`: the life of a guest, and the commands sent to it.
# (QEMU wants commas: SC2054.)
#
# QEMU inherits a lock on $control/lock and nobody else keeps it: "the lock is held" means "the guest lives", which no stale pid file can fake.
# Requests travel through a fifo that QEMU connects to a virtio-serial port; output, status and readiness are files in the shared directory.

readonly boot_limit_s=300
# Above it, Linux puts the VFs' BARs beyond 4 GiB, where QEMU before 10.0.13 decodes only their low half: no VF ever gets carrier.
readonly largest_memory=2815

instance=${VFMAP_LAB_INSTANCE:-default}
pfs=${VFMAP_LAB_PFS:-2}
memory=${VFMAP_LAB_MEMORY:-2560}
iommu=${VFMAP_LAB_IOMMU:-}
disk=${VFMAP_LAB_DISK:-}
capture=${VFMAP_LAB_CAPTURE:-}
accelerator=${VFMAP_LAB_ACCEL:-tcg}
processors=${VFMAP_LAB_CPUS:-2}
# The disk with the guest's own system, see system.sh; nothing for a guest that shares the host's root.
system_disk=
system_name=

# --- names and state ---------------------------------------------------------------------------------------------------------------

settle_instance() {
    [[ $instance =~ ^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$ ]] || usage_error "not an instance name: '$instance'"
    share=$cache/run/$instance
    control=$share/.control
    console_log=$share/console.log
}

settle_boot_options() {
    settle_instance
    require_number --pfs "$pfs" 1 16
    require_number --memory "$memory" 512 65536
    require_number VFMAP_LAB_CPUS "$processors" 1 64
    [[ $iommu != 0 ]] || iommu=
    [[ -z $disk || -f $disk && $disk != *,* ]] || usage_error "not a file that can be a disk: '$disk'"
    [[ $accelerator == tcg || $accelerator == kvm ]] || usage_error "VFMAP_LAB_ACCEL is tcg or kvm, not '$accelerator'"
}

check_memory() {
    ((memory > largest_memory)) || return 0
    printf '%s\n' 10.0.13 "$(qemu_version)" | sort -C -V ||
        die "with QEMU $(qemu_version) more than $largest_memory MB leave the VFs without carrier (10.0.13 and later can do it)"
}

guest_lives() { [[ -e $control/lock ]] && ! flock -n -s "$control/lock" true; }

guest_is_ready() { [[ -e $control/ready ]] && guest_lives; }

console_tail() {
    [[ -s $console_log ]] || return 0
    say "the console's last lines:"
    # The firmware's escape sequences would clear the reader's screen.
    tail -n "${1:-25}" "$console_log" | sed -e 's/\x1b\[[0-9;?=]*[A-Za-z]//g; s/\x1bc//g; s/\r//g; s/^/    /' >&2
}

explain_death() {
    local words
    words=$(grep -a -m 1 -E -o 'Kernel panic - .*|lab-guest: .*' "$console_log" 2>/dev/null | tr -d '\r') || true
    if [[ $words == Kernel* ]]; then
        say "the guest's kernel panicked: $words"
    elif [[ -n $words ]]; then
        say "the guest gave up: ${words#lab-guest: }"
    elif [[ -s $control/qemu.log ]]; then
        say "QEMU ended: $(tail -n 3 "$control/qemu.log")"
    else
        say "the guest ended by itself"
    fi
    console_tail
}

qemu_pid=
interrupted=

# A trap must not end the process itself: bash 5.2 corrupts its stack when a trap that runs inside `read -t` reaches another one, and
# stopping the guest does. So traps only take a note, which every waiting loop looks at.
note_signals() {
    trap 'interrupted=130' INT
    trap 'interrupted=143' TERM HUP
}

pause_for() {
    nap "$1"
    [[ -z $interrupted ]] || {
        say "interrupted"
        exit "$interrupted"
    }
}

# --- boot --------------------------------------------------------------------------------------------------------------------------

qemu_arguments() {
    local i
    qemu=(
        -name "vfmap-lab-$instance" -M q35 -cpu max -smp "$processors" -m "$memory"
        -nographic -nodefaults -rtc base=utc
        # Leaves the PCI addresses to Linux. SeaBIOS wants a 4 KiB I/O window for every port and halts, silently, at the fifteenth.
        -bios qboot.rom
        # QEMU decodes only the low half of a VF's address: without the window above 4 GiB, Linux places VFs below.
        -global q35-pcihost.pci-hole64-size=0
        -kernel "$kernel_image" -initrd "$(initramfs_image "${system_disk:+system}")"
        -chardev "file,id=console,path=$console_log" -serial chardev:console
        -chardev "pipe,id=qmp,path=$control/qmp" -mon chardev=qmp,mode=control
        -fsdev "local,id=lab,path=$share,security_model=none,multidevs=remap"
        -device virtio-9p-pci,fsdev=lab,mount_tag=lab
        -device virtio-serial-pci
        -chardev "pipe,id=command,path=$control/command" -device virtserialport,chardev=command,name=lab.command
        -chardev "pipe,id=shell,path=$control/shell" -device virtconsole,chardev=shell
    )
    local line="console=ttyS0 quiet edd=off panic=-1 oops=panic mitigations=off apparmor=0 audit=0 nomodeset pci=assign-busses"
    if [[ -n $system_disk ]]; then
        qemu_system_arguments
    else
        qemu+=(
            -no-reboot
            -fsdev "local,id=host,path=/,security_model=none,readonly=on,multidevs=remap"
            -device virtio-9p-pci,fsdev=host,mount_tag=host
        )
    fi
    if [[ -n $iommu ]]; then
        qemu+=(-device intel-iommu)
        line+=" intel_iommu=on"
    fi
    if [[ -n $disk ]]; then
        qemu+=(-drive "file=$disk,format=raw,if=none,id=disk" -device virtio-blk-pci,drive=disk)
    fi
    if [[ $accelerator == kvm ]]; then qemu+=(-accel kvm); else qemu+=(-accel tcg,thread=multi); fi
    qemu+=(-append "$line")
    for ((i = 0; i < pfs; i++)); do
        qemu+=(
            -netdev "hubport,id=wire$i,hubid=0"
            -device "pcie-root-port,id=port$i,chassis=$((i + 1)),bus=pcie.0,addr=$(printf '0x%x' $((8 + i)))"
            -device "igb,id=pf$i,bus=port$i,netdev=wire$i,mac=$(printf '52:54:00:76:66:%02x' "$i")"
        )
        if [[ -n $capture ]]; then
            qemu+=(-object "filter-dump,id=dump$i,netdev=wire$i,file=$capture_directory/pf$i.pcap,maxlen=65535")
        fi
    done
}

boot_options_line() {
    printf 'pfs=%s memory=%s iommu=%s disk=%s capture=%s accel=%s%s' \
        "$pfs" "$memory" "${iommu:+1}" "$disk" "$capture" "$accelerator" "${system_disk:+ system=$system_name}"
}

# Starts QEMU and returns at once. $1: "tied" makes it die with this process, however that ends.
launch() {
    local tie=() fifo
    command -v qemu-system-x86_64 >/dev/null || die "QEMU is missing: run 'lab install'"
    [[ -s $release_file ]] || die "the cache has no kernel: run 'lab install'"
    check_memory
    build_initramfs "${system_disk:+system}"
    rm -rf -- "$control/exec"
    rm -f -- "$control"/{ready,*.in,*.out} "$console_log"
    mkdir -p "$control/exec"
    for fifo in qmp command shell; do mkfifo "$control/$fifo.in" "$control/$fifo.out"; done
    cp "$lab_home/guest/guest-init.sh" "$control/guest-init.sh"
    printf 'LAB_PFS=%q\nLAB_MODULES=%q\nLAB_REPOSITORY=%q\nLAB_SYSTEM=%q\n' \
        "$pfs" "$(cd -- "$kernel_root/tree/lib/modules" && pwd -P)" "$repository" "$system_name" >"$control/config"
    boot_options_line >"$control/options"
    if [[ -n $capture ]]; then
        capture_directory=$capture
        [[ $capture == /* ]] || capture_directory=$share/$capture
        mkdir -p "$capture_directory"
    fi
    local -a qemu
    qemu_arguments
    if [[ ${1:-} == tied ]]; then tie=(setpriv --pdeathsig KILL); fi
    # Its own session: a Ctrl-C at the terminal is for the lab, which then stops the guest in order.
    setsid "${tie[@]}" qemu-system-x86_64 "${qemu[@]}" </dev/null >"$control/qemu.log" 2>&1 &
    qemu_pid=$!
    printf '%s\n' "$qemu_pid" >"$control/pid"
    exec {boot_lock}>&-
}

await_ready() {
    local start=$1 check=0
    until [[ -e $control/ready ]]; do
        pause_for 0.05
        if ((++check % 10 == 0)) && ! guest_lives; then
            [[ ! -e $control/ready ]] || break
            explain_death
            die "the guest did not come up"
        fi
        if (($(now_ms) - start > boot_limit_s * 1000)); then
            console_tail
            die "the guest was not ready after $boot_limit_s s"
        fi
    done
}

# Takes the lock, or fails when a guest has it.
claim_instance() {
    mkdir -p "$control"
    exec {boot_lock}>>"$control/lock"
    flock -n "$boot_lock" && return 0
    exec {boot_lock}>&-
    return 1
}

start_guest() {
    local start
    start=$(now_ms)
    if [[ ${1:-} != quiet ]]; then say "booting a guest ($accelerator, $pfs PFs, $memory MB${iommu:+, IOMMU}, instance $instance)"; fi
    launch "${2:-}"
    await_ready "$start"
    qmp '{"execute":"qmp_capabilities"}' >/dev/null
    say "ready after $(seconds_since "$start")"
}

command_boot() {
    parse_boot_options "$@"
    ((${#rest[@]} == 0)) || usage_error "boot takes no command: ${rest[0]}"
    settle_boot_options
    boot_in_background
}

# Starts the guest that the options describe, unless it runs already.
boot_in_background() {
    if ! claim_instance; then
        # It may be another process's boot that is still under way.
        await_ready "$(now_ms)"
        [[ $(<"$control/options") == "$(boot_options_line)" ]] ||
            die "instance $instance runs with other options ($(<"$control/options")): stop it first, or use --instance"
        say "instance $instance runs already"
        return 0
    fi
    # Only a guest that became ready may stay behind.
    trap 'stop_guest now' EXIT
    note_signals
    start_guest
    trap - EXIT INT TERM HUP
}

# --- stop --------------------------------------------------------------------------------------------------------------------------

await_death() {
    local deadline=$(($(now_ms) + $1 * 1000))
    while guest_lives; do
        (($(now_ms) < deadline)) || return 1
        nap 0.05
    done
}

# $1: "now" skips the clean shutdown. Always returns with no guest.
stop_guest() {
    local pid limit=15
    trap '' INT TERM HUP
    if guest_lives; then
        pid=$(<"$control/pid")
        if [[ ${1:-} != now && -e $control/ready ]]; then
            # A system has services to stop.
            [[ $(<"$control/options") != *' system='* ]] || limit=90
            send stop
            await_death "$limit" || say "the guest does not shut down: killing it"
        fi
        if guest_lives; then kill -TERM "$pid" 2>/dev/null || true; fi
        if ! await_death 5; then
            kill -KILL "$pid" 2>/dev/null || true
            await_death 5 || say "QEMU (process $pid) cannot be killed"
        fi
    fi
    # Where process 1 does not collect orphans, QEMU would stay as a zombie.
    if [[ -n $qemu_pid ]]; then wait "$qemu_pid" 2>/dev/null || true; fi
    rm -rf -- "$control/exec"
    rm -f -- "$control"/{ready,pid,options,config,guest-init.sh,*.in,*.out}
}

command_stop() {
    parse_instance "$@"
    if ! guest_lives; then
        say "instance $instance does not run"
        stop_guest
        return 0
    fi
    stop_guest
    say "instance $instance stopped"
}

command_kill() {
    parse_instance "$@"
    require_guest
    kill -KILL "$(<"$control/pid")"
    await_death 5 || die "QEMU cannot be killed"
    stop_guest
}

# --- commands in the guest ---------------------------------------------------------------------------------------------------------

# Opened for reading too, because opening only for writing would block if QEMU died this moment.
send() {
    local descriptor
    exec {descriptor}<>"$control/command.in"
    printf '%s\n' "$*" >&"$descriptor"
    exec {descriptor}>&-
}

require_guest() {
    guest_lives || die "instance $instance does not run: 'lab boot' starts it"
    await_ready "$(now_ms)"
}

# Writes what the guest shall run. Its directory is the caller's, its environment the guest's own plus --env.
write_command() {
    local entry
    {
        printf 'cd -- %q 2>/dev/null || cd /\n' "$PWD"
        printf 'unset OLDPWD\n'
        for entry in "${environment[@]}"; do printf 'export %q\n' "$entry"; done
        printf 'exec'
        printf ' %q' "$@"
        printf '\n'
    } >"$request/command"
}

new_request() {
    request_id=$$-$RANDOM$RANDOM
    request=$control/exec/$request_id
    mkdir "$request"
}

streams=()
sentinel=

# tail follows until the sentinel is gone and then reads to the end, so nothing is lost and nothing polls slowly.
start_streams() {
    : >"$request/out"
    : >"$request/err"
    # It must not outlive a lab that is killed, nor may what waits for it.
    setpriv --pdeathsig KILL sleep infinity </dev/null >/dev/null 2>&1 &
    sentinel=$!
    tail -q -c +1 -s 0.02 --pid="$sentinel" -f "$request/out" 2>/dev/null &
    streams+=($!)
    tail -q -c +1 -s 0.02 --pid="$sentinel" -f "$request/err" >&2 2>/dev/null &
    streams+=($!)
}

end_streams() {
    [[ -n $sentinel ]] || return 0
    kill "$sentinel" 2>/dev/null || true
    wait "$sentinel" "${streams[@]}" 2>/dev/null || true
    sentinel=
    streams=()
}

# Runs a command in the guest and sets exec_status. deadline_ms: when to give up; 0 for never.
run_in_guest() {
    local deadline_ms=$1 check=0
    shift
    new_request
    write_command "$@"
    start_streams
    send exec "$request_id"
    until [[ -s $request/status ]]; do
        pause_for 0.02
        ((++check % 25 == 0)) || continue
        if ! guest_lives; then
            [[ ! -s $request/status ]] || break
            end_streams
            explain_death
            exec_status=$code_lab_failed
            return 0
        fi
        if ((deadline_ms && $(now_ms) > deadline_ms)); then
            end_streams
            say "timeout: the command did not end in time: $*"
            console_tail 10
            send kill "$request_id"
            exec_status=$code_timeout
            return 0
        fi
    done
    exec_status=$(<"$request/status")
    end_streams
    rm -rf -- "$request"
}

abandon_command() {
    if [[ -n ${request:-} && -d $request && ! -s $request/status ]] && guest_lives; then send kill "$request_id"; fi
    end_streams
}

command_exec() {
    parse_exec_options "$@"
    require_guest
    trap abandon_command EXIT
    note_signals
    local deadline=0
    if [[ -n $timeout ]]; then deadline=$(($(now_ms) + timeout * 1000)); fi
    run_in_guest "$deadline" "${rest[@]}"
    exit "$exec_status"
}

leave_run() {
    end_streams
    stop_guest "${stop_how:-}"
}

command_run() {
    parse_boot_options "$@"
    ((${#rest[@]})) || usage_error "run needs a command after --"
    settle_boot_options
    timeout=${timeout:-${VFMAP_LAB_TIMEOUT:-1800}}
    require_number --timeout "$timeout" 1 864000
    local deadline=$(($(now_ms) + timeout * 1000))
    claim_instance || die "instance $instance runs already: use 'lab exec', or another --instance"
    # Interrupted or timed out: the guest may be beyond a clean shutdown, and holds nothing worth one.
    stop_how=now
    trap leave_run EXIT
    note_signals
    start_guest "" tied
    run_in_guest "$deadline" "${rest[@]}"
    if ((exec_status != code_timeout)); then stop_how=; fi
    exit "$exec_status"
}

# --- shell -------------------------------------------------------------------------------------------------------------------------

terminal_state=

leave_shell() {
    if [[ -n $terminal_state ]]; then stty "$terminal_state" || true; fi
    terminal_state=
    kill "${shell_pumps[@]}" 2>/dev/null || true
    if [[ -n ${shell_stops_guest:-} ]]; then stop_guest; fi
}

send_size() {
    local size
    size=$(stty size 2>/dev/null) || return 0
    send resize "$size"
}

command_shell() {
    parse_boot_options "$@"
    settle_boot_options
    shell_pumps=()
    shell_stops_guest=
    trap leave_shell EXIT
    note_signals
    if claim_instance; then
        shell_stops_guest=1
        start_guest "" tied
    else
        await_ready "$(now_ms)"
        say "instance $instance runs already and will go on after this shell"
    fi
    local size="24 80" check=0
    exec {shell_lock}>>"$control/shell.lock"
    flock -n "$shell_lock" || die "another shell has the console"
    if ((${#rest[@]} == 0)); then rest=(bash -i); fi
    environment+=("TERM=${TERM:-linux}")
    new_request
    write_command "${rest[@]}"
    say "an interactive shell in the guest; it ends with 'exit'"
    if [[ -t 0 ]]; then
        size=$(stty size)
        terminal_state=$(stty -g)
        stty raw -echo
        trap send_size WINCH
    fi
    cat <>"$control/shell.out" &
    shell_pumps+=($!)
    # Background jobs read /dev/null unless told otherwise.
    cat <&0 1<>"$control/shell.in" &
    shell_pumps+=($!)
    send shell "$request_id" "$size"
    until [[ -s $request/status ]]; do
        pause_for 0.02
        if ((++check % 25 == 0)) && ! guest_lives; then
            [[ -z $terminal_state ]] || stty "$terminal_state"
            explain_death
            exit "$code_lab_failed"
        fi
    done
    # The last of the output is still on its way through QEMU, the fifo and `cat`. None of them tells when it is through.
    nap 0.1
    exit "$(<"$request/status")"
}

# --- looking at it -----------------------------------------------------------------------------------------------------------------

command_status() {
    parse_instance "$@"
    local directory any=
    if [[ -s $release_file ]]; then
        printf 'kernel %s, QEMU %s, cache %s\n' "$(kernel_release)" "$(qemu_version)" "$cache"
    else
        printf 'not installed: run "lab install"\n'
    fi
    for directory in "$cache"/run/*/; do
        [[ -d $directory ]] || continue
        instance=$(basename "$directory")
        settle_instance
        guest_lives || continue
        any=1
        printf 'instance %s: %s, QEMU process %s, %s\n' "$instance" \
            "$([[ -e $control/ready ]] && echo ready || echo booting)" "$(<"$control/pid")" "$(<"$control/options")"
    done
    if [[ -z $any ]]; then printf 'no guest runs\n'; fi
}

command_console() {
    parse_instance "$@"
    [[ -e $console_log ]] || die "instance $instance has no console log"
    cat "$console_log"
}

# Sends one QMP request and prints its answer; events that come in between are not ours.
qmp() {
    local input output line id=lab-$$-$RANDOM
    exec {input}<>"$control/qmp.in" {output}<>"$control/qmp.out"
    # One request at a time: answers share one pipe. The lock lies on the fifo itself.
    flock "$output"
    jq -cn --argjson request "$1" --arg id "$id" '$request + {id: $id}' >&"$input"
    while IFS= read -r -t 30 -u "$output" line; do
        [[ $line == *"\"$id\""* ]] || continue
        printf '%s\n' "$line"
        exec {input}>&- {output}>&-
        return 0
    done
    exec {input}>&- {output}>&-
    die "the QEMU monitor does not answer"
}

command_monitor() {
    parse_instance "$@"
    ((${#rest[@]})) || usage_error "monitor needs an HMP command, e.g. 'lab monitor info network'"
    require_guest
    local answer
    answer=$(qmp "$(jq -cn --arg line "${rest[*]}" '{execute: "human-monitor-command", arguments: {"command-line": $line}}')")
    answer=$(jq -r '.return // .error.desc' <<<"$answer" | tr -d '\r')
    [[ -z $answer ]] || printf '%s\n' "$answer"
    # HMP reports failure in words only.
    [[ $answer != Error:* && $answer != unknown\ command:* ]]
}
