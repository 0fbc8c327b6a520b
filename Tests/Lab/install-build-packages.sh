#!/usr/bin/env bash
# Installs the C libraries and tools that the build needs, where they are missing.

set -euo pipefail

packages=(libpci-dev libnl-3-dev libnl-genl-3-dev libudev-dev libsqlite3-dev pkg-config pci.ids iproute2 shellcheck dpkg-dev jq mandoc systemd)

missing=()
for package in "${packages[@]}"; do
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [[ $status == installed ]] || missing+=("$package")
done
((${#missing[@]})) || exit 0

if ((EUID != 0)); then
    echo "missing packages: ${missing[*]}; run this as root, or install them" >&2
    exit 1
fi
echo "installing: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get -o DPkg::Lock::Timeout=600 update --quiet=2
apt-get -o DPkg::Lock::Timeout=600 install --yes --quiet=2 --no-install-recommends "${missing[@]}"
