// Makes a sysfs tree of PCI network cards with VFs, as it looks below /sys/bus/pci: what vfmap and lspci read of it.
//
// Usage: tree DIRECTORY PFS VFS-OF-EACH
// PF n is 0000:<0x10 + 2n>:00.0 with the interface pf<n>; its VFs follow at offset 128 with stride 1.
#include <err.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { offset = 128, highest_count = 256, vendor = 0x8086, pf_device = 0x10c9, vf_device = 0x10ca };

static int root;

static __attribute__((format(printf, 2, 3))) void text(const char *path, const char *format, ...) {
    char value[4096];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(value, sizeof value, format, arguments);
    va_end(arguments);
    int file = openat(root, path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    if (file < 0 || write(file, value, (size_t)length) != length) err(1, "%s", path);
    close(file);
}

static void directory(const char *path) {
    if (mkdirat(root, path, 0755)) err(1, "%s", path);
}

static void to(const char *path, const char *target) {
    if (symlinkat(target, root, path)) err(1, "%s", path);
}

// The first 64 bytes are what anybody may read of the configuration space.
static void configuration(const char *path, unsigned device) {
    uint8_t bytes[64] = {
        [0] = vendor & 0xff, [1] = vendor >> 8, [2] = device & 0xff, [3] = device >> 8, [11] = 0x02};
    int file = openat(root, path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    if (file < 0 || write(file, bytes, sizeof bytes) != sizeof bytes) err(1, "%s", path);
    close(file);
}

#define AT(name) (snprintf(path, sizeof path, "devices/%s/%s", address, name), path)

static void function(const char *address, unsigned device, const char *driver, const char *interface) {
    char path[128], target[128];
    snprintf(path, sizeof path, "devices/%s", address);
    directory(path);
    text(AT("vendor"), "0x%04x\n", vendor);
    text(AT("device"), "0x%04x\n", device);
    text(AT("class"), "0x020000\n");
    text(AT("irq"), "0\n");
    text(AT("numa_node"), "0\n");
    text(AT("resource"), "0x0000000000000000 0x0000000000000000 0x0000000000000000\n");
    configuration(AT("config"), device);
    snprintf(target, sizeof target, "../../drivers/%s", driver);
    to(AT("driver"), target);
    directory(AT("net"));
    snprintf(path, sizeof path, "devices/%s/net/%s", address, interface);
    directory(path);
}

int main(int count, char **arguments) {
    if (count != 4) errx(64, "usage: tree DIRECTORY PFS VFS-OF-EACH");
    int pfs = atoi(arguments[2]), vfs = atoi(arguments[3]);
    if (pfs < 1 || pfs > 64 || vfs < 0 || vfs > highest_count) errx(64, "1 to 64 PFs, 0 to %d VFs", highest_count);
    root = open(arguments[1], O_DIRECTORY | O_CLOEXEC);
    if (root < 0) err(1, "%s", arguments[1]);
    directory("devices");
    directory("drivers");
    directory("drivers/igb");
    directory("drivers/igbvf");
    for (int pf = 0; pf < pfs; pf++) {
        char address[64], path[128], interface[32];
        int bus = 0x10 + 2 * pf;
        snprintf(address, sizeof address, "0000:%02x:00.0", bus);
        snprintf(interface, sizeof interface, "pf%d", pf);
        function(address, pf_device, "igb", interface);
        text(AT("sriov_totalvfs"), "%d\n", highest_count);
        text(AT("sriov_numvfs"), "%d\n", vfs);
        text(AT("sriov_offset"), "%d\n", offset);
        text(AT("sriov_stride"), "1\n");
        text(AT("sriov_vf_device"), "%x\n", vf_device);
        text(AT("sriov_drivers_autoprobe"), "1\n");
        for (int vf = 0; vf < vfs; vf++) {
            int identifier = (bus << 8) + offset + vf;
            char child[64], link[32], target[80];
            snprintf(child, sizeof child, "0000:%02x:%02x.%x", identifier >> 8, identifier >> 3 & 31, identifier & 7);
            snprintf(interface, sizeof interface, "pf%dv%d", pf, vf);
            function(child, vf_device, "igbvf", interface);
            snprintf(link, sizeof link, "virtfn%d", vf);
            snprintf(target, sizeof target, "../%s", child);
            to(AT(link), target);
            snprintf(path, sizeof path, "devices/%s/physfn", child);
            snprintf(target, sizeof target, "../%s", address);
            to(path, target);
        }
    }
}
