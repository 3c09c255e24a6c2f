/* kqueue(2) by the manual: each filter, each flag. */
#include "calls.h"

static i64 change(i64 q, u64 ident, int filter, unsigned flags, unsigned fflags, i64 data,
                  u64 udata)
{
    struct kevent_ k = {
        .ident = ident, .flags = (uint16_t)flags, .fflags = fflags, .data = data, .udata = udata};
    struct timespec_ now = {0, 0};
    *(__typeof__(k.filter) *)&k.filter = (__typeof__(k.filter))filter;
    return call(SYS_kevent, q, &k, 1, 0, 0, &now);
}

static struct kevent_ got[8];
/* How many come within the milliseconds */
static i64 take(i64 q, int ms)
{
    struct timespec_ limit = {ms / 1000, ms % 1000 * 1000000};
    memset(got, 0, sizeof(got));
    return call(SYS_kevent, q, 0, 0, got, 8, &limit);
}

static void descriptors(void)
{
    int e[2];
    char buf[8];
    i64 q = call(SYS_kqueue);
    ok(q >= 0);
    is(make_pipe(e), 0);

    is(change(q, 99, F_READ, EV_ADD, 0, 0, 0), -EBADF_);
    is(change(q, e[0], F_READ, EV_DELETE, 0, 0, 0), -ENOENT_);
    is(change(q, e[0], 200, EV_ADD, 0, 0, 0), -EINVAL_);
    is(change(e[0], e[0], F_READ, EV_ADD, 0, 0, 0), -EBADF_); /* not a kqueue */
    is(change(q, e[0], F_READ, EV_ADD, 0, 0, 77), 0);
    is(take(q, 0), 0);
    call(SYS_write, e[1], "abc", 3);
    is(take(q, 1000), 1);
    is(got[0].ident, e[0]);
    is(got[0].filter, (__typeof__(got[0].filter))F_READ);
    is(got[0].data, 3);
    is(got[0].udata, 77);
    is(got[0].flags & (EV_EOF | EV_ERROR), 0);
    is(take(q, 0), 1); /* level: it is still there */

    /* EV_CLEAR: once for each change of state */
    is(change(q, e[0], F_READ, EV_ADD | EV_CLEAR, 0, 0, 78), 0);
    is(take(q, 100), 1);
    is(got[0].udata, 78);
    is(take(q, 0), 0);
    call(SYS_write, e[1], "d", 1);
    is(take(q, 1000), 1);
    is(got[0].data, 4);
    is(take(q, 0), 0);

    /* EV_DISABLE and ENABLE */
    is(change(q, e[0], F_READ, EV_ADD, 0, 0, 0), 0);
    is(change(q, e[0], F_READ, EV_DISABLE, 0, 0, 0), 0);
    is(take(q, 0), 0);
    is(change(q, e[0], F_READ, EV_ENABLE, 0, 0, 0), 0);
    is(take(q, 1000), 1);

    /* EV_DISPATCH: told once, then disabled */
    is(change(q, e[0], F_READ, EV_ADD | EV_DISPATCH, 0, 0, 0), 0);
    is(take(q, 1000), 1);
    is(take(q, 0), 0);
    is(change(q, e[0], F_READ, EV_ENABLE, 0, 0, 0), 0);
    is(take(q, 1000), 1);

    /* EV_ONESHOT: told once, then gone */
    is(change(q, e[0], F_READ, EV_DELETE, 0, 0, 0), 0);
    is(change(q, e[0], F_READ, EV_ADD | EV_ONESHOT, 0, 0, 0), 0);
    is(take(q, 1000), 1);
    is(take(q, 0), 0);
    is(change(q, e[0], F_READ, EV_DELETE, 0, 0, 0), -ENOENT_);

    /* read and write on one queue, one descriptor each */
    is(change(q, e[1], F_WRITE, EV_ADD, 0, 0, 5), 0);
    is(take(q, 1000), 1);
    is(got[0].filter, (__typeof__(got[0].filter))F_WRITE);
    ok(got[0].data > 0);
    is(change(q, e[1], F_WRITE, EV_DELETE, 0, 0, 0), 0);

    /* the end of a pipe */
    is(change(q, e[0], F_READ, EV_ADD, 0, 0, 0), 0);
    call(SYS_read, e[0], buf, 8);
    is(take(q, 0), 0);
    call(SYS_close, e[1]);
    is(take(q, 1000), 1);
    ok(got[0].flags & EV_EOF);
    is(got[0].data, 0);
    /* closing takes the filter away, though a copy is open */
    i64 copy = call(SYS_dup, e[0]);
    call(SYS_close, e[0]);
    is(take(q, 0), 0);
    call(SYS_close, copy);
    call(SYS_close, q);
    is(take(q, 0), -EBADF_);
}

static void receipts(void)
{
    int e[2];
    i64 q = call(SYS_kqueue);
    struct kevent_ k[2], out[4];
    struct timespec_ now = {0, 0};

    make_pipe(e);
    memset(k, 0, sizeof(k));
    k[0].ident = (u64)e[0];
    k[0].filter = (__typeof__(k[0].filter))F_READ;
    k[0].flags = EV_ADD | EV_RECEIPT;
    k[1].ident = 99;
    k[1].filter = (__typeof__(k[0].filter))F_READ;
    k[1].flags = EV_ADD;
    is(call(SYS_kevent, q, k, 2, out, 4, &now), 2);
    is(out[0].flags, EV_ERROR);
    is(out[0].data, 0);
    is(out[1].flags, EV_ERROR);
    is(out[1].data, EBADF_);
    is(out[1].ident, 99);
    is(call(SYS_kevent, q, (void *)8, 1, 0, 0, &now), -EFAULT_);
    now.nsec = -1;
    is(call(SYS_kevent, q, 0, 0, out, 1, &now), -EINVAL_);
    call(SYS_close, e[0]);
    call(SYS_close, e[1]);
    call(SYS_close, q);
}

static void timers(void)
{
    i64 q = call(SYS_kqueue);
    is(change(q, 1, F_TIMER, EV_ADD | EV_ONESHOT, 0, 5, 9), 0);
    is(take(q, 10000), 1);
    is(got[0].ident, 1);
    is(got[0].data, 1);
    is(got[0].udata, 9);
    is(change(q, 1, F_TIMER, EV_DELETE, 0, 0, 0), -ENOENT_);
    is(change(q, 2, F_TIMER, EV_ADD, 0, 3, 0), 0);
    for (int i = 0; i < 3; i++) {
        is(take(q, 10000), 1);
        ok(got[0].data >= 1);
    }
    is(change(q, 2, F_TIMER, EV_DELETE, 0, 0, 0), 0);
    is(change(q, 3, F_TIMER, EV_ADD | EV_ONESHOT, 4, 100, 0), 0); /* NOTE_USECONDS */
    is(take(q, 10000), 1);
    is(change(q, 3, F_TIMER, EV_ADD, 0, -1, 0), -EINVAL_);
    call(SYS_close, q);
}

static void user_events(void)
{
    i64 q = call(SYS_kqueue);
    is(change(q, 7, F_USER, EV_ADD | EV_CLEAR, 0x5, 0, 3), 0);
    is(take(q, 0), 0);
    is(change(q, 7, F_USER, 0, NOTE_TRIGGER | 0x80000000u | 0x2, 0, 3), 0); /* NOTE_FFOR */
    is(take(q, 1000), 1);
    is(got[0].fflags, 0x7);
    is(got[0].ident, 7);
    is(take(q, 0), 0);
    /* without EV_CLEAR it stays */
    is(change(q, 8, F_USER, EV_ADD, 0, 0, 0), 0);
    is(change(q, 8, F_USER, 0, NOTE_TRIGGER, 0, 0), 0);
    is(take(q, 0), 1);
    is(take(q, 0), 1);
    is(change(q, 8, F_USER, EV_DELETE, 0, 0, 0), 0);
    is(take(q, 0), 0);
    /* poll(2) sees a queue that has something */
    struct {
        int fd;
        short events, revents;
    } p = {(int)q, 1, 0};
    is(call(SYS_poll, &p, 1, 0), 0);
    is(change(q, 7, F_USER, 0, NOTE_TRIGGER, 0, 0), 0);
    is(call(SYS_poll, &p, 1, 1000), 1);
    call(SYS_close, q);
}

static void files(void)
{
    char c;
    i64 q = call(SYS_kqueue);
    i64 fd = make_file("v", "one");
    is(change(q, fd, F_VNODE, EV_ADD | EV_CLEAR, 0x1 | 0x2 | 0x4 | 0x8 | 0x20, 0, 0), 0);
    is(take(q, 0), 0);
    call(SYS_write, fd, "two", 3);
    is(take(q, 2000), 1);
    is(got[0].fflags, 0x2 | 0x4); /* NOTE_WRITE, NOTE_EXTEND */
    is(take(q, 0), 0);
    is(call(SYS_rename, "v", "w"), 0);
    is(take(q, 2000), 1);
    is(got[0].fflags, 0x20); /* NOTE_RENAME */
    is(call(SYS_unlink, "w"), 0);
    is(take(q, 2000), 1);
    ok(got[0].fflags & 0x1); /* NOTE_DELETE */

    /* a file is readable while it is not at its end */
    is(change(q, fd, F_READ, EV_ADD, 0, 0, 0), 0);
    is(take(q, 0), 0);
    is(SYS_lseek_(fd, 2, 0), 2);
    is(change(q, fd, F_READ, EV_ADD | EV_ENABLE, 0, 0, 0), 0);
    is(take(q, 1000), 1);
    is(got[0].data, 4);
    while (call(SYS_read, fd, &c, 1) == 1)
        ;
    is(take(q, 0), 0);
    call(SYS_close, fd);
    call(SYS_close, q);
}

static void processes(void)
{
    i64 q = call(SYS_kqueue);
    int e[2], status;
    char c;

    make_pipe(e);
    i64 pid = call(SYS_fork);
    if (pid == 0) {
        /* A queue is not inherited. */
        i64 r = take(q, 0);
        call(SYS_close, e[1]);
        call(SYS_read, e[0], &c, 1);
        call(SYS_exit, r == -EBADF_ ? 42 : 1);
    }
    is(change(q, pid, F_PROC, EV_ADD, NOTE_EXIT, 0, 0), 0);
    is(take(q, 0), 0);
    call(SYS_close, e[0]);
    call(SYS_close, e[1]);
    is(take(q, 10000), 1);
    is(got[0].ident, pid);
    is(got[0].fflags, NOTE_EXIT);
    is(got[0].data, 42 << 8);
    is(call(SYS_wait4, pid, &status, 0, 0), pid);
    is(status, 42 << 8);
    is(change(q, 0x7ffffff, F_PROC, EV_ADD, NOTE_EXIT, 0, 0), -ESRCH_);
    call(SYS_close, q);
}

static volatile int caught;
static void catch_it(int signal, struct siginfo_ *si, struct ucontext_ *uc)
{
    (void)signal, (void)si, (void)uc;
    caught++;
}

/* Counted also while ignored; a handler runs all the same. */
static void signals(void)
{
    i64 q = call(SYS_kqueue), me = call(SYS_getpid);
    set_handler(SIGUSR1_, (void *)1, 0);
    is(change(q, SIGUSR1_, F_SIGNAL, EV_ADD, 0, 0, 4), 0);
    is(take(q, 0), 0);
    is(call(SYS_kill, me, SIGUSR1_), 0);
    is(call(SYS_kill, me, SIGUSR1_), 0);
    is(take(q, 5000), 1);
    is(got[0].ident, SIGUSR1_);
    is(got[0].data, 2);
    is(got[0].udata, 4);
    is(take(q, 0), 0);
    set_handler(SIGUSR1_, catch_it, 0);
    is(call(SYS_kill, me, SIGUSR1_), 0);
    is(caught, 1);
    is(take(q, 5000), 1);
    is(got[0].data, 1);
    is(change(q, 1000, F_SIGNAL, EV_ADD, 0, 0, 0), -EINVAL_);
    call(SYS_close, q);
}

static i64 shared;
static volatile int woken;
static void waiter(void *arg)
{
    struct kevent_ k;
    (void)arg;
    if (call(SYS_kevent, shared, 0, 0, &k, 1, 0) == 1)
        __atomic_add_fetch(&woken, 1, __ATOMIC_SEQ_CST);
}

/* One event wakes one of those who wait; four wake all. */
static void threads(void)
{
    static struct thread_start s[4];
    shared = call(SYS_kqueue);
    for (u64 i = 0; i < 4; i++)
        is(change(shared, i, F_USER, EV_ADD | EV_ONESHOT, 0, 0, 0), 0);
    for (int i = 0; i < 4; i++) {
        s[i].fn = waiter;
        ok(start_thread(&s[i], 65536) > 0);
    }
    for (u64 i = 0; i < 4; i++)
        is(change(shared, i, F_USER, 0, NOTE_TRIGGER, 0, 0), 0);
    wait_threads(4);
    is(woken, 4);
    is(take(shared, 0), 0);
    call(SYS_close, shared);
}

static void test(int argc, char **argv)
{
    (void)argc, (void)argv;
    enter_folder();
    descriptors();
    receipts();
    timers();
    user_events();
    files();
    processes();
    signals();
    threads();
    leave_folder();
}
