# shellcheck shell=bash
# Sourced by `lab`: the kernel's netdevsim driver, which Debian does not ship, built as a module for the guest's kernel.

netdevsim_area=

discard_netdevsim_build() {
    [[ -z $netdevsim_area ]] || rm -rf -- "$netdevsim_area"
    netdevsim_area=
}

install_netdevsim() {
    local release series version headers
    release=$(kernel_release)
    local modules=$kernel_root/tree/lib/modules/$release
    [[ ! -e $kernel_root/netdevsim-done ]] || return 0
    if modinfo -b "$kernel_root/tree" -k "$release" netdevsim >/dev/null 2>&1; then
        # Ubuntu's kernels bring it.
        : >"$kernel_root/netdevsim-done"
        return 0
    fi
    open_apt
    series=$(grep -oE '^[0-9]+\.[0-9]+' <<<"$release")
    version=$(<"$kernel_root/version")
    headers=linux-headers-$release
    # The very version of the kernel: a module must match its headers, and the driver its kernel.
    local packages=("$headers=$version" "linux-source-$series=$version") package
    while read -r package; do
        packages+=("$package")
    done < <(dependencies_matching "$headers=$version" '^linux-(headers|kbuild)-')
    say "will unpack for one build, not install: ${packages[*]%%=*} (compiles netdevsim)"
    download_packages "${packages[@]}"

    netdevsim_area=$(mktemp -d "$cache/netdevsim.XXXXXX")
    say "compiling netdevsim"
    dpkg-deb --fsys-tarfile "$apt_area/debs/linux-source-${series}"_*.deb |
        tar -xO "./usr/src/linux-source-$series.tar.xz" |
        tar -xJ -C "$netdevsim_area" "linux-source-$series/drivers/net/netdevsim"
    rm -f -- "$apt_area/debs/linux-source-${series}"_*.deb
    for package in "${packages[@]}"; do
        package=${package%%=*}
        if [[ $package != linux-source-* ]]; then unpack_package "$package" "$netdevsim_area"; fi
    done
    # The header packages expect to lie at /usr/src and /usr/lib. Unpacked elsewhere, their absolute paths must point to where they are.
    grep -rlZ --include=Makefile --include='.kernelvariables' --exclude-dir=include -E '(^|[^A-Za-z])/usr/(src|lib)/linux-' \
        "$netdevsim_area"/usr/src/linux-headers-* 2>/dev/null |
        xargs -0r sed -i -E "s#(^|[^A-Za-z.])/usr/(src|lib)/linux-#\1$netdevsim_area/usr/\2/linux-#g"
    local source=$netdevsim_area/linux-source-$series/drivers/net/netdevsim
    make -C "$netdevsim_area/usr/src/$headers" M="$source" CONFIG_NETDEVSIM=m modules >"$netdevsim_area/log" 2>&1 || {
        tail -n 30 "$netdevsim_area/log" >&2
        die "netdevsim does not compile"
    }
    install -D -m 644 "$source/netdevsim.ko" "$modules/updates/netdevsim.ko"
    depmod -b "$kernel_root/tree" "$release"
    : >"$kernel_root/netdevsim-done"
    discard_netdevsim_build
}
