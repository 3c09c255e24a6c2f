/* sysctl(3), clocks, limits, identity. */
#include "calls.h"

static i64 ask(int *oid, unsigned n, void *old, u64 *size)
{
    return call(SYS___sysctl, oid, n, old, size, 0, 0);
}

static void tree(void)
{
    char text[64];
    int value = 0, ostype[2] = {1, 1}, ncpu[2] = {6, 3}, page[2] = {6, 7}, none[2] = {1, 9999};
    u64 n = sizeof(text);

    is(ask(ostype, 2, text, &n), 0);
#ifdef __FreeBSD__
    is(n, 8);
    ok(equal(text, "FreeBSD", 8));
#else
    is(n, 7);
    ok(equal(text, "NetBSD", 7));
#endif
    u64 whole = n;
    is(ask(ostype, 2, 0, &n), 0); /* only the size */
    is(n, whole);
    n = 3;
    text[3] = '#';
    is(ask(ostype, 2, text, &n), -ENOMEM_);
    is(text[3], '#');
    n = sizeof(value);
    is(ask(ncpu, 2, &value, &n), 0);
    ok(value >= 1);
    is(n, 4);
    is(ask(page, 2, &value, &n), 0);
    is(value, 4096);
    is(ask(none, 2, &value, &n), -ENOENT_);
    is(ask(ostype, 99, text, &n), -EINVAL_);
    is(ask((int *)8, 2, text, &n), -EFAULT_);
    is(call(SYS___sysctl, ostype, 2, 0, 0, "x", 1), -EPERM_);
    int inner = 1;
#ifdef __FreeBSD__
    int top[2] = {1, 256};
    is(ask(top, 2, &value, &n), -EISDIR_);
    /* names to numbers and back */
    int name2oid[2] = {0, 3}, oid[8], name[4] = {0, 1};
    n = sizeof(oid);
    is(call(SYS___sysctl, name2oid, 2, oid, &n, "hw.pagesize", 11), 0);
    is(n, 8);
    is(oid[0], 6);
    is(oid[1], 7);
    is(call(SYS___sysctl, name2oid, 2, oid, &n, "kern.nothing", 12), -ENOENT_);
    name[2] = 6;
    name[3] = 7;
    n = sizeof(text);
    is(call(SYS___sysctl, name, 4, text, &n, 0, 0), 0);
    ok(equal(text, "hw.pagesize", 12));
    int format[4] = {0, 4, 6, 7};
    n = sizeof(text);
    is(call(SYS___sysctl, format, 4, text, &n, 0, 0), 0);
    is(text[0] & 0xf, 2); /* CTLTYPE_INT */
    ok(equal(text + 4, "I", 2));
    n = 4;
    is(call(570, "hw.ncpu", 7, &value, &n, 0, 0), 0);
    (void)inner;
#else
    is(ask(&inner, 1, &value, &n), -EISDIR_);
    /* the nodes below hw */
    struct {
        unsigned flags;
        int num;
        char name[32];
        unsigned ver, pad;
        char rest[48];
    } nodes[32], q;
    int query[2] = {6, -2}, found = 0;
    memset(&q, 0, sizeof(q));
    q.flags = 0x01000000;
    n = sizeof(nodes);
    is(call(SYS___sysctl, query, 2, nodes, &n, &q, sizeof(q)), 0);
    for (u64 i = 0; i < n / sizeof(nodes[0]); i++)
        if (nodes[i].num == 7)
            found = equal(nodes[i].name, "pagesize", 9) && (nodes[i].flags & 0xf) == 2;
    ok(found);
#endif
}

static void clocks(void)
{
    struct timespec_ a, b, bad = {0, 1000000000}, little = {0, 1000};
    is(call(SYS_clock_gettime, CLOCK_MONOTONIC_, &a), 0);
    is(call(SYS_nanosleep, &little, 0), 0);
    is(call(SYS_clock_gettime, CLOCK_MONOTONIC_, &b), 0);
    ok((b.sec - a.sec) * 1000000000 + b.nsec - a.nsec >= 1000);
    is(call(SYS_clock_gettime, 12345, &a), -EINVAL_);
    is(call(SYS_clock_gettime, 0, (void *)8), -EFAULT_);
    is(call(SYS_nanosleep, &bad, 0), -EINVAL_);
    is(call(SYS_nanosleep, (void *)8, 0), -EFAULT_);
}

static void limits(void)
{
    struct {
        i64 cur, max;
    } r, want;
    is(call(SYS_getrlimit, 8, &r), 0); /* RLIMIT_NOFILE */
    ok(r.cur > 10 && r.max >= r.cur);
    is(call(SYS_getrlimit, 77, &r), -EINVAL_);
    want = r;
    want.cur = r.max + 1;
    if (r.max < INT64_MAX)
        is(call(SYS_setrlimit, 8, &want), -EINVAL_);
    is(call(SYS_setrlimit, 8, &r), 0);
    is(call(SYS_setrlimit, 8, (void *)8), -EFAULT_);
    /* no limit is the largest positive number */
    is(call(SYS_getrlimit, 1, &r), 0);
    is(r.cur, INT64_MAX);
    is(call(SYS_getrusage, 0, &(char[144]){0}), 0);
    is(call(SYS_getrusage, 5, &(char[144]){0}), -EINVAL_);
}

static void test(int argc, char **argv)
{
    (void)argc, (void)argv;
    tree();
    clocks();
    limits();
}
