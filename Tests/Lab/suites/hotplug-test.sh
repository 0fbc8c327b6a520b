#!/usr/bin/env bash
# Cards and VFs that come and go: runs hotplug-steps.sh in the running guest, and does for it what only the host can do,
# plugging cards out and in.
#
# Usage: hotplug-test.sh DIRECTORY-OF-THE-PROGRAMS

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
# The directory that the guest knows as /lab.
share=${VFMAP_LAB_CACHE:-$root/.build/lab}/run/${VFMAP_LAB_INSTANCE:-default}

rm -f "$share"/hotplug.*
"$here/../lab" exec --timeout 900 -- bash "$here/hotplug-steps.sh" "$1" &
steps=$!
trap 'kill $steps 2>/dev/null || true' EXIT
while kill -0 $steps 2>/dev/null; do
    if [[ -e $share/hotplug.request ]]; then
        # One word is never the part of another: the guest renames what it has written.
        read -ra request <"$share/hotplug.request"
        rm "$share/hotplug.request"
        "$here/../lab" monitor "${request[@]}" >"$share/hotplug.answer.new" 2>&1 || true
        mv "$share/hotplug.answer.new" "$share/hotplug.answer"
    fi
    sleep 0.1
done
wait $steps
