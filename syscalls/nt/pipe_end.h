/* What pipe.c and pipe_open.c share. */
#ifndef SYSCALLS_NT_PIPE_END_H
#define SYSCALLS_NT_PIPE_END_H

#include "syscalls/nt/pipe.h"
#include "syscalls/nt/wait.h"

enum nt_pipe_request_kind { NT_PIPE_READ, NT_PIPE_WRITE, NT_PIPE_LISTEN };

/* A request that has answered STATUS_PENDING; holds the file and the thread. */
struct nt_pipe_request {
    struct nt_pipe_request *next;
    enum nt_pipe_request_kind kind;
    struct nt_file *file;
    struct nt_io io;
    char *buffer; /* guest */
    size_t n, done, header;
    NTSTATUS status;
    bool cancelled;
};

struct nt_pipe_end {
    struct nt_file *file; /* that this is `more` of */
    pthread_mutex_t lock; /* guards all that changes here; never held while blocking */
    pthread_mutex_t write_lock; /* of synchronous writers; taken before lock */
    bool server, named;
    bool socket; /* f->fd is one; else a host pipe */
    struct nt_pipe_kind kind;
    struct nt_pipe_key key; /* of a named server end */
    uint32_t index;
    struct nt_pipe_address address; /* of the listener */
    int listener; /* server: listening, or keeping the name; -1 */
    uint32_t state; /* FILE_PIPE_*_STATE */
    uint32_t read_mode, nowait;
    unsigned waiting; /* threads in a synchronous listen */
    /* Messages have their length in front. */
    uint32_t header, left; /* of the message being read */
    size_t header_n;       /* bytes of header that are there */
    struct nt_pipe_request *requests;
    struct nt_async watch;
    int watched; /* descriptor that watch is for, -1 */
    struct nt_pipe_end *next; /* server ends of this process that have no client (pipe_open.c) */
    bool listed;
};

extern const struct nt_file_ops nt_pipe_ops;

/* All under the end's lock. Accepts a client that is there. */
void nt_pipe_accept(struct nt_file *f, struct nt_pipe_end *e);
/* For a listen: STATUS_SUCCESS when it is or becomes a listening instance, STATUS_PIPE_CONNECTED,
 * STATUS_PIPE_CLOSING. */
NTSTATUS nt_pipe_rearm(struct nt_file *f, struct nt_pipe_end *e);
/* Ends the connection of a server. */
void nt_pipe_cut(struct nt_file *f, struct nt_pipe_end *e);
/* Not under the lock: clients of this process do not find it any more. */
void nt_pipe_unlist(struct nt_pipe_end *e);
/* The name goes. */
void nt_pipe_forget(struct nt_pipe_end *e);


/* Why an end without a connection cannot do it. */
NTSTATUS nt_pipe_not_connected(const struct nt_pipe_end *e);
/* A malloc'd copy of what could be read (raw, with the lengths of messages). */
NTSTATUS nt_pipe_look(struct nt_file *f, struct nt_pipe_end *e, char **bytes, size_t *n);

/* pipe_query.c: operations; not under the lock */
NTSTATUS nt_pipe_peek(struct nt_file *f, struct nt_pipe_end *e, char *out, uint32_t n,
                      ULONG_PTR *information);
NTSTATUS nt_pipe_query(struct nt_file *f, uint32_t class, void *buffer, uint32_t n,
                       ULONG_PTR *information);
NTSTATUS nt_pipe_set(struct nt_file *f, uint32_t class, const void *buffer, uint32_t n);
bool nt_pipe_export(struct nt_file *f, struct nt_export *x);

#endif
