#define _GNU_SOURCE
#include "CLinuxShim.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <linux/close_range.h>
#include <linux/futex.h>
#include <netpacket/packet.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

// Debian 12's libc headers know it, older ones do not; the number is part of the kernel's ABI.
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

int vfmap_enter_network_namespace(int descriptor) {
    return setns(descriptor, CLONE_NEWNET) == 0 ? 0 : -errno;
}

struct socket_task {
    int namespace, domain, type, protocol;
    enum vfmap_socket_step step;
    int result;
    // Of the thread; the kernel sets it to 0 at its end, and wakes who waits for that.
    _Atomic pid_t number;
};

static int make_socket(void *context) {
    struct socket_task *task = context;
    task->step = vfmap_entering_namespace;
    if (setns(task->namespace, CLONE_NEWNET) < 0) {
        task->result = -errno;
        return 0;
    }
    task->step = vfmap_opening_socket;
    int number = socket(task->domain, task->type, task->protocol);
    task->result = number >= 0 ? number : -errno;
    return 0;
}

int vfmap_socket_in_network_namespace(
    int descriptor, int domain, int type, int protocol, enum vfmap_socket_step *step) {
    struct socket_task task = {descriptor, domain, type, protocol, vfmap_making_thread, -EINTR, 0};
    // It may run on our stack and use our errno: this thread does nothing until it has ended. The size is one
    // for the dynamic linker, which finds setns(2) on it the first time.
    char stack[16384] __attribute__((aligned(16)));
    sigset_t all, before;
    sigfillset(&all);
    // No handler of ours may run in it.
    pthread_sigmask(SIG_BLOCK, &all, &before);
    // Of this process: a process of its own would be seen to live in the namespace, and outlive our locks.
    const int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
                      CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
    pid_t thread = clone(make_socket, stack + sizeof stack, flags, &task, &task.number, NULL, &task.number);
    int error = thread < 0 ? errno : 0;
    pid_t number;
    while (error == 0 && (number = task.number) != 0)
        syscall(SYS_futex, &task.number, FUTEX_WAIT, number, NULL, NULL, 0);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    *step = task.step;
    return error == 0 ? task.result : -error;
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

int vfmap_open_at(int directory, const char *path, int flags, mode_t mode) {
    int descriptor = openat(directory, path, flags | O_CLOEXEC, mode);
    return descriptor >= 0 ? descriptor : -errno;
}

static struct flock gate(short type) {
    return (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1};
}

int vfmap_close_gate(int descriptor) {
    struct flock range = gate(F_WRLCK);
    return fcntl(descriptor, F_OFD_SETLK, &range) == 0 ? 0 : -errno;
}

int vfmap_open_gate(int descriptor) {
    struct flock range = gate(F_UNLCK);
    return fcntl(descriptor, F_OFD_SETLK, &range) == 0 ? 0 : -errno;
}

int vfmap_gate_is_closed(int descriptor) {
    struct flock range = gate(F_RDLCK);
    if (fcntl(descriptor, F_OFD_GETLK, &range) != 0) return -errno;
    return range.l_type != F_UNLCK;
}

ssize_t vfmap_read_directory(int descriptor, void *buffer, size_t size) {
    ssize_t count = getdents64(descriptor, buffer, size);
    return count >= 0 ? count : -errno;
}

int vfmap_pipe(int ends[2]) {
    return pipe2(ends, O_CLOEXEC) == 0 ? 0 : -errno;
}

int vfmap_event_descriptor(void) {
    int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return descriptor >= 0 ? descriptor : -errno;
}

int vfmap_memory_file(const char *name) {
    int descriptor = memfd_create(name, MFD_CLOEXEC);
    return descriptor >= 0 ? descriptor : -errno;
}

int vfmap_event(void) {
    int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return descriptor >= 0 ? descriptor : -errno;
}

// What the child does between vfork(2) and execve(2): it shares our memory, so only system calls, and nothing
// is written but `failure`.
static void become(const struct vfmap_child *child, pid_t parent, volatile int *failure) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // Had we died before, no signal would come any more.
    if (getppid() != parent) _exit(127);
    for (int number = 1; number < NSIG; number++) {
        struct sigaction action = {.sa_handler = SIG_DFL};
        sigaction(number, &action, NULL);
    }
    int streams[3];
    for (int stream = 0; stream < 3; stream++) {
        // Away from 0 to 2 first: one of the streams may be there already, at the place of another.
        streams[stream] = fcntl(child->streams[stream], F_DUPFD_CLOEXEC, 3);
        if (streams[stream] < 0) goto failed;
    }
    for (int stream = 0; stream < 3; stream++) {
        if (dup2(streams[stream], stream) < 0) goto failed;
    }
    // Ours are close-on-exec, but whoever started this process may have left it others.
    if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) < 0) goto failed;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(child->executable, child->arguments, child->environment);
failed:
    *failure = errno;
    _exit(127);
}

int vfmap_start(const struct vfmap_child *child) {
    volatile int failure = 0;
    sigset_t all, before;
    sigfillset(&all);
    // No handler of ours may run in the child while it shares our memory.
    pthread_sigmask(SIG_BLOCK, &all, &before);
    pid_t parent = getpid();
    pid_t pid = vfork();
    if (pid == 0) become(child, parent, &failure);
    int error = pid < 0 ? errno : failure;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error == 0) return pid;
    // A signal may come by now: without another try the dead child would stay a zombie.
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
    return -error;
}

void vfmap_use_one_heap(void) {
    mallopt(M_ARENA_MAX, 1);
    // Grown in few steps, and never shrunk: what is not written to costs nothing.
    mallopt(M_TOP_PAD, 1 << 20);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

char **vfmap_environment(void) { return environ; }

int vfmap_terminal_lines(int descriptor) {
    struct winsize size;
    return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_row : -errno;
}
