/*
 * Sockets: control data of datagrams (WSARecvMsg, WSASendMsg). The headers agree on both sides;
 * levels, types and some of the data do not.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "syscalls/nt/afd.h"

#define MAX_CONTROL 512u
#define NT_MSG_TRUNC 0x100u
#define NT_MSG_CTRUNC 0x200u

enum {
    NT_IP_TOS = 3,
    NT_IP_TTL = 4,
    NT_PKTINFO = 19,
    NT_HOPLIMIT = 21,
    NT_IPV6_TCLASS = 39,
    NT_ECN = 50
};

struct nt_header { /* WSACMSGHDR */
    uint64_t length;
    int32_t level, type;
};
_Static_assert(sizeof(struct nt_header) == sizeof(struct cmsghdr), "both have 16 bytes");

static size_t aligned(size_t n)
{
    return (n + 7) & ~(size_t)7;
}

struct out {
    char bytes[MAX_CONTROL];
    size_t n;
};

static void put(struct out *o, int level, int type, const void *data, size_t n)
{
    struct nt_header h = {sizeof(h) + n, level, type};

    if (o->n + aligned(sizeof(h) + n) > sizeof(o->bytes))
        return;
    memset(o->bytes + o->n, 0, aligned(sizeof(h) + n));
    memcpy(o->bytes + o->n, &h, sizeof(h));
    memcpy(o->bytes + o->n + sizeof(h), data, n);
    o->n += aligned(sizeof(h) + n);
}

/* One item of the host's. */
static void translate(const struct afd_socket *s, const struct cmsghdr *c, struct out *o)
{
    const void *data = CMSG_DATA(c);
    int value = 0;

    if (c->cmsg_len < CMSG_LEN(1))
        return;
    size_t n = c->cmsg_len - CMSG_LEN(0);
    memcpy(&value, data, n < sizeof(value) ? n : sizeof(value));
    if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
        struct in_pktinfo host;
        struct {
            struct in_addr address;
            ULONG index;
        } nt;
        memcpy(&host, data, sizeof(host));
        nt.address = host.ipi_addr;
        nt.index = (ULONG)host.ipi_ifindex;
        put(o, IPPROTO_IP, NT_PKTINFO, &nt, sizeof(nt));
    } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
        put(o, IPPROTO_IPV6, NT_PKTINFO, data, sizeof(struct in6_pktinfo));
    } else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TTL) {
        put(o, IPPROTO_IP, NT_HOPLIMIT, &value, sizeof(value));
    } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_HOPLIMIT) {
        put(o, IPPROTO_IPV6, NT_HOPLIMIT, &value, sizeof(value));
    } else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TOS) {
        int ecn = value & 3;
        if (s->receive_tos)
            put(o, IPPROTO_IP, NT_IP_TOS, &value, sizeof(value));
        if (s->receive_ecn)
            put(o, IPPROTO_IP, NT_ECN, &ecn, sizeof(ecn));
    } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_TCLASS) {
        int ecn = value & 3;
        if (s->receive_tos)
            put(o, IPPROTO_IPV6, NT_IPV6_TCLASS, &value, sizeof(value));
        if (s->receive_ecn)
            put(o, IPPROTO_IPV6, NT_ECN, &ecn, sizeof(ecn));
    }
}

NTSTATUS afd_control_out(const struct afd_request *r, struct msghdr *m)
{
    struct out o = {.n = 0};
    ULONG room = 0, flags;

    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c))
        translate(r->socket, c, &o);
    flags = (m->msg_flags & MSG_TRUNC ? NT_MSG_TRUNC : 0) |
            (m->msg_flags & MSG_CTRUNC ? NT_MSG_CTRUNC : 0);
    if (r->control_length && !guest_get(&room, r->control_length))
        return STATUS_ACCESS_VIOLATION;
    if (o.n > room) {
        flags |= NT_MSG_CTRUNC;
        o.n = 0; /* not half of an item */
    }
    if (o.n && !guest_write(r->control_out, o.bytes, o.n))
        return STATUS_ACCESS_VIOLATION;
    if (r->control_length && !guest_put(r->control_length, (ULONG)o.n))
        return STATUS_ACCESS_VIOLATION;
    return guest_put(r->message_flags, flags) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

/* One item of the guest's into the host's form. */
static NTSTATUS take(struct msghdr *m, const struct nt_header *h, const char *data, size_t n)
{
    struct cmsghdr *c = (struct cmsghdr *)((char *)m->msg_control + m->msg_controllen);
    struct in_pktinfo v4 = {0};
    int value = 0;
    const void *from = &value;
    size_t size = sizeof(value);
    int type;

    memcpy(&value, data, n < sizeof(value) ? n : sizeof(value));
    if (h->level == IPPROTO_IP && h->type == NT_PKTINFO) {
        if (n < 8)
            return STATUS_INVALID_PARAMETER;
        memcpy(&v4.ipi_spec_dst, data, 4);
        memcpy(&v4.ipi_ifindex, data + 4, 4);
        from = &v4;
        size = sizeof(v4);
        type = IP_PKTINFO;
    } else if (h->level == IPPROTO_IPV6 && h->type == NT_PKTINFO) {
        if (n < sizeof(struct in6_pktinfo))
            return STATUS_INVALID_PARAMETER;
        from = data;
        size = sizeof(struct in6_pktinfo);
        type = IPV6_PKTINFO;
    } else if (h->level == IPPROTO_IP && (h->type == NT_HOPLIMIT || h->type == NT_IP_TTL)) {
        type = IP_TTL;
    } else if (h->level == IPPROTO_IPV6 && h->type == NT_HOPLIMIT) {
        type = IPV6_HOPLIMIT;
    } else if (h->level == IPPROTO_IP && (h->type == NT_IP_TOS || h->type == NT_ECN)) {
        type = IP_TOS;
    } else if (h->level == IPPROTO_IPV6 && (h->type == NT_IPV6_TCLASS || h->type == NT_ECN)) {
        type = IPV6_TCLASS;
    } else {
        return STATUS_INVALID_PARAMETER;
    }
    if (m->msg_controllen + CMSG_SPACE(size) > MAX_CONTROL)
        return STATUS_INVALID_PARAMETER;
    c->cmsg_level = h->level;
    c->cmsg_type = type;
    c->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(c), from, size);
    m->msg_controllen += CMSG_SPACE(size);
    return STATUS_SUCCESS;
}

NTSTATUS afd_control_in(struct afd_request *r, const void *guest, ULONG n)
{
    char bytes[MAX_CONTROL] __attribute__((aligned(8)));
    struct msghdr m = {0};
    NTSTATUS status = STATUS_SUCCESS;

    if (!n || !guest)
        return STATUS_SUCCESS;
    if (n > sizeof(bytes))
        return STATUS_INVALID_PARAMETER;
    if (!guest_read(bytes, guest, n))
        return STATUS_ACCESS_VIOLATION;
    m.msg_control = calloc(1, MAX_CONTROL);
    if (!m.msg_control)
        return STATUS_INSUFFICIENT_RESOURCES;
    for (size_t at = 0; at + sizeof(struct nt_header) <= n && NT_SUCCESS(status);) {
        struct nt_header h;
        memcpy(&h, bytes + at, sizeof(h));
        if (h.length < sizeof(h) || h.length > n - at)
            status = STATUS_INVALID_PARAMETER;
        else
            status = take(&m, &h, bytes + at + sizeof(h), (size_t)h.length - sizeof(h));
        at += aligned((size_t)h.length);
    }
    if (!NT_SUCCESS(status) || !m.msg_controllen) {
        free(m.msg_control);
        return status;
    }
    r->control = m.msg_control;
    r->control_n = m.msg_controllen;
    return STATUS_SUCCESS;
}
