/* Semaphores of the kernel and message queues of POSIX. */
#include "calls.h"

#ifdef __FreeBSD__
enum {
    KCLOSE = 400,
    POST = 401,
    WAIT = 402,
    TRY = 403,
    UNLINK = 406,
    VALUE = 407,
    DESTROY = 408,
    TIMED = 441,
    MQ_OPEN = 457,
    MQ_RECEIVE = 459,
    MQ_SEND = 460,
    MQ_UNLINK = 462
};
#define INIT(value, id) call(404, id, value)
#define OPEN(name, flags, value, id) call(405, id, name, flags, 0600, value)
#else
enum {
    UNLINK = 249,
    KCLOSE = 250,
    POST = 251,
    WAIT = 252,
    TRY = 253,
    VALUE = 254,
    DESTROY = 255,
    TIMED = 256,
    MQ_OPEN = 257,
    MQ_RECEIVE = 433,
    MQ_SEND = 432,
    MQ_UNLINK = 259
};
#define INIT(value, id) call(247, value, id)
#define OPEN(name, flags, value, id) call(248, name, flags, 0600, value, id)
#endif

static char name[32];
static void make_name(void)
{
    char *p = name;
    i64 n = call(SYS_getpid);
    for (const char *s = "/test."; *s; s++)
        *p++ = *s;
    do
        *p++ = (char)('0' + n % 10);
    while (n /= 10);
}

static i64 id;
static void poster(void *arg)
{
    (void)arg;
    call(POST, id);
}

static void semaphores(void)
{
    static struct thread_start s = {poster, 0};
    struct timespec_ past = {1, 0}, bad = {1, -1};
    i64 other;
    unsigned value = 9;

    is(INIT(2, &id), 0);
    is(call(VALUE, id, &value), 0);
    is(value, 2);
    is(call(TRY, id), 0);
    is(call(WAIT, id), 0);
    is(call(TRY, id), -EAGAIN_);
    is(call(TIMED, id, &past), -ETIMEDOUT_);
    is(call(TIMED, id, &bad), -EINVAL_);
    ok(start_thread(&s, 65536) > 0);
    is(call(WAIT, id), 0);
    wait_threads(1);
    /* over a fork it is the same one */
    i64 pid = call(SYS_fork);
    if (pid == 0) {
        call(POST, id);
        call(SYS_exit, 0);
    }
    is(call(WAIT, id), 0);
    is(call(SYS_wait4, pid, 0, 0, 0), pid);
    is(call(KCLOSE, id), -EINVAL_); /* it has no name */
    is(call(DESTROY, id), 0);
    is(call(POST, id), -EINVAL_);
    is(INIT(0x80000000u, &id), -EINVAL_);
    is(INIT(0, (i64 *)8), -EFAULT_);

    is(OPEN(name, 0, 0, &id), -ENOENT_);
    is(OPEN("none", O_CREAT_, 0, &id), -EINVAL_);
    is(OPEN(name, O_CREAT_ | O_EXCL_, 3, &id), 0);
    is(OPEN(name, O_CREAT_ | O_EXCL_, 3, &other), -EEXIST_);
    is(OPEN(name, 0, 0, &other), 0);
    is(call(TRY, other), 0);
    is(call(VALUE, id, &value), 0);
    is(value, 2);
    is(call(DESTROY, id), -EINVAL_);
    is(call(KCLOSE, id), 0);
    is(call(KCLOSE, other), 0);
    is(call(UNLINK, name), 0);
    is(call(UNLINK, name), -ENOENT_);
}

static void queues(void)
{
    i64 attr[8] = {0, 4, 32, 0};
    char buf[32];
    unsigned priority = 0;
    struct timespec_ past = {1, 0};

    i64 q = call(MQ_OPEN, name, O_RDWR_ | O_CREAT_ | O_EXCL_, 0600, attr);
    if (q == -ENOSYS_) {
        print("no message queues on this host", 0, NULL, 0);
        return;
    }
    ok(q >= 0);
    is(call(MQ_OPEN, name, O_RDWR_ | O_CREAT_ | O_EXCL_, 0600, attr), -EEXIST_);
    is(call(MQ_OPEN, "none", O_RDWR_), -EINVAL_);
    is(call(MQ_SEND, q, "low", 3, 1, 0), 0);
    is(call(MQ_SEND, q, "high", 4, 5, 0), 0);
    is(call(MQ_SEND, q, buf, 33, 5, 0), -40); /* EMSGSIZE */
    is(call(MQ_RECEIVE, q, buf, 32, &priority, 0), 4);
    is(priority, 5);
    ok(equal(buf, "high", 4));
    is(call(MQ_RECEIVE, q, buf, 8, &priority, 0), -40);
    is(call(MQ_RECEIVE, q, buf, 32, &priority, 0), 3);
    is(priority, 1);
    is(call(MQ_RECEIVE, q, buf, 32, 0, &past), -ETIMEDOUT_);
    is(call(SYS_close, q), 0);
    is(call(MQ_UNLINK, name), 0);
    is(call(MQ_UNLINK, name), -ENOENT_);
}

static void test(int argc, char **argv)
{
    (void)argc, (void)argv;
    make_name();
    semaphores();
    queues();
}
