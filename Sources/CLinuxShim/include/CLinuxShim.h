// What Swift's Glibc module cannot reach: functions behind _GNU_SOURCE and variadic system calls.
//
// Every function returns a result of zero or more, or the negated errno, so that errno never has to
// be read on the Swift side after a call through here. All symbols share the prefix vfmap_.

#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// Moves the calling thread into the network namespace behind `descriptor`: setns(2) with
/// CLONE_NEWNET. Behind _GNU_SOURCE in glibc.
int vfmap_enter_network_namespace(int descriptor);

/// How far `vfmap_socket_in_network_namespace` has come.
enum vfmap_socket_step { vfmap_making_thread, vfmap_entering_namespace, vfmap_opening_socket };

/// A socket of socket(2) in the network namespace behind `descriptor`, which the caller itself never enters: a
/// thread made for it does, which has nothing of a runtime, makes two system calls and ends. Such a bare one costs half of
/// what pthread_create(3) does. Behind _GNU_SOURCE in glibc: clone(2), setns(2).
int vfmap_socket_in_network_namespace(
    int descriptor, int domain, int type, int protocol, enum vfmap_socket_step *_Nonnull step);

/// Gives the calling thread a new network namespace of its own: unshare(2) with CLONE_NEWNET.
int vfmap_unshare_network_namespace(void);

/// The symbolic name of an errno ("EOPNOTSUPP"), or NULL for a number without one.
/// strerrorname_np(3) is behind _GNU_SOURCE.
const char *_Nullable vfmap_error_name(int number);

/// A descriptor that becomes readable when process `pid` ends: pidfd_open(2), close-on-exec.
/// syscall(2) is variadic, which Swift does not import.
int vfmap_open_process(pid_t pid);

/// The cookie of the network namespace that `socket` was made in: SO_NETNS_COOKIE (Linux 5.14).
/// Unlike the inode number it is never given to another namespace while the host is up.
int vfmap_namespace_cookie(int socket, uint64_t *_Nonnull cookie);

/// Sends a whole Ethernet frame through the interface with an index: sendto(2) on a socket of AF_PACKET.
/// <netpacket/packet.h> is not in Swift's Glibc module.
int vfmap_send_frame(int socket, int index, const uint8_t *_Nonnull frame, size_t length);

/// The type of file system behind `descriptor`, as statfs(2) reports it in f_type.
/// `struct statfs` is shadowed by the function of the same name in Swift.
int64_t vfmap_file_system_type(int descriptor);

/// open(2) with the flags given and O_CLOEXEC always; the C function is variadic.
int vfmap_open(const char *_Nonnull path, int flags, mode_t mode);

/// openat(2), below the directory behind `directory`, with the flags given and O_CLOEXEC always; the C function is variadic.
int vfmap_open_at(int directory, const char *_Nonnull path, int flags, mode_t mode);

/// The next entries of the directory behind `descriptor`, as `struct linux_dirent64` one behind the other: the bytes
/// that were put into `buffer`, 0 at the end. getdents64(2), behind _GNU_SOURCE. readdir(3) tells an error from the
/// end by errno alone.
ssize_t vfmap_read_directory(int descriptor, void *_Nonnull buffer, size_t size);

/// The gate of a lock file, a lock of its own on it that flock(2) knows nothing of: fcntl(2) with F_OFD_SETLK, which
/// belongs to the open file as flock(2)'s does. Both are behind _GNU_SOURCE, and the function is variadic.
/// -EAGAIN if it is closed through another open file.
int vfmap_close_gate(int descriptor);

/// Opens a gate that was closed through `descriptor`; nothing if it was not.
int vfmap_open_gate(int descriptor);

/// 1 if the gate is closed through another open file than that behind `descriptor`, 0 if not: F_OFD_GETLK.
int vfmap_gate_is_closed(int descriptor);

/// A pipe: `ends[0]` to read from, `ends[1]` to write to, both close-on-exec: pipe2(2), behind _GNU_SOURCE.
int vfmap_pipe(int ends[_Nonnull 2]);

/// A counter to be polled, close-on-exec and not blocking, readable when it is not zero: eventfd(2).
/// <sys/eventfd.h> is not in Swift's Glibc module.
int vfmap_event_descriptor(void);

/// An unnamed file in memory, close-on-exec: memfd_create(2), behind _GNU_SOURCE.
int vfmap_memory_file(const char *_Nonnull name);

/// A counter that is readable when it is not zero, close-on-exec and never blocking: eventfd(2).
/// <sys/eventfd.h> is not in Swift's Glibc module.
int vfmap_event(void);

/// A program to be started: what execve(2) takes, and the descriptors of its standard streams.
struct vfmap_child {
    const char *_Nonnull executable;
    char *_Nullable const *_Nonnull arguments;
    char *_Nullable const *_Nonnull environment;
    int streams[3];
};

/// Starts a program in a process group of its own, with no descriptors but its standard streams and the
/// default action of every signal, and returns its process number. The kernel kills it when the calling thread
/// ends: what a killed plugin started must not go on behind the back of the one that tidies up.
/// posix_spawn(3) cannot ask for that (PR_SET_PDEATHSIG), and Swift has no fork.
int vfmap_start(const struct vfmap_child *_Nonnull child);

/// Lets all threads share one heap, where each would map 128 MiB of addresses for its own (`M_ARENA_MAX`), and lets
/// it grow in large steps and never shrink (`M_TOP_PAD`, `M_TRIM_THRESHOLD`): for a process that ends soon.
void vfmap_use_one_heap(void);

/// The process's variables, `KEY=VALUE` each, with NULL behind the last: environ(7), which Swift takes for unsafe.
char *_Nullable *_Nullable vfmap_environment(void);

/// How many lines a terminal shows: ioctl(2) with TIOCGWINSZ, which is variadic. 0 for one that does not tell.
int vfmap_terminal_lines(int descriptor);
