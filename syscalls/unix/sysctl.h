/*
 * sysctl: a tree of what the system tells about itself. Each system gives a table of leaves, sorted
 * in no order; inner nodes follow from the dotted names. The values are made when they are asked
 * for.
 */
#ifndef SYSCALLS_UNIX_SYSCTL_H
#define SYSCALLS_UNIX_SYSCTL_H

#include "syscalls/unix/unix.h"

#define UNIX_SYSCTL_DEPTH 5 /* of a leaf in the table */
#define UNIX_SYSCTL_NAME 24 /* CTL_MAXNAME of FreeBSD; numbers in one call */

/* Where a value goes: host memory that grows. */
struct unix_sysctl_out {
    char *data;
    size_t size, room;
    bool failed; /* no memory */
};
void unix_sysctl_add(struct unix_sysctl_out *out, const void *data, size_t n);
void unix_sysctl_text(struct unix_sysctl_out *out, const char *text);

enum unix_sysctl_kind {
    UNIX_SYSCTL_NODE, /* takes further numbers of its own: net.route, kern.proc */
    UNIX_SYSCTL_INT,  /* 32 bits */
    UNIX_SYSCTL_LONG, /* 64 bits */
    UNIX_SYSCTL_STRING,
    UNIX_SYSCTL_STRUCT,
};
struct unix_sysctl {
    int oid[UNIX_SYSCTL_DEPTH]; /* ends with 0, where shorter */
    const char *name;
    enum unix_sysctl_kind kind;
    int64_t value;    /* of an INT or LONG without get */
    const char *text; /* of a STRING without get */
    /* 0 or -errno; rest: the numbers after the row's own. asked: the size of the caller's buffer.
     */
    int (*get)(struct unix_sysctl_out *out, const int *rest, unsigned n, size_t asked);
    bool may_set; /* by root: others get EPERM either way */
};

unsigned unix_sysctl_depth(const struct unix_sysctl *s);
/* The leaf that an oid names, or that it goes on from; NULL: none. */
const struct unix_sysctl *unix_sysctl_find(const struct unix_sysctl *table, size_t count,
                                           const int *oid, unsigned n);
const struct unix_sysctl *unix_sysctl_named(const struct unix_sysctl *table, size_t count,
                                            const char *name);
int unix_sysctl_value(const struct unix_sysctl *s, const int *oid, unsigned n, size_t asked,
                      struct unix_sysctl_out *out);
/* Hands a value over as sysctl(3) says: cut and -ENOMEM where it does not fit. Frees it. */
int64_t unix_sysctl_reply(struct unix_sysctl_out *out, void *old, void *oldlenp);

/* Values that both systems have */
typedef int unix_sysctl_get(struct unix_sysctl_out *out, const int *rest, unsigned n, size_t asked);
unix_sysctl_get unix_sysctl_ostype, unix_sysctl_osrelease, unix_sysctl_hostname,
    unix_sysctl_osreldate, unix_sysctl_boottime, unix_sysctl_random, unix_sysctl_ncpu,
    unix_sysctl_physmem, unix_sysctl_model, unix_sysctl_somaxconn, unix_sysctl_maxfiles,
    unix_sysctl_maxfilesperproc, unix_sysctl_maxproc, unix_sysctl_loadavg, unix_sysctl_domainname,
    unix_sysctl_freemem, unix_sysctl_usrstack, unix_sysctl_ps_strings;

/* --- the network (syscalls/unix/route.c) ---------------------------------------------------------
 */

/* What net.route's lists are made of: the messages of route(4), whose headers differ. */
struct unix_route_layout {
    uint8_t version, newaddr, newmaddr, ifinfo, get;
    size_t ifm_size, ifam_size, rtm_size;
    void (*ifm)(void *out, uint32_t flags, uint16_t index, uint8_t type, uint8_t address_length,
                uint32_t mtu, int32_t addrs);
    void (*ifam)(void *out, uint32_t flags, uint16_t index, int32_t addrs);
    void (*rtm)(void *out, uint32_t flags, uint16_t index, int32_t addrs);
};
/* NET_RT_IFLIST; family 0: all; index 0: all. */
int unix_route_interfaces(struct unix_sysctl_out *out, const struct unix_route_layout *l,
                          int family, unsigned index);
/* NET_RT_IFMALIST */
int unix_route_groups(struct unix_sysctl_out *out, const struct unix_route_layout *l,
                      unsigned index);
/* NET_RT_DUMP */
int unix_route_dump(struct unix_sysctl_out *out, const struct unix_route_layout *l, int family);

#endif
