# shellcheck shell=bash
# Sourced by `lab`: where things lie, how the lab speaks, and waiting without forking.

repository=$(cd -- "$lab_home/../.." && pwd -P)
cache=${VFMAP_LAB_CACHE:-$repository/.build/lab}
[[ $cache == /* ]] || cache=$PWD/$cache

# Exit codes of the lab itself. They are chosen like those of timeout(1) and env(1), so that a command's own codes stay recognisable.
readonly code_timeout=124 code_lab_failed=125 code_usage=64

say() { printf 'lab: %s\n' "$*" >&2; }

die() {
    say "$*"
    exit "$code_lab_failed"
}

usage_error() {
    say "$* (see 'lab help')"
    exit "$code_usage"
}

require_number() {
    local name=$1 value=$2 least=$3 most=$4
    # Without the length limit bash's arithmetic would wrap round silently.
    if ! [[ $value =~ ^(0|[1-9][0-9]{0,8})$ ]] || ((value < least || value > most)); then
        usage_error "$name must be a number from $least to $most, not '$value'"
    fi
}

# A pipe nobody writes to: `read -t` on it sleeps without starting a process, which matters in loops of 20 ms on two busy cores.
nap_descriptor=
nap() {
    [[ -n $nap_descriptor ]] || exec {nap_descriptor}<> <(:)
    read -r -t "$1" -u "$nap_descriptor" _ || true
}

now_ms() {
    local now=${EPOCHREALTIME/[.,]/}
    printf '%s' "${now%???}"
}

seconds_since() {
    local elapsed=$(($(now_ms) - $1))
    printf '%d.%d s' $((elapsed / 1000)) $((elapsed % 1000 / 100))
}
