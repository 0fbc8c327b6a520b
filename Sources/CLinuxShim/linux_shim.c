#define _GNU_SOURCE
#include "CLinuxShim.h"

#include <errno.h>
#include <fcntl.h>
#include <netpacket/packet.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

// Debian 12's libc headers know it, older ones do not; the number is part of the kernel's ABI.
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

int vfmap_enter_network_namespace(int descriptor) {
    return setns(descriptor, CLONE_NEWNET) == 0 ? 0 : -errno;
}

int vfmap_unshare_network_namespace(void) {
    return unshare(CLONE_NEWNET) == 0 ? 0 : -errno;
}

const char *vfmap_error_name(int number) {
    return strerrorname_np(number);
}

int vfmap_open_process(pid_t pid) {
    int descriptor = (int)syscall(SYS_pidfd_open, pid, 0);
    return descriptor >= 0 ? descriptor : -errno;
}

int vfmap_namespace_cookie(int socket, uint64_t *cookie) {
    socklen_t length = sizeof *cookie;
    return getsockopt(socket, SOL_SOCKET, SO_NETNS_COOKIE, cookie, &length) == 0 ? 0 : -errno;
}

int vfmap_send_frame(int socket, int index, const uint8_t *frame, size_t length) {
    struct sockaddr_ll interface = {.sll_family = AF_PACKET, .sll_ifindex = index};
    ssize_t sent = sendto(socket, frame, length, 0, (struct sockaddr *)&interface, sizeof interface);
    return sent >= 0 ? 0 : -errno;
}

int64_t vfmap_file_system_type(int descriptor) {
    struct statfs status;
    return fstatfs(descriptor, &status) == 0 ? (int64_t)status.f_type : -errno;
}

int vfmap_open(const char *path, int flags, mode_t mode) {
    int descriptor = open(path, flags | O_CLOEXEC, mode);
    return descriptor >= 0 ? descriptor : -errno;
}

int vfmap_pipe(int ends[2]) {
    return pipe2(ends, O_CLOEXEC) == 0 ? 0 : -errno;
}

int vfmap_memory_file(const char *name) {
    int descriptor = memfd_create(name, MFD_CLOEXEC);
    return descriptor >= 0 ? descriptor : -errno;
}

int vfmap_spawn_close_from(posix_spawn_file_actions_t *actions, int lowest) {
    return -posix_spawn_file_actions_addclosefrom_np(actions, lowest);
}
