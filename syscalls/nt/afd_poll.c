/* Sockets: AFD_POLL, and events selected for an event object. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "syscalls/nt/afd.h"

#define MAX_HANDLES 4096u

struct afd_poll {
    struct afd_poll *next;      /* of all that wait */
    struct afd_poll *next_done; /* of those that are to be finished */
    struct nt_io io;
    struct nt_file *file; /* a reference: the file that the request was made on */
    void *out;
    uint32_t out_n;
    ULONG count, unique;
    LARGE_INTEGER timeout;
    struct nt_async async; /* of the timer */
    int timer;             /* -1 */
    bool done;
    NTSTATUS status;
    struct afd_socket *closed; /* the one whose closing ended it */
    struct afd_poll_entry entries[];
};

static struct afd_poll *polls; /* under nt_afd_lock */

ULONG afd_events(struct afd_socket *s, NTSTATUS *connect_status)
{
    struct pollfd p = {.fd = s->file->fd, .events = POLLIN | POLLOUT | POLLPRI | POLLRDHUP};
    ULONG events = 0;
    int unread = 0;

    *connect_status = STATUS_SUCCESS;
    if (atomic_load(&s->connecting))
        afd_settle_connect(s);
    if (atomic_load(&s->connect_failed)) {
        *connect_status = afd_status(atomic_load(&s->connect_error));
        return AFD_POLL_CONNECT_FAIL;
    }
    if (poll(&p, 1, 0) < 0)
        return 0;
    if (atomic_load(&s->listening))
        return p.revents & POLLIN || s->waiting ? AFD_POLL_ACCEPT : 0;
    if (s->type != SOCK_STREAM) {
        if (!atomic_load(&s->bound))
            return AFD_POLL_SEND;
        return (p.revents & (POLLIN | POLLERR) ? AFD_POLL_RECEIVE : 0) |
               (p.revents & POLLOUT ? AFD_POLL_SEND : 0);
    }
    if (!atomic_load(&s->connected))
        return 0;
    events = AFD_POLL_CONNECT;
    if (p.revents & POLLOUT)
        events |= AFD_POLL_SEND;
    if (p.revents & POLLPRI)
        events |= AFD_POLL_RECEIVE_EXPEDITED;
    if (p.revents & POLLIN) {
        if (!(p.revents & POLLRDHUP) || (ioctl(p.fd, FIONREAD, &unread) == 0 && unread > 0))
            events |= AFD_POLL_RECEIVE;
    }
    if (p.revents & POLLERR)
        events |= AFD_POLL_ABORT;
    else if (p.revents & POLLRDHUP && !atomic_load(&s->shut_receive))
        events |= AFD_POLL_DISCONNECT;
    return events;
}

static uint32_t epoll_of(const struct afd_socket *s, ULONG events)
{
    uint32_t e = 0;

    if (atomic_load(&s->listening))
        return events & AFD_POLL_ACCEPT ? EPOLLIN : 0;
    if (atomic_load(&s->connecting))
        return EPOLLOUT;
    if (s->type == SOCK_STREAM && !atomic_load(&s->connected))
        return 0; /* the host calls such a socket hung up */
    if (events & AFD_POLL_RECEIVE)
        e |= EPOLLIN;
    if (events & AFD_POLL_RECEIVE_EXPEDITED)
        e |= EPOLLPRI;
    if (events & (AFD_POLL_RECEIVE | AFD_POLL_DISCONNECT | AFD_POLL_ABORT) &&
        s->type == SOCK_STREAM)
        e |= EPOLLRDHUP;
    if (events & AFD_POLL_SEND)
        e |= EPOLLOUT;
    return e;
}

uint32_t afd_poll_wants(const struct afd_socket *s)
{
    uint32_t events = 0;

    for (const struct afd_poll_entry *e = s->polls; e; e = e->next)
        events |= epoll_of(s, e->events);
    if (s->select_event)
        events |= epoll_of(s, s->select_events & ~s->select_off);
    return events;
}

/* Under the lock: out of all lists. */
static void take_out(struct afd_poll *p, NTSTATUS status, struct afd_poll **done)
{
    struct afd_poll **link = &polls;

    while (*link && *link != p)
        link = &(*link)->next;
    if (*link)
        *link = p->next;
    for (ULONG i = 0; i < p->count; i++) {
        struct afd_poll_entry **e = &p->entries[i].socket->polls;
        while (*e && *e != &p->entries[i])
            e = &(*e)->next;
        if (*e)
            *e = (*e)->next;
    }
    p->done = true;
    p->status = status;
    p->next_done = *done;
    *done = p;
}

struct afd_poll *afd_polls_ready(struct afd_socket *s)
{
    struct afd_poll *done = NULL;
    NTSTATUS ignored;

    if (!s->polls)
        return NULL;
    ULONG events = afd_events(s, &ignored);
    for (struct afd_poll_entry *e = s->polls, *next; e; e = next) {
        next = e->next;
        if (!(e->events & events) || e->poll->done)
            continue;
        take_out(e->poll, STATUS_SUCCESS, &done);
        next = s->polls; /* the poll may name the socket twice */
    }
    return done;
}

struct afd_poll *afd_polls_closed(struct afd_socket *s)
{
    struct afd_poll *done = NULL;

    while (s->polls) {
        s->polls->poll->closed = s;
        take_out(s->polls->poll, STATUS_SUCCESS, &done);
    }
    return done;
}

/* Writes the answer. Without the lock. */
static NTSTATUS answer(struct afd_poll *p, NTSTATUS status, ULONG_PTR *information)
{
    AFD_POLL_INFO head = {.Timeout = p->timeout, .Unique = p->unique};
    char *out = p->out;
    ULONG n = 0;

    *information = 0;
    if (NT_ERROR(status))
        return status;
    for (ULONG i = 0; i < p->count; i++) {
        const struct afd_poll_entry *e = &p->entries[i];
        NTSTATUS why = STATUS_SUCCESS;
        ULONG events =
            e->socket == p->closed ? AFD_POLL_LOCAL_CLOSE : afd_events(e->socket, &why) & e->events;
        if (!events)
            continue;
        AFD_POLL_HANDLE_INFO row = {e->handle, events, why};
        if (!guest_write(out + offsetof(AFD_POLL_INFO, Handles) + n * sizeof(row), &row,
                         sizeof(row)))
            return STATUS_ACCESS_VIOLATION;
        n++;
    }
    head.NumberOfHandles = n;
    if (!guest_write(out, &head, offsetof(AFD_POLL_INFO, Handles)))
        return STATUS_ACCESS_VIOLATION;
    *information = offsetof(AFD_POLL_INFO, Handles) + n * sizeof(AFD_POLL_HANDLE_INFO);
    return status;
}

static void release(struct afd_poll *p)
{
    for (ULONG i = 0; i < p->count; i++)
        nt_file_release(p->entries[i].file);
    if (p->timer >= 0)
        close(p->timer);
    free(p);
}

void afd_polls_finish(struct afd_poll *p)
{
    while (p) {
        struct afd_poll *next = p->next_done;
        struct nt_file *f = p->file;
        struct nt_thread *t = p->io.thread;
        ULONG_PTR information;
        NTSTATUS status = answer(p, p->status, &information);

        nt_async_end(&p->async);
        nt_io_complete_pending(f, &p->io, status, information);
        release(p);
        nt_object_release(&t->object);
        nt_file_release(f);
        p = next;
    }
}

static void timed_out(struct nt_async *a, uint32_t events)
{
    struct afd_poll *p = (struct afd_poll *)(void *)((char *)a - offsetof(struct afd_poll, async));
    struct afd_poll *done = NULL;

    (void)events;
    pthread_mutex_lock(&nt_afd_lock);
    if (!p->done)
        take_out(p, STATUS_TIMEOUT, &done);
    pthread_mutex_unlock(&nt_afd_lock);
    afd_polls_finish(done);
}

bool afd_poll_cancel(struct nt_file *f, const IO_STATUS_BLOCK *iosb)
{
    struct afd_poll *done = NULL;

    pthread_mutex_lock(&nt_afd_lock);
    for (struct afd_poll *p = polls, *next; p; p = next) {
        next = p->next;
        if (p->file == f && (!iosb || p->io.iosb == iosb))
            take_out(p, STATUS_CANCELLED, &done);
    }
    pthread_mutex_unlock(&nt_afd_lock);
    bool any = done != NULL;
    afd_polls_finish(done);
    return any;
}

static NTSTATUS start_timer(struct afd_poll *p)
{
    int64_t due = p->timeout.QuadPart;
    struct itimerspec t = {0};

    if (due == INT64_MAX)
        return STATUS_SUCCESS;
    if (due > 0) { /* a point in time */
        due -= nt_system_time();
        due = due > 0 ? -due : -1;
    }
    uint64_t span = 0 - (uint64_t)due;
    if (span > (uint64_t)INT64_MAX / 2)
        return STATUS_SUCCESS; /* some ten thousand years */
    p->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (p->timer < 0)
        return nt_status_of_errno(errno);
    t.it_value.tv_sec = (time_t)(span / 10000000);
    t.it_value.tv_nsec = (long)(span % 10000000) * 100;
    if (!t.it_value.tv_sec && !t.it_value.tv_nsec)
        t.it_value.tv_nsec = 1;
    if (timerfd_settime(p->timer, 0, &t, NULL) != 0)
        return nt_status_of_errno(errno);
    return STATUS_SUCCESS;
}

static NTSTATUS collect(struct afd_poll *p, const char *in)
{
    for (ULONG i = 0; i < p->count; i++) {
        AFD_POLL_HANDLE_INFO row;
        struct nt_file *f;
        const char *at = in + offsetof(AFD_POLL_INFO, Handles) + i * sizeof(row);
        NTSTATUS status =
            guest_read(&row, at, sizeof(row)) ? afd_get(row.Handle, &f) : STATUS_ACCESS_VIOLATION;
        if (!NT_SUCCESS(status)) {
            p->count = i; /* those that have a reference */
            return status;
        }
        p->entries[i] = (struct afd_poll_entry){.poll = p,
                                                .file = f,
                                                .socket = afd_of(f),
                                                .handle = row.Handle,
                                                .events = row.PollEvents | AFD_POLL_LOCAL_CLOSE};
    }
    return STATUS_SUCCESS;
}

/* Under the lock. */
static bool any_ready(struct afd_poll *p)
{
    for (ULONG i = 0; i < p->count; i++) {
        NTSTATUS why;
        struct afd_socket *s = p->entries[i].socket;
        if (s->closed)
            p->closed = s;
        if (s->closed || (afd_events(s, &why) & p->entries[i].events))
            return true;
    }
    return false;
}

NTSTATUS afd_poll(struct nt_file *f, struct nt_io *io, const void *in, uint32_t in_n, void *out,
                  uint32_t out_n, ULONG_PTR *information)
{
    const uint32_t head_n = offsetof(AFD_POLL_INFO, Handles);
    AFD_POLL_INFO head;
    struct afd_poll *p;

    if (in_n < head_n || out_n < head_n)
        return STATUS_INVALID_PARAMETER;
    if (!guest_read(&head, in, head_n))
        return STATUS_ACCESS_VIOLATION;
    uint64_t need = head_n + (uint64_t)head.NumberOfHandles * sizeof(AFD_POLL_HANDLE_INFO);
    if (head.NumberOfHandles > MAX_HANDLES || in_n < need || out_n < need)
        return STATUS_INVALID_PARAMETER;
    p = calloc(1, sizeof(*p) + head.NumberOfHandles * sizeof(p->entries[0]));
    if (!p)
        return STATUS_INSUFFICIENT_RESOURCES;
    p->io = *io;
    p->file = f;
    p->out = out;
    p->out_n = out_n;
    p->count = head.NumberOfHandles;
    p->unique = head.Unique;
    p->timeout = head.Timeout;
    p->timer = -1;
    NTSTATUS status = collect(p, in);
    bool at_once = head.Timeout.QuadPart == 0;
    if (NT_SUCCESS(status) && !at_once)
        status = start_timer(p);
    if (!NT_SUCCESS(status)) {
        release(p);
        return status;
    }
    nt_async_begin(&p->async, p->timer, timed_out);
    pthread_mutex_lock(&nt_afd_lock);
    bool ready = any_ready(p);
    if (ready || at_once) {
        pthread_mutex_unlock(&nt_afd_lock);
        status = answer(p, ready ? STATUS_SUCCESS : STATUS_TIMEOUT, information);
        release(p);
        return status;
    }
    nt_object_ref(&f->object);
    nt_object_ref(&io->thread->object);
    p->next = polls;
    polls = p;
    for (ULONG i = 0; i < p->count; i++) {
        struct afd_socket *s = p->entries[i].socket;
        p->entries[i].next = s->polls;
        s->polls = &p->entries[i];
        afd_arm(s);
    }
    bool timer = p->timer < 0 || nt_async_arm(&p->async, EPOLLIN);
    struct afd_poll *done = NULL;
    if (!timer)
        take_out(p, STATUS_INSUFFICIENT_RESOURCES, &done);
    pthread_mutex_unlock(&nt_afd_lock);
    afd_polls_finish(done);
    return STATUS_PENDING;
}

NTSTATUS afd_event_select(struct afd_socket *s, const void *in, uint32_t in_n)
{
    AFD_EVENT_SELECT_INFO info;
    struct nt_object *event = NULL, *before;

    if (in_n < sizeof(info))
        return STATUS_INVALID_PARAMETER;
    if (!guest_read(&info, in, sizeof(info)))
        return STATUS_ACCESS_VIOLATION;
    if (info.Event && info.Events) {
        NTSTATUS status = nt_io_event_get(info.Event, &event);
        if (!NT_SUCCESS(status))
            return status;
    }
    pthread_mutex_lock(&nt_afd_lock);
    before = s->select_event;
    s->select_event = event;
    s->select_events = event ? info.Events & AFD_POLL_ALL : 0;
    s->select_pending = 0;
    s->select_off = 0;
    if (event) {
        /* From now on the socket does not block, as documented. */
        atomic_store(&s->nonblocking, true);
        afd_select_update(s);
        afd_arm(s);
    }
    pthread_mutex_unlock(&nt_afd_lock);
    if (before)
        nt_object_release(before);
    return STATUS_SUCCESS;
}

void afd_select_update(struct afd_socket *s)
{
    NTSTATUS ignored;

    if (!s->select_event)
        return;
    ULONG events = afd_events(s, &ignored) & s->select_events & ~s->select_off;
    if (!events)
        return;
    s->select_pending |= events;
    s->select_off |= events;
    nt_io_event_set(s->select_event);
}

void afd_select_enable(struct afd_socket *s, ULONG events)
{
    /* Most sockets have nothing selected: a look without the lock is enough for those, as a
     * selection that is made at this moment looks at the socket itself. */
    if (!__atomic_load_n(&s->select_event, __ATOMIC_RELAXED))
        return;
    pthread_mutex_lock(&nt_afd_lock);
    s->select_off &= ~events;
    afd_select_update(s);
    if (s->select_event)
        afd_arm(s);
    pthread_mutex_unlock(&nt_afd_lock);
}

NTSTATUS afd_enum_events(struct afd_socket *s, const void *in, uint32_t in_n, void *out,
                         uint32_t out_n, ULONG_PTR *information)
{
    AFD_NETWORK_EVENTS answer = {0};
    struct nt_object *event = NULL;
    HANDLE h = NULL;
    NTSTATUS why;

    if (out_n < sizeof(answer) || (in_n && in_n < sizeof(h)))
        return STATUS_INVALID_PARAMETER;
    if (in_n && !guest_get(&h, (const HANDLE *)in))
        return STATUS_ACCESS_VIOLATION;
    if (h) {
        NTSTATUS status = nt_io_event_get(h, &event);
        if (!NT_SUCCESS(status))
            return status;
    }
    pthread_mutex_lock(&nt_afd_lock);
    answer.PollEvents = s->select_pending;
    s->select_pending = 0;
    if (event)
        nt_io_event_reset(event);
    afd_events(s, &why);
    pthread_mutex_unlock(&nt_afd_lock);
    if (event)
        nt_object_release(event);
    if (answer.PollEvents & AFD_POLL_CONNECT_FAIL)
        answer.Status[8] = why;
    if (answer.PollEvents & AFD_POLL_ABORT)
        answer.Status[4] = STATUS_CONNECTION_RESET;
    if (!guest_write(out, &answer, sizeof(answer)))
        return STATUS_ACCESS_VIOLATION;
    *information = sizeof(answer);
    return STATUS_SUCCESS;
}
