// Makes veth interfaces look like those of PCI functions, for the programs that are started with it in LD_PRELOAD.
//
// PARENT_DEVICES has a list `PEER=ADDRESS,…`: a veth whose peer has the index PEER, in another network namespace, is
// shown as the interface of the PCI function ADDRESS. In each link message of the kernel IFLA_LINKINFO, IFLA_LINK and
// IFLA_LINK_NETNSID, which the interface of a function does not have, are left out, and IFLA_PARENT_DEV_NAME and
// IFLA_PARENT_DEV_BUS_NAME added. The peer is not in the container, so neither a move nor a new name, index or MAC
// makes a VF another interface; an interface of the container's own is a VF only if it is made with that index for its peer.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    most = 16,
    // What all VFs in one datagram can need more than the kernel wrote: an attribute has four bytes before its value.
    reserve = most * 40,
    longest = 1 << 20,
};

static struct {
    uint32_t peer;
    char address[16];
} functions[most];
static int function_count;

__attribute__((constructor)) static void read_list(void) {
    const char *text = getenv("PARENT_DEVICES");
    int length;
    while (text != NULL && function_count < most
           && sscanf(text, "%u=%15[^,]%n", &functions[function_count].peer, functions[function_count].address, &length) == 2) {
        function_count++;
        text = text[length] == ',' ? text + length + 1 : NULL;
    }
}

static const char *address_of(uint32_t peer) {
    for (int i = 0; i < function_count; i++)
        if (functions[i].peer == peer) return functions[i].address;
    return NULL;
}

static size_t put(uint8_t *at, uint16_t type, const char *value) {
    struct rtattr head = {.rta_len = RTA_LENGTH(strlen(value) + 1), .rta_type = type};
    memset(at, 0, RTA_SPACE(strlen(value) + 1));
    memcpy(at, &head, sizeof head);
    memcpy(at + RTA_LENGTH(0), value, strlen(value) + 1);
    return RTA_SPACE(strlen(value) + 1);
}

// Copies a link message, and changes it if it is one of a VF; returns its new length.
static size_t rewrite(uint8_t *target, struct nlmsghdr *message) {
    size_t head = NLMSG_SPACE(sizeof(struct ifinfomsg));
    const char *address = NULL;
    int is_elsewhere = 0;
    int length = (int)message->nlmsg_len - (int)head;
    for (struct rtattr *a = (void *)((uint8_t *)message + head); RTA_OK(a, length); a = RTA_NEXT(a, length)) {
        if (a->rta_type == IFLA_LINK) address = address_of(*(uint32_t *)RTA_DATA(a));
        if (a->rta_type == IFLA_LINK_NETNSID) is_elsewhere = 1;
    }
    if (address == NULL || !is_elsewhere) {
        memcpy(target, message, message->nlmsg_len);
        return message->nlmsg_len;
    }
    memcpy(target, message, head);
    size_t end = head;
    length = (int)message->nlmsg_len - (int)head;
    for (struct rtattr *a = (void *)((uint8_t *)message + head); RTA_OK(a, length); a = RTA_NEXT(a, length)) {
        int type = a->rta_type & NLA_TYPE_MASK;
        if (type == IFLA_LINKINFO || type == IFLA_LINK || type == IFLA_LINK_NETNSID) continue;
        memset(target + end, 0, RTA_ALIGN(a->rta_len));
        memcpy(target + end, a, a->rta_len);
        end += RTA_ALIGN(a->rta_len);
    }
    end += put(target + end, IFLA_PARENT_DEV_NAME, address);
    end += put(target + end, IFLA_PARENT_DEV_BUS_NAME, "pci");
    ((struct nlmsghdr *)target)->nlmsg_len = (uint32_t)end;
    return end;
}

// Generic netlink has other messages of the same numbers.
static int is_route_socket(int descriptor) {
    int domain = 0, protocol = 0;
    socklen_t size = sizeof domain;
    if (getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0 || domain != AF_NETLINK) return 0;
    size = sizeof protocol;
    return getsockopt(descriptor, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) == 0 && protocol == NETLINK_ROUTE;
}

// Rewrites a datagram in place; returns its new length.
static ssize_t rewrite_all(uint8_t *buffer, ssize_t length) {
    static _Thread_local uint8_t *copy;
    if (copy == NULL && (copy = malloc(longest)) == NULL) abort();
    uint8_t *at = buffer;
    size_t rest = (size_t)length, end = 0;
    while (rest >= sizeof(struct nlmsghdr)) {
        struct nlmsghdr *message = (void *)at;
        if (message->nlmsg_len < sizeof *message || message->nlmsg_len > rest) break;
        size_t step = NLMSG_ALIGN(message->nlmsg_len) < rest ? NLMSG_ALIGN(message->nlmsg_len) : rest;
        size_t written = message->nlmsg_len;
        if (message->nlmsg_type == RTM_NEWLINK || message->nlmsg_type == RTM_DELLINK)
            written = rewrite(copy + end, message);
        else
            memcpy(copy + end, message, written);
        memset(copy + end + written, 0, NLMSG_ALIGN(written) - written);
        end += NLMSG_ALIGN(written);
        at += step;
        rest -= step;
    }
    if (rest > 0) {  // Not for us to judge: it goes on as it came.
        memcpy(copy + end, at, rest);
        end += rest;
    }
    memcpy(buffer, copy, end);
    return (ssize_t)end;
}

static ssize_t (*real_recvfrom)(int, void *, size_t, int, struct sockaddr *, socklen_t *);
static ssize_t (*real_recvmsg)(int, struct msghdr *, int);

__attribute__((constructor)) static void find_real(void) {
    real_recvfrom = (ssize_t(*)(int, void *, size_t, int, struct sockaddr *, socklen_t *))dlsym(RTLD_NEXT, "recvfrom");
    real_recvmsg = (ssize_t(*)(int, struct msghdr *, int))dlsym(RTLD_NEXT, "recvmsg");
}

static int is_ours(int descriptor, size_t room) {
    return function_count > 0 && room >= 2 * reserve && room <= longest - reserve && is_route_socket(descriptor);
}

ssize_t recvfrom(int descriptor, void *buffer, size_t room, int flags, struct sockaddr *sender, socklen_t *size) {
    if (!is_ours(descriptor, room)) return real_recvfrom(descriptor, buffer, room, flags, sender, size);
    ssize_t length = real_recvfrom(descriptor, buffer, room - reserve, flags, sender, size);
    // Cut short: whoever makes room for what was told must have ours too.
    if (length > (ssize_t)(room - reserve)) return length + reserve;
    return length > 0 ? rewrite_all(buffer, length) : length;
}

ssize_t recv(int descriptor, void *buffer, size_t room, int flags) {
    return recvfrom(descriptor, buffer, room, flags, NULL, NULL);
}

ssize_t recvmsg(int descriptor, struct msghdr *message, int flags) {
    if (message->msg_iovlen != 1 || !is_ours(descriptor, message->msg_iov[0].iov_len))
        return real_recvmsg(descriptor, message, flags);
    struct iovec *saved = message->msg_iov;
    struct iovec smaller = {saved->iov_base, saved->iov_len - reserve};
    message->msg_iov = &smaller;
    ssize_t length = real_recvmsg(descriptor, message, flags);
    message->msg_iov = saved;
    if (length > (ssize_t)smaller.iov_len) return length + reserve;
    return length > 0 && !(message->msg_flags & MSG_TRUNC) ? rewrite_all(saved->iov_base, length) : length;
}

// Programs that are built with _FORTIFY_SOURCE call these.
ssize_t __recvfrom_chk(int descriptor, void *buffer, size_t room, size_t object, int flags, struct sockaddr *sender, socklen_t *size);
ssize_t __recvfrom_chk(int descriptor, void *buffer, size_t room, size_t object, int flags, struct sockaddr *sender, socklen_t *size) {
    (void)object;
    return recvfrom(descriptor, buffer, room, flags, sender, size);
}
