/*
 * Named and anonymous pipes.
 *
 * An instance that waits for its client is a listening abstract Unix socket whose name says which
 * pipe it belongs to and what kind of pipe that is, so a client of any process finds it in the
 * host's list of sockets; the kernel's queue of one decides who gets it. When the client is there,
 * the socket is bound again without listening: the name exists, and is busy. A pipe in one
 * direction between two ends of one process is a host pipe, which native children can use.
 */
#ifndef SYSCALLS_NT_PIPE_H
#define SYSCALLS_NT_PIPE_H

#include <sys/socket.h>
#include <sys/un.h>

#include "syscalls/nt/async.h"
#include "syscalls/nt/child.h"
#include "syscalls/nt/file.h"

/* What all instances of a pipe have in common. */
struct nt_pipe_kind {
    uint32_t message;       /* FILE_PIPE_MESSAGE_TYPE */
    uint32_t configuration; /* FILE_PIPE_INBOUND, OUTBOUND, FULL_DUPLEX */
    uint32_t maximum;       /* of instances; ~0: no limit */
    uint32_t in_quota, out_quota; /* bytes */
    int64_t timeout;              /* default for waits: 100 ns, negative */
};

struct nt_pipe_key {
    uint64_t low, high;
};

struct nt_pipe_address {
    struct sockaddr_un name;
    socklen_t length;
};

/* ---- pipe_name.c ---- */

/* The key of a name (without "\\") in this session. */
struct nt_pipe_key nt_pipe_key(const uint16_t *name, size_t n);

/* A listening socket for a new instance. *index: chosen; another call with the same one and again
 * set makes it listen once more. STATUS_INSTANCE_NOT_AVAILABLE, STATUS_ACCESS_DENIED (first was
 * asked for and there are others, or the kinds differ), errors of the host. */
NTSTATUS nt_pipe_listen(struct nt_pipe_key key, const struct nt_pipe_kind *kind, bool first,
                        uint32_t *index, struct nt_pipe_address *address, int *fd);
int nt_pipe_listen_again(struct nt_pipe_key key, const struct nt_pipe_kind *kind, uint32_t index,
                         struct nt_pipe_address *address);
/* A socket that only keeps the name of a connected instance; -1. */
int nt_pipe_busy(struct nt_pipe_key key, const struct nt_pipe_kind *kind, uint32_t index);

/* Calls fn for every instance in the session until it says false. */
struct nt_pipe_seen {
    struct nt_pipe_kind kind;
    uint32_t index;
    bool listening;
    struct nt_pipe_address address;
};
NTSTATUS nt_pipe_each(struct nt_pipe_key key, bool (*fn)(void *, const struct nt_pipe_seen *),
                      void *ctx);

/* ---- pipe.c ---- */

extern const struct nt_device nt_pipe_device;

/* A pipe end for a descriptor that came from outside (a FIFO or a socket); owns fd. */
struct nt_file *nt_pipe_adopt(int fd, ACCESS_MASK access, uint32_t share, uint32_t options);

#endif
