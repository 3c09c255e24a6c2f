/* Pipes: making instances, finding them, connecting. */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscalls/nt/pipe_end.h"
#include "nt_handlers.h"

/* Server ends of this process that listen; the lock is taken before an end's. */
static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static struct nt_pipe_end *list;

static struct nt_file *end_new(int fd, ACCESS_MASK access, uint32_t share, uint32_t options)
{
    struct nt_pipe_end *e = calloc(1, sizeof(*e));

    if (!e) {
        close(fd);
        return NULL;
    }
    struct nt_file *f = nt_file_new(&nt_pipe_ops, fd, access, share, options);
    if (!f) {
        free(e);
        return NULL;
    }
    pthread_mutex_init(&e->lock, NULL);
    pthread_mutex_init(&e->write_lock, NULL);
    e->file = f;
    e->listener = e->watched = -1;
    f->more = e;
    f->device = &nt_pipe_device;
    return f;
}

struct nt_file *nt_pipe_adopt(int fd, ACCESS_MASK access, uint32_t share, uint32_t options)
{
    struct stat st;
    int flags = fcntl(fd, F_GETFL);
    bool is_socket = fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
    struct nt_file *f = end_new(fd, access, share, options);

    if (!f)
        return NULL;
    struct nt_pipe_end *e = f->more;
    e->socket = is_socket;
    e->state = FILE_PIPE_CONNECTED_STATE;
    e->kind.configuration = is_socket                          ? FILE_PIPE_FULL_DUPLEX
                            : (flags & O_ACCMODE) == O_WRONLY ? FILE_PIPE_INBOUND
                                                               : FILE_PIPE_OUTBOUND;
    e->kind.maximum = 1;
    e->kind.in_quota = e->kind.out_quota = 65536;
    return f;
}

static void unlist(struct nt_pipe_end *e)
{
    struct nt_pipe_end **link = &list;

    while (*link && *link != e)
        link = &(*link)->next;
    if (*link)
        *link = e->next;
    e->listed = false;
}

/* The end has its client: the name is kept without listening. */
static void connected(struct nt_file *f, struct nt_pipe_end *e, int fd, bool is_socket)
{
    int name = nt_pipe_busy(e->key, &e->kind, e->index);

    (void)f;
    if (e->watched >= 0) {
        nt_async_stop(&e->watch);
        e->watched = -1;
    }
    dup3(fd, e->file->fd, O_CLOEXEC);
    close(fd);
    if (e->listener >= 0)
        close(e->listener);
    e->listener = name;
    e->socket = is_socket;
    e->state = FILE_PIPE_CONNECTED_STATE;
    e->header_n = 0;
    e->left = 0;
}

void nt_pipe_accept(struct nt_file *f, struct nt_pipe_end *e)
{
    struct pollfd p = {.fd = e->listener, .events = POLLIN};

    if (!e->server || e->state != FILE_PIPE_LISTENING_STATE || poll(&p, 1, 0) <= 0)
        return;
    /* Nobody else may join the queue between the accept and the close. */
    shutdown(e->listener, SHUT_RD);
    int fd = accept4(e->listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0)
        connected(f, e, fd, true);
}

/* A placeholder keeps the number of f->fd while there is no connection. */
static void place_holder(struct nt_pipe_end *e)
{
    dup3(e->listener, e->file->fd, O_CLOEXEC);
}

void nt_pipe_cut(struct nt_file *f, struct nt_pipe_end *e)
{
    (void)f;
    if (e->watched >= 0) {
        nt_async_stop(&e->watch);
        e->watched = -1;
    }
    if (e->state == FILE_PIPE_CONNECTED_STATE) {
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        if (e->socket)
            shutdown(f->fd, SHUT_RDWR); /* wakes who waits in it, at both ends */
        if (null >= 0) {
            dup3(null, f->fd, O_CLOEXEC);
            close(null);
        }
    } else if (e->listener >= 0) {
        shutdown(e->listener, SHUT_RDWR);
        int name = nt_pipe_busy(e->key, &e->kind, e->index);
        close(e->listener);
        e->listener = name;
    }
    e->state = FILE_PIPE_DISCONNECTED_STATE;
}

NTSTATUS nt_pipe_rearm(struct nt_file *f, struct nt_pipe_end *e)
{
    struct nt_pipe_address address;

    (void)f;
    if (e->state == FILE_PIPE_LISTENING_STATE)
        return STATUS_SUCCESS;
    if (e->state == FILE_PIPE_CONNECTED_STATE) {
        struct pollfd p = {.fd = f->fd};
        return poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR)) ? STATUS_PIPE_CLOSING
                                                                      : STATUS_PIPE_CONNECTED;
    }
    if (!e->named)
        return STATUS_INVALID_PIPE_STATE;
    int fd = nt_pipe_listen_again(e->key, &e->kind, e->index, &address);
    if (fd < 0)
        return nt_status_of_errno(errno);
    if (e->listener >= 0)
        close(e->listener);
    e->listener = fd;
    e->address = address;
    place_holder(e);
    e->state = FILE_PIPE_LISTENING_STATE;
    return STATUS_SUCCESS;
}

void nt_pipe_forget(struct nt_pipe_end *e)
{
    if (e->watched >= 0) {
        nt_async_stop(&e->watch);
        e->watched = -1;
    }
    if (e->listener >= 0)
        close(e->listener);
    e->listener = -1;
    if (e->state == FILE_PIPE_LISTENING_STATE)
        e->state = FILE_PIPE_DISCONNECTED_STATE;
}

/* ---- Clients ---- */

static bool access_fits(const struct nt_pipe_kind *kind, ACCESS_MASK access)
{
    /* Inbound and outbound are the server's view. */
    return !((access & FILE_READ_DATA) && kind->configuration == FILE_PIPE_INBOUND) &&
           !((access & FILE_WRITE_DATA) && kind->configuration == FILE_PIPE_OUTBOUND);
}

struct search {
    ACCESS_MASK access;
    struct nt_pipe_kind kind;
    uint32_t index;
    int fd;
    bool any, fits;
    int error;
};

static bool try_instance(void *ctx, const struct nt_pipe_seen *seen)
{
    struct search *s = ctx;

    s->any = true;
    if (!access_fits(&seen->kind, s->access))
        return true;
    s->fits = true;
    if (!seen->listening)
        return true;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        s->error = errno;
        return false;
    }
    if (connect(fd, (const struct sockaddr *)&seen->address.name, seen->address.length) != 0) {
        close(fd); /* taken, or gone */
        return true;
    }
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    s->fd = fd;
    s->kind = seen->kind;
    s->index = seen->index;
    return false;
}

/* A one-way byte pipe whose server end is in this process and whom nobody waits for: a pipe of
 * the host. -1: there is none. */
static int connect_here(struct nt_pipe_key key, ACCESS_MASK access, struct nt_pipe_kind *kind)
{
    int ends[2], mine = -1;

    pthread_mutex_lock(&list_lock);
    for (struct nt_pipe_end *e = list; e && mine < 0; e = e->next) {
        if (e->key.low != key.low || e->key.high != key.high)
            continue;
        pthread_mutex_lock(&e->lock);
        nt_pipe_accept(e->file, e);
        if (e->state == FILE_PIPE_LISTENING_STATE && !e->kind.message &&
            e->kind.configuration != FILE_PIPE_FULL_DUPLEX && !e->waiting && !e->requests &&
            access_fits(&e->kind, access) && pipe2(ends, O_CLOEXEC) == 0) {
            bool inbound = e->kind.configuration == FILE_PIPE_INBOUND;
            /* A client that comes through the socket right now is refused by the close. */
            shutdown(e->listener, SHUT_RD);
            int late = accept4(e->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
            if (late >= 0) {
                connected(e->file, e, late, true);
                close(ends[0]);
                close(ends[1]);
            } else {
                *kind = e->kind;
                mine = ends[inbound ? 1 : 0];
                connected(e->file, e, ends[inbound ? 0 : 1], false);
            }
        }
        pthread_mutex_unlock(&e->lock);
    }
    pthread_mutex_unlock(&list_lock);
    return mine;
}

static NTSTATUS connect_to(const struct nt_open *how, const uint16_t *name, size_t n,
                           struct nt_file **out, ULONG_PTR *information)
{
    struct nt_pipe_key key = nt_pipe_key(name, n);
    struct search s = {.access = how->access, .fd = -1};
    NTSTATUS status;
    bool local = true;

    if (how->options & FILE_DIRECTORY_FILE)
        return STATUS_NOT_A_DIRECTORY;
    if (how->access & MAXIMUM_ALLOWED)
        s.access = FILE_GENERIC_READ | FILE_GENERIC_WRITE;
    s.fd = connect_here(key, s.access, &s.kind);
    if (s.fd < 0) {
        local = false;
        status = nt_pipe_each(key, try_instance, &s);
        if (!NT_SUCCESS(status))
            return status;
        if (s.fd < 0)
            return s.error   ? nt_status_of_errno(s.error)
                   : !s.any  ? STATUS_OBJECT_NAME_NOT_FOUND
                   : !s.fits ? STATUS_ACCESS_DENIED
                             : STATUS_PIPE_NOT_AVAILABLE;
    }
    struct nt_file *f = end_new(s.fd, s.access, how->share, how->options);
    if (!f)
        return STATUS_INSUFFICIENT_RESOURCES;
    struct nt_pipe_end *e = f->more;
    e->socket = !local;
    e->kind = s.kind;
    e->key = key;
    e->named = true;
    e->state = FILE_PIPE_CONNECTED_STATE;
    *out = f;
    *information = FILE_OPENED;
    return STATUS_SUCCESS;
}

/* ---- The device itself: waits ---- */

struct available {
    bool any, listening;
    int64_t timeout;
};

static bool is_available(void *ctx, const struct nt_pipe_seen *seen)
{
    struct available *a = ctx;

    a->any = true;
    a->timeout = seen->kind.timeout;
    a->listening |= seen->listening;
    return !a->listening;
}

/* FSCTL_PIPE_WAIT: instances of other processes tell nobody that they listen again, so this looks
 * every few milliseconds. */
static NTSTATUS root_wait(struct nt_io *io, const void *in, uint32_t in_n)
{
    struct {
        LARGE_INTEGER timeout;
        ULONG name_length;
        BOOLEAN given;
    } head;
    uint16_t name[512];
    struct nt_deadline end = {0};
    bool have_end = false;

    if (in_n < 14)
        return STATUS_INVALID_PARAMETER;
    memset(&head, 0, sizeof(head));
    if (!guest_read(&head, in, 13))
        return STATUS_ACCESS_VIOLATION;
    if (head.name_length > in_n - 14 || head.name_length > sizeof(name) || head.name_length % 2)
        return STATUS_INVALID_PARAMETER;
    if (!guest_read(name, (const char *)in + 14, head.name_length))
        return STATUS_ACCESS_VIOLATION;
    struct nt_pipe_key key = nt_pipe_key(name, head.name_length / 2);
    for (;;) {
        struct available a = {false, false, 0};
        NTSTATUS status = nt_pipe_each(key, is_available, &a);
        if (!NT_SUCCESS(status))
            return status;
        if (!a.any)
            return STATUS_OBJECT_NAME_NOT_FOUND;
        if (a.listening)
            return STATUS_SUCCESS;
        if (!have_end) {
            int64_t t = head.given ? head.timeout.QuadPart : a.timeout;
            nt_deadline_after(&end, t == INT64_MIN ? INT64_MAX / 4 : t < 0 ? -t : 0);
            have_end = true;
        }
        if (nt_deadline_passed(&end))
            return STATUS_IO_TIMEOUT;
        struct nt_deadline next;
        uint32_t word = 0;
        nt_deadline_after(&next, 50000);
        if (nt_block_futex(io->thread, NT_EVENT_STOP, &word, 0, &next) == -EINTR &&
            nt_interrupted(io->thread))
            return STATUS_THREAD_IS_TERMINATING;
    }
}

static NTSTATUS root_control(struct nt_file *f, struct nt_io *io, bool file_system, uint32_t code,
                             const void *in, uint32_t in_n, void *out, uint32_t out_n,
                             ULONG_PTR *information)
{
    (void)f, (void)out, (void)out_n, (void)information;
    if (!file_system || code != NT_FSCTL_PIPE_WAIT)
        return STATUS_INVALID_DEVICE_REQUEST;
    return root_wait(io, in, in_n);
}

static const struct nt_file_ops root_ops = {
    .device_type = NT_FILE_DEVICE_NAMED_PIPE,
    .control = root_control,
};

static NTSTATUS pipe_open(const struct nt_device *device, const struct nt_open *how,
                          struct nt_file *root, const uint16_t *rest, size_t n, struct nt_file **f,
                          ULONG_PTR *information)
{
    (void)root;
    if (n && rest[0] == '\\')
        rest++, n--;
    if (n)
        return connect_to(how, rest, n, f, information);
    *f = nt_file_new(&root_ops, -1, how->access & MAXIMUM_ALLOWED ? FILE_GENERIC_READ : how->access,
                     how->share, how->options);
    if (!*f)
        return STATUS_INSUFFICIENT_RESOURCES;
    (*f)->device = device;
    *information = FILE_OPENED;
    return STATUS_SUCCESS;
}

const struct nt_device nt_pipe_device = {
    .name = "NamedPipe",
    .dos = {"PIPE"},
    .open = pipe_open,
};

/* ---- Servers ---- */

void nt_pipe_unlist(struct nt_pipe_end *e)
{
    pthread_mutex_lock(&list_lock);
    if (e->listed)
        unlist(e);
    pthread_mutex_unlock(&list_lock);
}

static NTSTATUS check(ULONG share, ULONG disposition, ULONG options,
                      const struct nt_pipe_kind *kind, ULONG read_mode, ULONG completion)
{
    if (disposition != FILE_OPEN && disposition != FILE_CREATE && disposition != FILE_OPEN_IF)
        return STATUS_INVALID_PARAMETER;
    if (kind->message > 1 || read_mode > 1 || completion > 1 || kind->maximum == 0 ||
        (read_mode && !kind->message) || !(share & (FILE_SHARE_READ | FILE_SHARE_WRITE)) ||
        (share & ~(ULONG)(FILE_SHARE_READ | FILE_SHARE_WRITE)))
        return STATUS_INVALID_PARAMETER;
    if ((options & FILE_SYNCHRONOUS_IO_ALERT) && (options & FILE_SYNCHRONOUS_IO_NONALERT))
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

NTSTATUS NtCreateNamedPipeFile(struct nt_thread *t, HANDLE *FileHandle, ACCESS_MASK DesiredAccess,
                               const OBJECT_ATTRIBUTES *ObjectAttributes,
                               IO_STATUS_BLOCK *IoStatusBlock, ULONG ShareAccess,
                               ULONG CreateDisposition, ULONG CreateOptions, ULONG NamedPipeType,
                               ULONG ReadMode, ULONG CompletionMode, ULONG MaximumInstances,
                               ULONG InboundQuota, ULONG OutboundQuota,
                               const LARGE_INTEGER *DefaultTimeout)
{
    struct nt_pipe_kind kind = {
        .message = NamedPipeType & ~2u, /* 2: refuse remote clients, of which there are none */
        .configuration = (ShareAccess & 3) == FILE_SHARE_WRITE  ? FILE_PIPE_INBOUND
                         : (ShareAccess & 3) == FILE_SHARE_READ ? FILE_PIPE_OUTBOUND
                                                                : FILE_PIPE_FULL_DUPLEX,
        .maximum = MaximumInstances,
        .in_quota = InboundQuota,
        .out_quota = OutboundQuota,
        .timeout = -500000,
    };
    struct nt_pipe_address address;
    struct nt_pipe_key key = {0, 0};
    ULONG attributes = 0;
    LARGE_INTEGER timeout;
    struct nt_place p;
    uint32_t index = 0;
    int fd = -1;

    (void)t;
    NTSTATUS status = check(ShareAccess, CreateDisposition, CreateOptions, &kind, ReadMode,
                            CompletionMode);
    if (!NT_SUCCESS(status))
        return status;
    if (DefaultTimeout) {
        if (!guest_get(&timeout, DefaultTimeout))
            return STATUS_ACCESS_VIOLATION;
        if (timeout.QuadPart >= 0)
            return STATUS_INVALID_PARAMETER;
        kind.timeout = timeout.QuadPart;
    }
    status = nt_place_parse(ObjectAttributes, NT_PLACE_CREATE, &p, &attributes);
    if (NT_SUCCESS(status) && p.device != &nt_pipe_device)
        status = STATUS_OBJECT_NAME_INVALID;
    if (NT_SUCCESS(status)) {
        const uint16_t *rest = p.device_rest;
        size_t n = p.device_rest_n;
        uint64_t fresh[2];
        if (n && rest[0] == '\\')
            rest++, n--;
        if (n) {
            key = nt_pipe_key(rest, n);
        } else {
            /* Without a name: one that nobody can ask for. */
            static _Atomic uint64_t counter;
            fresh[0] = nt_process.id;
            fresh[1] = ++counter;
            key = nt_pipe_key((const uint16_t *)fresh, sizeof(fresh) / 2);
        }
        status = nt_pipe_listen(key, &kind, CreateDisposition == FILE_CREATE, &index, &address,
                                &fd);
        if (NT_SUCCESS(status) && CreateDisposition == FILE_OPEN && index == 0) {
            close(fd); /* only further instances were wanted */
            status = STATUS_OBJECT_NAME_NOT_FOUND;
        }
    }
    nt_place_free(&p);
    if (!NT_SUCCESS(status))
        return status;
    int holder = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    struct nt_file *f =
        holder < 0 ? NULL
                   : end_new(holder, nt_map_access(&nt_file_type, DesiredAccess), ShareAccess,
                             CreateOptions);
    if (!f) {
        close(fd);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    struct nt_pipe_end *e = f->more;
    e->server = e->named = true;
    e->socket = true;
    e->kind = kind;
    e->key = key;
    e->index = index;
    e->address = address;
    e->listener = fd;
    e->state = FILE_PIPE_LISTENING_STATE;
    e->read_mode = ReadMode;
    e->nowait = CompletionMode;
    pthread_mutex_lock(&list_lock);
    e->next = list;
    list = e;
    e->listed = true;
    pthread_mutex_unlock(&list_lock);
    if (!guest_put(IoStatusBlock,
                   ((IO_STATUS_BLOCK){.Status = STATUS_SUCCESS, .Information = FILE_CREATED}))) {
        nt_file_release(f);
        return STATUS_ACCESS_VIOLATION;
    }
    return nt_handle_return(&f->object, &nt_file_type, DesiredAccess, attributes, FileHandle);
}
