# shellcheck shell=bash
# Sourced by `lab`: everything the lab needs, from the package mirror that this machine already uses.
#
# Packages that people may want anyway (QEMU, tcpdump, …) are installed. Those that would change what this machine boots or builds with
# (kernel, headers, kernel source) are only unpacked into the cache.

# Package, then the reason that the user is shown.
readonly lab_packages=(
    'qemu-system-x86:emulates the SR-IOV network cards (igb) and runs the guest'
    'busybox-static:first userland of the guest'
    'cpio:packs the initramfs'
    'kmod:resolves and loads kernel modules'
    'iproute2:ip and devlink, in the guest'
    'iputils-ping:traffic between namespaces'
    'tcpdump:reads what was on the wire'
    'strace:shows what a failing program did'
    'udev:checks the rules for virtual functions (most machines have it)'
    'jq:talks to the QEMU monitor; reads JSON in tests'
    'util-linux:flock, setsid and setpriv hold the guest'
    'xz-utils:unpacks the kernel source'
    'gcc:compiles netdevsim'
    'make:compiles netdevsim'
    'containernetworking-plugins:CNI plugins that delegate and assign addresses'
)
readonly runtime_packages=(
    'docker.io:a real Docker daemon as client'
    'docker-cli:its command line, where Debian splits it off'
    'containerd:a real containerd as client'
    'runc:the OCI runtime of both'
    'podman:a real podman as client'
    'crun:the OCI runtime of podman'
    'iptables:docker and CNI set up NAT with it'
)

readonly system_packages=(
    'mmdebstrap:unpacks a Debian of its own for a guest, by the machine'"'"'s own apt sources'
    'e2fsprogs:makes the file system of its disk'
    'qemu-utils:keeps what the guest changes apart from the image'
)

readonly least_qemu=8

qemu_version() { qemu-system-x86_64 --version 2>/dev/null | sed -n '1s/.*version \([0-9][0-9.]*\).*/\1/p'; }

qemu_is_sufficient() {
    local version
    version=$(qemu_version)
    [[ -n $version ]] && ((${version%%.*} >= least_qemu))
}

package_is_installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

# --- apt with private lists --------------------------------------------------------------------------------------------------------

apt_area=
apt_options=()
codename=

# The machine's own Debian (or Ubuntu) sources, the backports suite added where asked for. Everything else about an entry — its mirror, keys
# and options — is kept, so this works wherever the machine's own apt does. Third-party sources are left out: nothing comes from there.
derive_sources() {
    local with_backports=$1 out=$2 file
    mkdir -p "$out"
    local parts
    parts=$(apt-config shell parts Dir::Etc::sourceparts/d main Dir::Etc::sourcelist/f)
    local main=
    eval "$parts"
    for file in "$main" "${parts%/}"/*.list; do
        [[ -f $file ]] || continue
        awk -v code="$codename" -v backports="$with_backports" '
            $1 != "deb" { next }
            {
                first = 2
                if ($2 ~ /^\[/) { while ($first !~ /\]$/ && first < NF) first++; first++ }
                suite = $(first + 1)
                sub(/\/$/, "", suite)
                if (suite != code && index(suite, code "-") != 1) next
                print
                if (suite == code && backports) { $(first + 1) = code "-backports"; print }
            }' "$file" >>"$out/machine.list"
    done
    for file in "${parts%/}"/*.sources; do
        [[ -f $file ]] || continue
        awk -v code="$codename" -v backports="$with_backports" '
            function flush(    i, n, suite, kept) {
                n = split(suites, list, /[ \t]+/)
                kept = ""
                for (i = 1; i <= n; i++) {
                    suite = list[i]
                    if (suite == code) kept = kept " " suite (backports ? " " code "-backports" : "")
                    else if (index(suite, code "-") == 1) kept = kept " " suite
                }
                if (kept != "" && enabled && types ~ /(^|[ \t])deb([ \t]|$)/) printf "Types: deb\nSuites:%s\n%s\n", kept, rest
                suites = rest = types = field = ""; enabled = 1
            }
            BEGIN { enabled = 1 }
            /^#/ { next }
            /^[ \t]*$/ { flush(); next }
            /^[^ \t]/ { field = tolower($0); sub(/:.*/, "", field) }
            {
                value = $0
                sub(/^[^:]*:[ \t]*/, "", value)
                if (field == "suites") suites = suites " " (/^[ \t]/ ? $0 : value)
                else if (field == "types") types = value
                else if (field == "enabled") enabled = (tolower(value) != "no")
                else rest = rest $0 "\n"
            }
            END { flush() }' "$file" >>"$out/machine.sources"
    done
    grep -qs . "$out/machine.list" || rm -f "$out/machine.list"
    grep -qs . "$out/machine.sources" || rm -f "$out/machine.sources"
    [[ -e $out/machine.list || -e $out/machine.sources ]] || die "no apt source of this machine offers '$codename'"
}

# Lists, caches and sources of this session lie in a temporary directory; only dpkg's own state is the machine's.
open_apt() {
    [[ -z $apt_area ]] || return 0
    # shellcheck source=/dev/null
    codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
    apt_area=$(mktemp -d)
    # apt downloads as its own user, which must be able to reach the directory.
    chmod 755 "$apt_area"
    mkdir -p "$apt_area/lists/partial" "$apt_area/cache/archives/partial" "$apt_area/debs"
    local backports=
    [[ $codename != bookworm ]] || backports=1
    derive_sources "$backports" "$apt_area/sources.d"
    apt_options=(
        -q
        -o Dir::Etc::sourcelist=/dev/null
        -o Dir::Etc::sourceparts="$apt_area/sources.d"
        -o Dir::State::lists="$apt_area/lists"
        -o Dir::Cache="$apt_area/cache"
        -o DPkg::Lock::Timeout=600
        -o APT::Get::List-Cleanup=0
        -o Acquire::Languages=none
        -o Acquire::Retries=3
    )
    say "reading package lists of $codename${backports:+ and its backports} (private copies; this machine's apt sources and lists stay as they are)"
    apt-get "${apt_options[@]}" update >"$apt_area/log" 2>&1 || {
        tail -n 20 "$apt_area/log" >&2
        die "apt could not read the package lists"
    }
}

close_apt() {
    [[ -z $apt_area ]] || rm -rf -- "$apt_area"
    apt_area=
}

candidate_exists() { [[ -n $(apt-cache "${apt_options[@]}" show --no-all-versions "$1" 2>/dev/null) ]]; }

# Downloads into the session's directory, which is world-writable for apt's own user only while it lasts.
download_packages() {
    (
        cd -- "$apt_area/debs"
        ((EUID != 0)) || chown _apt . 2>/dev/null || true
        apt-get "${apt_options[@]}" download "$@" >"$apt_area/log" 2>&1
    ) || {
        tail -n 20 "$apt_area/log" >&2
        die "could not download: $*"
    }
}

unpack_package() {
    local name=$1 target=$2 file
    for file in "$apt_area/debs/$name"_*.deb; do
        dpkg-deb -x "$file" "$target"
        rm -f -- "$file"
    done
}

# --- packages ----------------------------------------------------------------------------------------------------------------------

policy_file=/usr/sbin/policy-rc.d
policy_is_ours=

# Installing a container engine must not start daemons on the machine. An existing policy is the administrator's: it stays.
suppress_service_starts() {
    if [[ -e $policy_file ]]; then
        say "$policy_file exists and decides about service starts"
        return 0
    fi
    policy_is_ours=1
    printf '#!/bin/sh\nexit 101\n' >"$policy_file"
    chmod 755 "$policy_file"
}

allow_service_starts() {
    [[ -z $policy_is_ours ]] || rm -f -- "$policy_file"
    policy_is_ours=
}

install_packages() {
    local entry name missing=() reasons=()
    for entry in "$@"; do
        name=${entry%%:*}
        if [[ $name == qemu-system-x86 ]]; then
            ! qemu_is_sufficient || continue
        elif package_is_installed "$name"; then
            continue
        fi
        missing+=("$name")
        reasons+=("$entry")
    done
    ((${#missing[@]})) || return 0
    ((EUID == 0)) || die "these packages are missing and only root can install them: ${missing[*]}"

    open_apt
    local plain=() backported=()
    for entry in "${reasons[@]}"; do
        name=${entry%%:*}
        if ! candidate_exists "$name"; then
            # docker-cli is a package of its own only in newer releases.
            [[ $name == docker-cli ]] && continue
            die "no apt source of this machine has the package $name"
        fi
        say "will install $name: ${entry#*:}"
        if [[ $name == qemu-* && $codename == bookworm ]]; then
            backported+=("$name")
        else
            plain+=("$name")
        fi
    done
    suppress_service_starts
    if ((${#plain[@]})); then run_apt_install "${plain[@]}"; fi
    if ((${#backported[@]})); then
        # Debian 12's own QEMU 7.2 has no igb.
        say "QEMU comes from $codename-backports"
        run_apt_install -t "$codename-backports" "${backported[@]}"
    fi
    allow_service_starts
}

run_apt_install() {
    DEBIAN_FRONTEND=noninteractive apt-get "${apt_options[@]}" install -y --no-install-recommends -o Dpkg::Use-Pty=0 "$@" \
        >"$apt_area/log" 2>&1 || {
        tail -n 40 "$apt_area/log" >&2
        die "apt could not install: $*"
    }
}

# --- kernel ------------------------------------------------------------------------------------------------------------------------

kernel_root=$cache/kernel
release_file=$kernel_root/release

kernel_image=$kernel_root/image

kernel_release() { [[ -s $release_file ]] && printf '%s' "$(<"$release_file")"; }

dependencies_matching() {
    apt-cache "${apt_options[@]}" depends --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances "$1" |
        sed -n 's/^ *|\{0,1\}Depends: *//p' | grep -E "$2" || true
}

install_kernel() {
    if [[ -s $release_file ]]; then return 0; fi
    open_apt
    local meta=linux-image-amd64 image release packages=()
    if candidate_exists linux-image-generic && ! candidate_exists "$meta"; then meta=linux-image-generic; fi
    image=$(dependencies_matching "$meta" '^linux-image-(unsigned-)?[0-9]' | head -n 1)
    [[ -n $image ]] || die "the package $meta names no kernel"
    release=${image#linux-image-}
    release=${release#unsigned-}
    packages=("$image")
    # Ubuntu keeps the modules in packages of their own.
    local extra
    for extra in "linux-modules-$release" "linux-modules-extra-$release"; do
        if candidate_exists "$extra"; then packages+=("$extra"); fi
    done
    say "will unpack into the cache, not install: ${packages[*]} (the guest's kernel)"
    download_packages "${packages[@]}"
    rm -rf -- "$kernel_root"
    mkdir -p "$kernel_root/tree"
    local package
    for package in "${packages[@]}"; do unpack_package "$package" "$kernel_root/tree"; done
    if [[ ! -d $kernel_root/tree/lib/modules ]]; then
        # Since the move to /usr, packages ship their modules there; depmod -b wants them in lib.
        mkdir -p "$kernel_root/tree/lib"
        mv "$kernel_root/tree/usr/lib/modules" "$kernel_root/tree/lib/modules"
    fi
    rm -rf "$kernel_root/tree/usr"
    make_kernel_image "$kernel_root/tree/boot/vmlinuz-$release"
    depmod -b "$kernel_root/tree" "$release"
    modinfo -b "$kernel_root/tree" -k "$release" igb >/dev/null 2>&1 || die "the kernel $release has no igb driver"
    apt-cache "${apt_options[@]}" show --no-all-versions "$image" | sed -n 's/^Version: //p' | head -n 1 >"$kernel_root/version"
    # Written last: it marks a complete tree.
    printf '%s\n' "$release" >"$release_file"
}

# Emulated, a guest needs 5 seconds to unpack its own kernel. QEMU also boots the plain ELF file inside, by its PVH entry; it is cut out by
# the fields of the boot header (setup_sects, payload_offset, payload_length).
make_kernel_image() {
    local packed=$1 sectors offset length unpack
    sectors=$(header_field "$packed" 0x1f1 1)
    offset=$(($(header_field "$packed" 0x248 4) + (sectors + 1) * 512))
    length=$(header_field "$packed" 0x24c 4)
    case $(od -An -tx1 -j "$offset" -N 4 "$packed" | tr -d ' ') in
        fd377a58) unpack=(xz -dc --single-stream) ;;
        28b52ffd) unpack=(zstd -qdc) ;;
        1f8b*) unpack=(gzip -qdc) ;;
        *) unpack=(false) ;;
    esac
    # The payload ends with its unpacked size, which unpackers complain about after they have done their work.
    tail -c "+$((offset + 1))" "$packed" 2>/dev/null | head -c "$length" | "${unpack[@]}" >"$kernel_image" 2>/dev/null || true
    if [[ $(head -c 4 "$kernel_image" | tr -d '\0') != $'\x7fELF' ]] || ! grep -q '^CONFIG_PVH=y' "${packed/vmlinuz/config}"; then
        say "this kernel cannot be unpacked beforehand: guests start more slowly"
        cp "$packed" "$kernel_image"
    fi
    chmod a+r "$kernel_image"
}

header_field() { od -An -tu"$3" -j $(($2)) -N "$3" "$1" | tr -d ' '; }

# --- the command -------------------------------------------------------------------------------------------------------------------

leave_install() {
    allow_service_starts
    close_apt
    discard_netdevsim_build
}

command_install() {
    local runtimes=
    while (($#)); do
        case $1 in
            --runtimes) runtimes=1 ;;
            *) usage_error "unknown option of install: $1" ;;
        esac
        shift
    done
    install_lab "$runtimes"
}

# $1: not empty for the container engines too. Holds the lock of the cache until the process ends.
install_lab() {
    local runtimes=$1
    [[ $(dpkg --print-architecture 2>/dev/null) == amd64 ]] || die "the lab needs Debian or Ubuntu on amd64"
    local start
    start=$(now_ms)
    mkdir -p "$cache"
    # Two installs at once (two test runs on one machine) must not unpack into the same tree.
    exec {install_lock}>"$cache/install.lock"
    flock -n "$install_lock" || {
        say "another install works on this cache: waiting for it"
        flock "$install_lock"
    }
    trap leave_install EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP

    install_packages "${lab_packages[@]}"
    if [[ -n $runtimes ]]; then install_packages "${runtime_packages[@]}"; fi
    qemu_is_sufficient || die "QEMU $least_qemu or later is needed, this is $(qemu_version)"
    qemu-system-x86_64 -device help | grep -q '"igb"' || die "this QEMU does not emulate igb"
    install_kernel
    install_netdevsim
    build_initramfs
    say "ready in $(seconds_since "$start"): QEMU $(qemu_version), kernel $(kernel_release) ($(<"$kernel_root/version")), cache $cache"
}
