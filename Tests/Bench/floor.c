// The least that gives a VF to a container and takes it back: the kernel is sent what has to change, and nothing
// is read, checked, recorded or undone. No correct plugin can be as cheap; it shows what the kernel's own part costs.
//
// floor [-p] add PF INDEX VF NAMESPACE NAME MAC VLAN QOS RATE
// floor [-p] del PF INDEX VF NAMESPACE NAME MAC
//
// PF and VF are interfaces by name, MAC is the VF's new one and on the way back its old one. With -p all settings
// of the PF go into one message; without, each into its own, as a program must send them that is to tell which
// of them was refused.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct message {
    struct nlmsghdr header;
    struct ifinfomsg link;
    char attributes[512];
};

static void fail(const char *operation) {
    fprintf(stderr, "floor: %s: %s\n", operation, strerror(errno));
    exit(1);
}

static int open_or_fail(const char *path) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) fail(path);
    return descriptor;
}

static int open_netlink(void) {
    int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (descriptor < 0) fail("socket");
    return descriptor;
}

static void enter(int namespace) {
    if (setns(namespace, CLONE_NEWNET) < 0) fail("setns");
}

static unsigned index_of(const char *name) {
    unsigned index = if_nametoindex(name);
    if (index == 0) fail(name);
    return index;
}

static void begin(struct message *message, unsigned index) {
    memset(message, 0, sizeof *message);
    message->header.nlmsg_len = NLMSG_LENGTH(sizeof message->link);
    message->header.nlmsg_type = RTM_SETLINK;
    message->header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    message->link.ifi_index = (int)index;
}

static struct rtattr *append(struct message *message, unsigned short type, const void *data, size_t length) {
    struct rtattr *attribute = (struct rtattr *)((char *)message + NLMSG_ALIGN(message->header.nlmsg_len));
    attribute->rta_type = type;
    attribute->rta_len = (unsigned short)RTA_LENGTH(length);
    if (length > 0) memcpy(RTA_DATA(attribute), data, length);
    message->header.nlmsg_len = NLMSG_ALIGN(message->header.nlmsg_len) + RTA_ALIGN(attribute->rta_len);
    return attribute;
}

static void close_nest(const struct message *message, struct rtattr *nest) {
    const char *end = (const char *)message + message->header.nlmsg_len;
    nest->rta_len = (unsigned short)(end - (const char *)nest);
}

static void transact(int netlink, const struct message *message, const char *what) {
    union {
        struct nlmsghdr header;
        char bytes[4096];
    } reply;
    if (send(netlink, message, message->header.nlmsg_len, 0) < 0) fail(what);
    if (recv(netlink, &reply, sizeof reply, 0) < 0) fail(what);
    const struct nlmsgerr *error = NLMSG_DATA(&reply.header);
    errno = -error->error;
    if (reply.header.nlmsg_type != NLMSG_ERROR || errno != 0) fail(what);
}

struct setting {
    unsigned short type;
    const void *data;
    size_t length;
    const char *name;
};

static void configure(int netlink, unsigned parent, const struct setting *settings, int count, int packed) {
    int each = packed ? count : 1;
    for (int first = 0; first < count; first += each) {
        struct message message;
        begin(&message, parent);
        struct rtattr *list = append(&message, IFLA_VFINFO_LIST | NLA_F_NESTED, NULL, 0);
        struct rtattr *info = append(&message, IFLA_VF_INFO | NLA_F_NESTED, NULL, 0);
        for (int i = first; i < first + each; i++)
            append(&message, settings[i].type, settings[i].data, settings[i].length);
        close_nest(&message, info);
        close_nest(&message, list);
        transact(netlink, &message, settings[first].name);
    }
}

static void set_mac(int netlink, unsigned interface, const struct ether_addr *mac) {
    struct message message;
    begin(&message, interface);
    append(&message, IFLA_ADDRESS, mac, ETH_ALEN);
    transact(netlink, &message, "MAC of the interface");
}

static void move(int netlink, unsigned interface, int namespace, const char *name) {
    struct message message;
    begin(&message, interface);
    append(&message, IFLA_NET_NS_FD, &namespace, sizeof namespace);
    append(&message, IFLA_IFNAME, name, strlen(name) + 1);
    transact(netlink, &message, "move");
}

static void bring_up(int netlink, unsigned interface) {
    struct message message;
    begin(&message, interface);
    message.link.ifi_flags = IFF_UP;
    message.link.ifi_change = IFF_UP;
    transact(netlink, &message, "up");
}

int main(int count, char **arguments) {
    int packed = count > 1 && strcmp(arguments[1], "-p") == 0;
    count -= packed;
    arguments += packed;
    int adding = count == 11 && strcmp(arguments[1], "add") == 0;
    if (!adding && !(count == 8 && strcmp(arguments[1], "del") == 0)) {
        fprintf(stderr, "usage: floor [-p] add PF INDEX VF NAMESPACE NAME MAC VLAN QOS RATE\n"
                        "       floor [-p] del PF INDEX VF NAMESPACE NAME MAC\n");
        return 2;
    }
    const char *vf_name = arguments[4], *name = arguments[6];
    unsigned index = (unsigned)atoi(arguments[3]);
    unsigned parent = index_of(arguments[2]);
    const struct ether_addr *mac = ether_aton(arguments[7]);
    if (mac == NULL) fail(arguments[7]);
    int container = open_or_fail(arguments[5]);
    int netlink = open_netlink();

    struct ifla_vf_mac vf_mac = {.vf = index};
    struct ifla_vf_vlan vlan = {.vf = index};
    struct ifla_vf_spoofchk spoof_check = {.vf = index, .setting = !adding};
    struct ifla_vf_trust trust = {.vf = index, .setting = adding};
    struct ifla_vf_rate rate = {.vf = index};
    if (adding) {
        memcpy(vf_mac.mac, mac, ETH_ALEN);
        vlan.vlan = (unsigned)atoi(arguments[8]);
        vlan.qos = (unsigned)atoi(arguments[9]);
        rate.max_tx_rate = (unsigned)atoi(arguments[10]);
    }
    const struct setting settings[] = {
        {IFLA_VF_MAC, &vf_mac, sizeof vf_mac, "MAC"},
        {IFLA_VF_VLAN, &vlan, sizeof vlan, "VLAN"},
        {IFLA_VF_SPOOFCHK, &spoof_check, sizeof spoof_check, "spoofchk"},
        {IFLA_VF_TRUST, &trust, sizeof trust, "trust"},
        {IFLA_VF_RATE, &rate, sizeof rate, "rate"},
    };
    const int all = sizeof settings / sizeof *settings;

    // igb refuses the interface a MAC once the PF has administered one: so it goes first, and on the way back last.
    if (adding) {
        unsigned interface = index_of(vf_name);
        set_mac(netlink, interface, mac);
        configure(netlink, parent, settings, all, packed);
        move(netlink, interface, container, name);
        enter(container);
        bring_up(open_netlink(), index_of(name));
    } else {
        int host = open_or_fail("/proc/self/ns/net");
        enter(container);
        move(open_netlink(), index_of(name), host, vf_name);
        enter(host);
        configure(netlink, parent, settings, all, packed);
        set_mac(netlink, index_of(vf_name), mac);
    }
    return 0;
}
