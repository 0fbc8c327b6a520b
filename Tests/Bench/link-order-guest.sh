#!/usr/bin/env bash
# Runs inside the guest: prints the addresses that an ADD and a DEL execute, read or write, each once, in order of the first touch.
#
# Usage: link-order-guest.sh DIRECTORY-OF-THE-PROGRAMS

set -uo pipefail
tools=$1
# shellcheck source-path=SCRIPTDIR source=contenders.sh
source "$(dirname "$0")/contenders.sh"

prepare
# The first ADD makes the state file, which is no part of what comes later.
run_once warm-up full ADD 0
run_once warm-up full DEL 0
for command in ADD DEL; do
    command_line full "$command" 0
    # The standard output of the plugin is not the trace, which comes through a descriptor of its own.
    valgrind --tool=lackey --trace-mem=yes --log-fd=9 "${line[@]}" <"$input" 9>&1 >"$work/out" 2>&1 ||
        exit 1
done | awk '
    # Instructions, loads, stores and modifications; addresses of more digits are no part of the executable.
    /^(I | [LSM]) / {
        address = substr($0, 4)
        sub(/,.*/, "", address)
        if (length(address) <= 8 && !seen[address]++) print address
    }'
