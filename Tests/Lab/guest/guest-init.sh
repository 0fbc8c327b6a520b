#!/bin/bash
# Process 1 of the guest, started by guest-stage1.sh: waits for carrier, announces readiness, then runs the commands that `lab exec` sends.
# If it dies, the kernel panics and the guest ends: that is wanted, a half-dead guest would only hang a test run.
# In the guest with a system of its own it is the service that does the same.

# Debian's own programs first: a newer docker in /usr/local must not shadow the one under test.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin
export HOME=/root USER=root LANG=C.UTF-8 TERM=linux VFMAP_LAB=1
control=/lab/.control

exec </dev/null >/dev/console 2>&1

fail() {
    echo "lab-guest: $*"
    if (($$ == 1)); then busybox poweroff -f; else systemctl poweroff --force --force; fi
    exit 1
}

# shellcheck source=/dev/null
. "$control/config"

# VFs created before their PF has carrier stay without carrier themselves.
await_carrier() {
    local index=0 carrier pause deadline=$((SECONDS + 90))
    exec {pause}<> <(:)
    while ((index < LAB_PFS)); do
        carrier=0
        [[ -e /sys/class/net/pf$index ]] || fail "there is no pf$index"
        read -r carrier <"/sys/class/net/pf$index/carrier"
        if [[ $carrier == 1 ]]; then
            index=$((index + 1))
        elif ((SECONDS > deadline)); then
            fail "pf$index has no carrier"
        else
            read -r -t 0.05 -u "$pause" _
        fi
    done
    exec {pause}>&-
}

find_port() {
    local file
    for file in /sys/class/virtio-ports/*/name; do
        [[ -e $file && $(<"$file") == "$1" ]] || continue
        file=${file%/name}
        printf '/dev/%s' "${file##*/}"
        return
    done
}

# Sourced in a fork instead of run by a new bash, which would take a quarter of a second here.
# Appending, because a script's `echo … >/dev/stderr` opens the file anew and truncates it.
# set -m: a process group of its own, so that `kill` reaches everything the command started.
run_command() {
    local directory=$control/exec/$1
    set -m
    # shellcheck source=/dev/null
    (
        set +m
        . "$directory/command"
    ) </dev/null >>"$directory/out" 2>>"$directory/err" &
    echo $! >"$directory/pid"
    wait $!
    echo $? >"$directory/status"
}

run_shell() {
    local directory=$control/exec/$1
    stty -F /dev/hvc0 sane rows "$2" cols "$3"
    setsid -c -w /bin/bash "$directory/command" </dev/hvc0 >/dev/hvc0 2>&1
    echo $? >"$directory/status"
}

# What SIGTERM has not ended after two seconds is killed.
end_command() {
    local leader deadline=$((SECONDS + 3))
    leader=$(<"$control/exec/$1/pid") || return
    kill -TERM -- "-$leader" 2>/dev/null
    while kill -0 -- "-$leader" 2>/dev/null; do
        if ((SECONDS >= deadline)); then
            kill -KILL -- "-$leader" 2>/dev/null
            return
        fi
        sleep 0.1
    done
}

power_off() {
    if (($$ == 1)); then
        kill -TERM -1
        busybox poweroff -f
    else
        systemctl poweroff --no-block
    fi
}

# A system is ready when its boot has ended, well or not: what failed in it is for the tests to judge.
await_system() {
    (($$ == 1)) || timeout 180 systemctl is-system-running --wait >/dev/null
}

serve() {
    local port verb id first second boot
    port=$(find_port lab.command)
    [[ -n $port ]] || fail "no command port"
    exec {port}<>"$port"
    read -r boot </proc/sys/kernel/random/boot_id
    # In one step, because the host reads it as soon as it is there.
    echo "$boot" >"$control/ready.new"
    mv "$control/ready.new" "$control/ready"
    while read -r -u "$port" verb id first second; do
        case $verb in
            exec) run_command "$id" {port}>&- & ;;
            shell) run_shell "$id" "$first" "$second" {port}>&- & ;;
            resize) stty -F /dev/hvc0 rows "$id" cols "$first" ;;
            kill) end_command "$id" {port}>&- & ;;
            stop) power_off ;;
            reboot) systemctl reboot --no-block ;;
        esac
    done
    fail "the command port was closed"
}

await_carrier
await_system
serve
