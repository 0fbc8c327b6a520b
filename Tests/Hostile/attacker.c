// What a container with CAP_NET_ADMIN over its own network namespace does to a VF that it was given.
//
// attacker VF HIDEOUT MODE [ARGUMENT…]
//
// It runs in the container's namespaces, as no user of the host's. VF is the index of the VF's peer, by which it knows
// the VF again (see parent-device.c); HIDEOUT is the number of an open descriptor of a second network namespace of the
// same user. Modes that go on print "ready" when they are, "struck" after each stroke, and end after five minutes at the latest.
//
// swap TRIGGER TIMES [CONTENDERS]
//                     gives the VF alternative names and waits until the host takes one away (TRIGGER altname), or takes
//                     the VF down (down); then, in one datagram, moves the VF into the hideout and makes a veth with its
//                     name and index. With TIMES above 1 the VF is watched there, and comes back the same way. Beside
//                     CONTENDERS it strikes up to 2 ms later.
// exchange OTHER TIMES   the same, but another VF of the container's (by its peer) gets the index and the name
// blind MICROSECONDS [CONTENDERS]
//                     swaps and takes it back, again and again, with random pauses up to so long
// rename              renames the VF, and changes its alternative names, to random bytes without end
// churn               makes and deletes interfaces without end, so that no long list of them is consistent
// again HEX           gives the VF this alternative name again and again
// flicker             makes network namespaces that end at once
// crowd NUMBER        holds so many network namespaces, each of a process and a user namespace of its own
// fill NUMBER         makes interfaces with so many alternative names in all, as long as can be, and ends
// name HEX            renames the VF, and ends
// altnames HEX…       gives the VF alternative names, and ends
// move                moves the VF into the hideout, and ends
// clear               deletes what the modes have made, in both namespaces, and ends

#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    name_room = 128,
    // The kernel counts 132 bytes for each alternative name, and allows 65535 to an interface.
    most_altnames = 495,
    bait_count = 64,
    limit_seconds = 300,
    churn_group = 77,
    churn_batch = 50,
};

struct link {
    int index;
    unsigned flags;
    uint32_t peer;
    int altnames;
    char name[name_room];
};

// The container and the hideout.
static struct place {
    int descriptor, socket, monitor;
} places[2];

static uint32_t vf_peer;

// MARK: Requests

static uint8_t request[1 << 17];
static size_t used, message_start;

static void put(const void *bytes, size_t size) {
    if (used + NLMSG_ALIGN(size) > sizeof request) errx(1, "request too long");
    memset(request + used, 0, NLMSG_ALIGN(size));
    memcpy(request + used, bytes, size);
    used += NLMSG_ALIGN(size);
}

static void finish(void) { ((struct nlmsghdr *)(request + message_start))->nlmsg_len = (uint32_t)(used - message_start); }

static void begin(int type, int flags, int index) {
    message_start = used;
    struct nlmsghdr head = {.nlmsg_type = (uint16_t)type, .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags)};
    struct ifinfomsg body = {.ifi_index = index};
    put(&head, sizeof head);
    put(&body, sizeof body);
    finish();
}

static void attribute(int type, const void *value, size_t size) {
    struct rtattr head = {.rta_len = (uint16_t)RTA_LENGTH(size), .rta_type = (uint16_t)type};
    put(&head, sizeof head);
    if (size > 0) put(value, size);
    finish();
}

static void text(int type, const char *value) { attribute(type, value, strlen(value) + 1); }

static size_t open_nest(int type) {
    size_t start = used;
    attribute(type | NLA_F_NESTED, NULL, 0);
    return start;
}

static void close_nest(size_t start) {
    ((struct rtattr *)(request + start))->rta_len = (uint16_t)(used - start);
    finish();
}

// Sends what was written, in one datagram, without a look at the answers.
static void shoot(int socket) {
    if (send(socket, request, used, 0) < 0) warn("send");
    used = 0;
}

static uint8_t answer[1 << 18];

// Throws away what is there to be received.
static void drain(int socket) {
    while (recv(socket, answer, sizeof answer, MSG_DONTWAIT) > 0) {}
}

// Sends the one message that was written; returns 0 or the errno of the kernel's refusal.
static int ask(int socket) {
    drain(socket);
    ((struct nlmsghdr *)request)->nlmsg_flags |= NLM_F_ACK;
    shoot(socket);
    for (;;) {
        ssize_t length = recv(socket, answer, sizeof answer, 0);
        if (length < 0) return errno;
        struct nlmsghdr *message = (void *)answer;
        if (NLMSG_OK(message, (size_t)length) && message->nlmsg_type == NLMSG_ERROR)
            return -((struct nlmsgerr *)NLMSG_DATA(message))->error;
    }
}

// MARK: Interfaces

static struct link parse(const struct nlmsghdr *message) {
    const struct ifinfomsg *body = NLMSG_DATA(message);
    struct link link = {.index = body->ifi_index, .flags = body->ifi_flags};
    int length = (int)IFLA_PAYLOAD(message);
    for (struct rtattr *a = IFLA_RTA(body); RTA_OK(a, length); a = RTA_NEXT(a, length)) {
        switch (a->rta_type & NLA_TYPE_MASK) {
        case IFLA_IFNAME: snprintf(link.name, sizeof link.name, "%s", (char *)RTA_DATA(a)); break;
        case IFLA_LINK: link.peer = *(uint32_t *)RTA_DATA(a); break;
        case IFLA_PROP_LIST: {
            int rest = (int)RTA_PAYLOAD(a);
            for (struct rtattr *name = RTA_DATA(a); RTA_OK(name, rest); name = RTA_NEXT(name, rest)) link.altnames++;
        }
        }
    }
    return link;
}

// The interfaces of a place, the loopback interface left out; returns how many.
static int list(int socket, struct link *links, int most) {
    int count = 0;
    drain(socket);
    // Without a mask the kernel makes too little room for an interface with many names, and ends the list there.
    uint32_t mask = RTEXT_FILTER_SKIP_STATS;
    begin(RTM_GETLINK, NLM_F_DUMP, 0);
    attribute(IFLA_EXT_MASK, &mask, sizeof mask);
    shoot(socket);
    for (;;) {
        ssize_t length = recv(socket, answer, sizeof answer, 0);
        if (length < 0) err(1, "recv");
        for (struct nlmsghdr *m = (void *)answer; NLMSG_OK(m, (size_t)length); m = NLMSG_NEXT(m, length)) {
            if (m->nlmsg_type == NLMSG_DONE || m->nlmsg_type == NLMSG_ERROR) return count;
            struct link link = parse(m);
            if (!(link.flags & IFF_LOOPBACK) && count < most) links[count++] = link;
        }
    }
}

static struct link all[2048];

// The interface with a peer; its index is 0 if it is not there.
static struct link find(int socket, uint32_t peer) {
    int count = list(socket, all, 2048);
    for (int i = 0; i < count; i++)
        if (all[i].peer == peer) return all[i];
    return (struct link){0};
}

static void write_move(const struct link *link, int descriptor, const char *name, int new_index) {
    begin(RTM_NEWLINK, 0, link->index);
    attribute(IFLA_NET_NS_FD, &descriptor, sizeof descriptor);
    if (name != NULL) text(IFLA_IFNAME, name);
    if (new_index != 0) attribute(IFLA_NEW_IFINDEX, &new_index, sizeof new_index);
}

static void write_veth(const char *name, int index) {
    begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, index);
    if (name != NULL) text(IFLA_IFNAME, name);
    size_t information = open_nest(IFLA_LINKINFO);
    attribute(IFLA_INFO_KIND, "veth", 4);
    close_nest(information);
}

static void delete(int socket, int index) {
    begin(RTM_DELLINK, 0, index);
    ask(socket);
}

static int change_altname(int socket, int type, int index, const char *name) {
    int flags = type == RTM_NEWLINKPROP ? NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND : 0;
    begin(type, flags, index);
    size_t properties = open_nest(IFLA_PROP_LIST);
    text(IFLA_ALT_IFNAME, name);
    close_nest(properties);
    return ask(socket);
}

// MARK: Helpers

static void say(const char *word) {
    puts(word);
    fflush(stdout);
}

static void unhex(const char *hex, char *bytes) {
    size_t count = 0;
    unsigned byte;
    for (; count < name_room - 1 && sscanf(hex + 2 * count, "%2x", &byte) == 1; count++) bytes[count] = (char)byte;
    bytes[count] = 0;
}

// Bytes other than NUL and /, and those that have a meaning in an interface's name.
static void random_name(char *name, int length) {
    for (int i = 0; i < length; i++) {
        do name[i] = (char)(1 + random() % 255);
        while (strchr("%/: \t\n\v\f\r\xa0", name[i]) != NULL);
    }
    name[length] = 0;
}

static struct link require_vf(void) {
    struct link vf = find(places[0].socket, vf_peer);
    if (vf.index == 0) errx(1, "the VF is not here");
    return vf;
}

static void open_place(struct place *place, int descriptor) {
    place->descriptor = descriptor;
    if (setns(descriptor, CLONE_NEWNET) != 0) err(1, "setns");
    place->socket = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    place->monitor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    int group = RTNLGRP_LINK, room = 1 << 20;
    if (place->socket < 0 || place->monitor < 0) err(1, "socket");
    // A socket without a port gets no events.
    struct sockaddr_nl address = {.nl_family = AF_NETLINK};
    if (bind(place->monitor, (struct sockaddr *)&address, sizeof address) != 0) err(1, "bind");
    setsockopt(place->monitor, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (setsockopt(place->monitor, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) != 0) err(1, "join group");
}

// MARK: Modes

static void contend(int number) {
    pid_t parent = getpid();
    for (int i = 0; i < number; i++) {
        pid_t child = fork();
        if (child < 0) err(1, "fork");
        if (child > 0) continue;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) _exit(0);
        int route = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
        char name[32];
        snprintf(name, sizeof name, "busy%d", i);
        for (;;) {
            write_veth(name, 0x10000 + i);
            ask(route);
            delete(route, 0x10000 + i);
        }
    }
}

static void lay_bait(const struct place *place, const struct link *vf) {
    for (int i = 0; i < bait_count; i++) {
        char name[name_room];
        snprintf(name, sizeof name, "bait%d", i);
        change_altname(place->socket, RTM_NEWLINKPROP, vf->index, name);
    }
}

// Waits, awake, for the host to begin with the VF; returns 0 if the VF has left first.
static int await(const struct place *place, const struct link *vf, int wants_down) {
    for (;;) {
        ssize_t length = recv(place->monitor, answer, sizeof answer, MSG_DONTWAIT);
        if (length < 0) {
            if (errno != EAGAIN && errno != ENOBUFS) err(1, "recv");
            continue;
        }
        for (struct nlmsghdr *m = (void *)answer; NLMSG_OK(m, (size_t)length); m = NLMSG_NEXT(m, length)) {
            if (m->nlmsg_type != RTM_NEWLINK && m->nlmsg_type != RTM_DELLINK) continue;
            struct link seen = parse(m);
            if (seen.index != vf->index || seen.peer != vf_peer) continue;
            if (m->nlmsg_type == RTM_DELLINK) return 0;
            if (wants_down ? !(seen.flags & IFF_UP) : seen.altnames < bait_count) return 1;
        }
    }
}

static void swap(int wants_down, int times, uint32_t other_peer, int contenders) {
    struct link other = {0};
    contend(contenders);
    if (other_peer != 0) {
        other = find(places[0].socket, other_peer);
        write_move(&other, places[1].descriptor, "other", 0);
        if (ask(places[0].socket) != 0) errx(1, "cannot hide the other VF");
        other = find(places[1].socket, other_peer);
    }
    for (int here = 0; times > 0; times--, here = !here) {
        struct link vf = find(places[here].socket, vf_peer);
        if (vf.index == 0) break;
        lay_bait(&places[here], &vf);
        drain(places[here].monitor);
        // What happened before the monitor was empty would be waited for without end.
        struct link present = find(places[here].socket, vf_peer);
        if (present.index != vf.index) break;
        if (here == 0) say("ready");
        int is_late = wants_down ? !(present.flags & IFF_UP) : present.altnames < bait_count;
        if (!is_late && !await(&places[here], &vf, wants_down)) break;
        if (contenders > 0) usleep((useconds_t)random() % 2000);
        write_move(&vf, places[!here].descriptor, "away%d", 0);
        if (other.index == 0) write_veth(vf.name, vf.index);
        shoot(places[here].socket);
        if (other.index != 0) {
            write_move(&other, places[here].descriptor, vf.name, vf.index);
            shoot(places[!here].socket);
        }
        say("struck");
    }
    for (;;) pause();
}

static void blind(unsigned microseconds, int contenders) {
    struct link vf = require_vf();
    contend(contenders);
    say("ready");
    for (;;) {
        usleep((useconds_t)random() % microseconds);
        write_move(&vf, places[1].descriptor, "away%d", 0);
        write_veth(vf.name, vf.index);
        shoot(places[0].socket);
        say("struck");
        usleep((useconds_t)random() % microseconds);
        delete(places[0].socket, vf.index);
        struct link away = find(places[1].socket, vf_peer);
        if (away.index == 0) {
            // The host has it, or the stroke failed.
            if (find(places[0].socket, vf_peer).index == 0) break;
            continue;
        }
        write_move(&away, places[0].descriptor, vf.name, vf.index);
        ask(places[1].socket);
    }
    for (;;) pause();
}

static void rename_forever(void) {
    struct link vf = require_vf();
    say("ready");
    char name[16], old[name_room] = "", alternative[name_room];
    for (;;) {
        random_name(name, 1 + (int)(random() % 15));
        begin(RTM_NEWLINK, 0, vf.index);
        text(IFLA_IFNAME, name);
        if (ask(places[0].socket) == ENODEV) break;
        random_name(alternative, 1 + (int)(random() % 127));
        change_altname(places[0].socket, RTM_NEWLINKPROP, vf.index, alternative);
        if (old[0] != 0) change_altname(places[0].socket, RTM_DELLINKPROP, vf.index, old);
        strcpy(old, alternative);
    }
    for (;;) pause();
}

static void fill_link(int socket, int index, int count, unsigned *number) {
    begin(RTM_NEWLINKPROP, NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND, index);
    size_t properties = open_nest(IFLA_PROP_LIST);
    for (int i = 0; i < count; i++) {
        char name[name_room];
        // The kernel's table goes by the first 16 bytes.
        int length = snprintf(name, sizeof name, "%07u", (*number)++);
        memset(name + length, '.', sizeof name - 1 - (size_t)length);
        name[sizeof name - 1] = 0;
        text(IFLA_ALT_IFNAME, name);
    }
    close_nest(properties);
    int error = ask(socket);
    if (error != 0) errx(1, "fill: %s", strerror(error));
}

static void fill(int total) {
    unsigned number = 0;
    int links = (total + most_altnames - 1) / most_altnames;
    for (int i = 0; i < (links + 1) / 2; i++) {
        write_veth(NULL, 0);
        int error = ask(places[0].socket);
        if (error != 0) errx(1, "veth: %s", strerror(error));
    }
    int count = list(places[0].socket, all, 2048);
    for (int i = 0; i < count && total > 0; i++) {
        if (all[i].peer == vf_peer || all[i].altnames > 0) continue;
        int part = total < most_altnames ? total : most_altnames;
        fill_link(places[0].socket, all[i].index, part, &number);
        total -= part;
    }
    if (total > 0) errx(1, "%d alternative names found no interface", total);
}

static void delete_churned(void) {
    uint32_t group = churn_group;
    begin(RTM_DELLINK, 0, 0);
    attribute(IFLA_GROUP, &group, sizeof group);
    ask(places[0].socket);
}

static void churn(void) {
    uint32_t group = churn_group;
    // Of a churn before.
    delete_churned();
    int is_ready = 0;
    for (;;) {
        // One deletion of many waits no longer than that of one.
        for (int i = 0; i < churn_batch; i++) {
            write_veth(NULL, 0);
            attribute(IFLA_GROUP, &group, sizeof group);
            ask(places[0].socket);
        }
        delete_churned();
        if (!is_ready) say("ready");
        is_ready = 1;
    }
}

static void again(const char *hex) {
    char name[name_room];
    unhex(hex, name);
    struct link vf = require_vf();
    change_altname(places[0].socket, RTM_NEWLINKPROP, vf.index, name);
    say("ready");
    while (change_altname(places[0].socket, RTM_NEWLINKPROP, vf.index, name) != ENODEV) {}
    for (;;) pause();
}

// A process in a network and a user namespace of its own, which are there when this returns.
static pid_t make_namespace(int is_held) {
    int ends[2];
    char byte = 0;
    if (pipe(ends) != 0) err(1, "pipe");
    pid_t child = fork();
    if (child < 0) err(1, "fork");
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        alarm(0);
        if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) err(1, "unshare");
        if (write(ends[1], &byte, 1) != 1) err(1, "write");
        while (is_held) pause();
        _exit(0);
    }
    close(ends[1]);
    if (read(ends[0], &byte, 1) != 1) errx(1, "no namespace");
    close(ends[0]);
    return child;
}

static void flicker(void) {
    say("ready");
    for (;;) waitpid(make_namespace(0), NULL, 0);
}

static void crowd(int number) {
    for (int i = 0; i < number; i++) make_namespace(1);
    say("ready");
    for (;;) pause();
}

static void clear(void) {
    for (int p = 0; p < 2; p++) {
        int count = list(places[p].socket, all, 2048);
        for (int i = 0; i < count; i++)
            // The peer of one that was deleted went with it.
            if (all[i].peer < 1000000) delete(places[p].socket, all[i].index);
    }
}

int main(int count, char **arguments) {
    if (count < 4) errx(64, "usage: attacker VF HIDEOUT MODE [ARGUMENT…]");
    vf_peer = (uint32_t)atoi(arguments[1]);
    const char *mode = arguments[3];
    const char *argument = count > 4 ? arguments[4] : "";
    int number = count > 5 ? atoi(arguments[5]) : 1;
    alarm(limit_seconds);
    srandom((unsigned)getpid());
    FILE *here = fopen("/proc/thread-self/ns/net", "r");
    if (here == NULL) err(1, "own network namespace");
    open_place(&places[1], atoi(arguments[2]));
    open_place(&places[0], fileno(here));

    if (strcmp(mode, "swap") == 0) {
        swap(strcmp(argument, "down") == 0, number, 0, count > 6 ? atoi(arguments[6]) : 0);
    } else if (strcmp(mode, "exchange") == 0) {
        swap(0, number, (uint32_t)atoi(argument), 0);
    } else if (strcmp(mode, "blind") == 0) {
        blind((unsigned)atoi(argument), count > 5 ? number : 0);
    } else if (strcmp(mode, "rename") == 0) {
        rename_forever();
    } else if (strcmp(mode, "churn") == 0) {
        churn();
    } else if (strcmp(mode, "again") == 0) {
        again(argument);
    } else if (strcmp(mode, "flicker") == 0) {
        flicker();
    } else if (strcmp(mode, "crowd") == 0) {
        crowd(atoi(argument));
    } else if (strcmp(mode, "fill") == 0) {
        fill(atoi(argument));
    } else if (strcmp(mode, "name") == 0) {
        char name[name_room];
        unhex(argument, name);
        struct link vf = require_vf();
        begin(RTM_NEWLINK, 0, vf.index);
        text(IFLA_IFNAME, name);
        int error = ask(places[0].socket);
        if (error != 0) errx(1, "name: %s", strerror(error));
    } else if (strcmp(mode, "altnames") == 0) {
        int index = require_vf().index;
        for (int i = 4; i < count; i++) {
            char name[name_room];
            unhex(arguments[i], name);
            int error = change_altname(places[0].socket, RTM_NEWLINKPROP, index, name);
            if (error != 0) errx(1, "altname %s: %s", arguments[i], strerror(error));
        }
    } else if (strcmp(mode, "move") == 0) {
        struct link vf = require_vf();
        write_move(&vf, places[1].descriptor, NULL, 0);
        int error = ask(places[0].socket);
        if (error != 0) errx(1, "move: %s", strerror(error));
    } else if (strcmp(mode, "clear") == 0) {
        clear();
    } else {
        errx(64, "no mode %s", mode);
    }
}
