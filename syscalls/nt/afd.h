/*
 * \Device\Afd: sockets. What its files share; others need nt_afd_device and nt_afd_import alone.
 *
 * A socket is a non-blocking one of the host. Requests that cannot end at once wait in one of two
 * queues, and the I/O thread goes on with them. nt_afd_lock guards the queues, the polls and what
 * is said to be below; no guest memory is touched and no request completed under it.
 */
#ifndef SYSCALLS_NT_AFD_H
#define SYSCALLS_NT_AFD_H

#include <pthread.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "abi/nt/afd.h"
#include "syscalls/nt/async.h"
#include "syscalls/nt/file.h"

extern const struct nt_device nt_afd_device;
extern pthread_mutex_t nt_afd_lock;

enum afd_op {
    AFD_OP_RECEIVE,
    AFD_OP_SEND,
    AFD_OP_CONNECT,
    AFD_OP_LISTEN,
    AFD_OP_SUPER_ACCEPT,
    AFD_OP_TRANSMIT
};
enum { AFD_IN, AFD_OUT, AFD_DIRECTIONS };

#define AFD_SMALL_IOV 4

struct afd_socket;
struct afd_transmission; /* afd_transmit.c */

/* A path as the guest gave it, UTF-8; "" for none. */
struct afd_unix_name {
    char path[109];
};

struct afd_request {
    struct afd_request *next;
    struct nt_io io;
    struct nt_file *file;      /* a reference once it is in a queue */
    struct afd_socket *socket; /* of file */
    enum afd_op op;
    bool executing, cancelled; /* under the lock */
    bool overlapped;
    int flags; /* MSG_* */
    struct iovec *iov;
    struct iovec small[AFD_SMALL_IOV];
    uint32_t iov_count;
    size_t done;   /* bytes that earlier tries moved */
    void *address; /* guest: where a datagram's sender goes; NULL */
    ULONG *address_length;
    struct sockaddr_storage to;
    socklen_t to_n;
    void *out; /* guest */
    uint32_t out_n;
    /* Control data: sent, as the host has it, and where received data goes. */
    void *control, *control_out; /* allocated; guest */
    size_t control_n;
    ULONG *control_length, *message_flags; /* guest */
    struct afd_transmission *transmission; /* owned */
    struct nt_file *accept;                /* a reference once it is in a queue */
    AFD_SUPER_ACCEPT_INFO super;
};

/* A connection that WAIT_FOR_LISTEN has announced and ACCEPT has not fetched. */
struct afd_waiting {
    struct afd_waiting *next;
    int fd;
    LONG sequence;
};

struct afd_poll;
struct afd_poll_entry {
    struct afd_poll_entry *next; /* of the socket */
    struct afd_poll *poll;
    struct nt_file *file; /* a reference */
    struct afd_socket *socket;
    HANDLE handle;
    ULONG events;
};

struct afd_socket {
    int family, type, protocol; /* NT's numbers */
    struct nt_file *file;       /* not a reference: the socket is the file's */
    struct nt_async async;
    /* Under the lock */
    struct afd_request *queue[AFD_DIRECTIONS];
    struct afd_poll_entry *polls;
    struct afd_waiting *waiting;
    LONG sequence;
    bool closed;                    /* the last handle is gone */
    bool hung_up;                   /* the I/O thread has seen EPOLLHUP or EPOLLERR */
    bool accepting;                 /* a connection is about to be put into this endpoint */
    struct nt_object *select_event; /* a reference; NULL */
    ULONG select_events, select_pending, select_off; /* off: reported, and not enabled again */
    /* Atomic */
    _Atomic int connect_error; /* errno of the last connect, until the next or until it is read */
    atomic_bool bound, listening, connecting, connected, nonblocking, reuse, exclusive;
    atomic_bool shut_send, shut_receive, connect_failed;
    _Atomic int64_t since; /* when it was connected, seconds of the monotonic clock */
    atomic_bool no_reset;  /* SIO_UDP_CONNRESET is off */
    atomic_bool receive_tos, receive_ecn;      /* which of both the program wants to be told */
    atomic_uint receive_timeout, send_timeout; /* ms, 0: none; the waiting side's to respect */
    /* The library's own bytes, for a process that inherits the socket; under the lock */
    void *context;
    ULONG context_n;
    struct afd_unix_name *names; /* own and peer's, of the family AF_UNIX; set while it is made */
    bool accepted;               /* by another endpoint */
};

#define AFD_UNIX 1

static inline struct afd_socket *afd_of(struct nt_file *f)
{
    return f->more;
}

/* The socket behind a handle, with a reference on the file. STATUS_INVALID_HANDLE,
 * STATUS_OBJECT_TYPE_MISMATCH (also for other files). */
NTSTATUS afd_get(HANDLE h, struct nt_file **f);

/* afd_address.c */
NTSTATUS afd_status(int error);
/* In and out of the host's form. in: STATUS_INVALID_ADDRESS_COMPONENT, STATUS_INVALID_PARAMETER. */
NTSTATUS afd_address_in(const struct afd_socket *s, const void *guest, size_t n,
                        struct sockaddr_storage *to, socklen_t *to_n);
/* The NT form into `to` of at least sizeof(struct sockaddr_storage); the bytes it has. */
size_t afd_address_out(const struct sockaddr_storage *from, socklen_t n, void *to);
int afd_host_family(int family); /* -1 */
/* The name of a descriptor of this socket, or of its peer; 0 with errno. */
size_t afd_name_out(const struct afd_socket *s, int fd, bool peer, void *to);

struct sockaddr_un;
/* afd_unix.c. folder: a descriptor to close when the address has been used, or -1. */
NTSTATUS afd_unix_in(const char *guest, size_t n, struct afd_unix_name *name,
                     struct sockaddr_un *to, socklen_t *to_n, int *folder);
size_t afd_unix_out(const struct afd_unix_name *name, void *to);

/* afd_message.c: control data, between NT's numbers and the host's. */
NTSTATUS afd_control_in(struct afd_request *r, const void *guest, ULONG n);
NTSTATUS afd_control_out(const struct afd_request *r, struct msghdr *m);

/* afd_transmit.c */
NTSTATUS afd_transmit_file(struct nt_file *f, struct nt_io *io, const void *in, uint32_t in_n,
                           ULONG_PTR *information);
NTSTATUS afd_transmit_packets(struct nt_file *f, struct nt_io *io, const void *in, uint32_t in_n,
                              ULONG_PTR *information);
NTSTATUS afd_transmit_go(struct afd_request *r, ULONG_PTR *information);
void afd_transmission_free(struct afd_transmission *t);

/* afd.c. reuse: the endpoint can be connected or accepted into again. */
NTSTATUS afd_disconnect(struct nt_file *f, ULONG mode, bool reuse);

/* afd_request.c */
/* Ends now, or takes a copy of *r and answers STATUS_PENDING. *r is on the caller's stack; what it
 * owns (iov) is gone afterwards. */
NTSTATUS afd_submit(struct afd_request *r, ULONG_PTR *information);
NTSTATUS afd_buffers(struct afd_request *r, AFD_BUFFER *guest, ULONG count);
NTSTATUS afd_cancel(struct nt_file *f, const IO_STATUS_BLOCK *iosb);
void afd_ready(struct nt_async *a, uint32_t events);
void afd_arm(struct afd_socket *s); /* under the lock */
/* Has a connection attempt ended? Any thread. */
void afd_settle_connect(struct afd_socket *s);
void afd_set_connected(struct afd_socket *s);
/* Puts an accepted descriptor into a fresh endpoint; consumes fd. */
NTSTATUS afd_take(struct nt_file *accept, int fd);
/* The endpoint goes on with another descriptor; consumes fd. */
NTSTATUS afd_replace(struct nt_file *f, int fd);
NTSTATUS afd_accepting(struct nt_file *listener, struct nt_file *accept);

/* afd_poll.c */
NTSTATUS afd_poll(struct nt_file *f, struct nt_io *io, const void *in, uint32_t in_n, void *out,
                  uint32_t out_n, ULONG_PTR *information);
ULONG afd_events(struct afd_socket *s, NTSTATUS *connect_status);
struct afd_poll *afd_polls_ready(struct afd_socket *s); /* under the lock: those to finish */
void afd_polls_finish(struct afd_poll *p);
struct afd_poll *afd_polls_closed(struct afd_socket *s);
bool afd_poll_cancel(struct nt_file *f, const IO_STATUS_BLOCK *iosb);
uint32_t afd_poll_wants(const struct afd_socket *s); /* EPOLL* */
NTSTATUS afd_event_select(struct afd_socket *s, const void *in, uint32_t in_n);
NTSTATUS afd_enum_events(struct afd_socket *s, const void *in, uint32_t in_n, void *out,
                         uint32_t out_n, ULONG_PTR *information);
/* Under the lock: new events go to the selected event object. */
void afd_select_update(struct afd_socket *s);
/* A call that enables an event again was made. Without the lock. */
void afd_select_enable(struct afd_socket *s, ULONG events);

/* afd_option.c */
NTSTATUS afd_transport(struct afd_socket *s, struct nt_io *io, const void *in, uint32_t in_n,
                       void *out, uint32_t out_n, ULONG_PTR *information);

/* A socket from a parent process, or a descriptor from outside; it owns e->fd. */
struct nt_object *nt_afd_import(const struct nt_export *e);
#define NT_AFD_EXPORT 0x10000u /* in word[3] */

#endif
