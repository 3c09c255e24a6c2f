/* _umtx_op: waits, mutexes, condition variables, read-write locks, semaphores, robust mutexes. */
#include "guest.h"

enum { WAIT = 2, WAKE = 3, TRYLOCK = 4, LOCK = 5, UNLOCK = 6, CV_WAIT = 8, CV_SIGNAL = 9,
       CV_BROADCAST = 10, WAIT_UINT = 11, RDLOCK = 12, WRLOCK = 13, RWUNLOCK = 14, WAIT_UINT_PRIVATE = 15,
       WAKE_PRIVATE = 16, NWAKE = 21, SEM_WAIT = 23, SEM_WAKE = 24, ROBUST = 26 };
enum { EDEADLK_ = 11, EBUSY_ = 16, EOWNERDEAD_ = 96 };
#define umtx(obj, op, val, a, b) call(SYS__umtx_op, obj, op, val, a, b)

struct umutex {
    volatile uint32_t owner;
    uint32_t flags, ceilings[2];
    u64 link;
    uint32_t spare[2];
};
struct {
    i64 sec, nsec;
} soon = {0, 2000000};
static struct umutex m, m2, robust;
static struct {
    volatile uint32_t waiters, flags, clock, spare;
} cv;
static struct {
    volatile uint32_t state, flags, r, w, spare[4];
} rw;
static struct {
    volatile uint32_t count, flags;
} sem;
static volatile int shared, readers, writers, bad, woken;

static void lock(struct umutex *l)
{
    uint32_t none = 0;
    if (!__atomic_compare_exchange_n(&l->owner, &none, (uint32_t)thread_self(), 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        is(umtx(l, LOCK, 0, 0, 0), 0);
}
static void unlock(struct umutex *l)
{
    uint32_t mine = (uint32_t)thread_self();
    if (!__atomic_compare_exchange_n(&l->owner, &mine, 0, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        is(umtx(l, UNLOCK, 0, 0, 0), 0);
}
static void mutex_worker(void *arg)
{
    (void)arg;
    for (int i = 0; i < 2000; i++) {
        lock(&m);
        int now = shared;
        if (i % 16 == 0)
            yield();
        shared = now + 1;
        unlock(&m);
    }
}
static void rw_worker(void *arg)
{
    for (int i = 0; i < 500; i++) {
        if (arg) {
            umtx(&rw, WRLOCK, 0, 0, 0);
            if (__atomic_add_fetch(&writers, 1, __ATOMIC_SEQ_CST) != 1 || readers)
                bad++;
            __atomic_sub_fetch(&writers, 1, __ATOMIC_SEQ_CST);
        } else {
            umtx(&rw, RDLOCK, 0, 0, 0);
            __atomic_add_fetch(&readers, 1, __ATOMIC_SEQ_CST);
            if (writers)
                bad++;
            __atomic_sub_fetch(&readers, 1, __ATOMIC_SEQ_CST);
        }
        umtx(&rw, RWUNLOCK, 0, 0, 0);
    }
}
static volatile int predicate;
static void cv_worker(void *arg)
{
    (void)arg;
    lock(&m2);
    while (!predicate) {
        umtx(&cv, CV_WAIT, 0, &m2, 0);
        lock(&m2);
    }
    woken++;
    unlock(&m2);
}
static void sem_worker(void *arg)
{
    (void)arg;
    for (int i = 0; i < 200; i++) {
        for (;;) {
            uint32_t now = sem.count;
            if (now & 0x7fffffff) {
                if (__atomic_compare_exchange_n(&sem.count, &now, now - 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
                    break;
            } else
                umtx(&sem, SEM_WAIT, 0, 0, 0);
        }
        __atomic_add_fetch(&woken, 1, __ATOMIC_SEQ_CST);
    }
}
static volatile u64 robust_head;
static u64 lists[3];
static void robust_worker(void *arg)
{
    (void)arg;
    lists[0] = (u64)&robust_head;
    is(umtx(0, ROBUST, sizeof(lists), lists, 0), 0);
    lock(&robust);
    robust_head = (u64)&robust;
}

static struct thread_start starts[16];
static void test(int argc, char **argv)
{
    int ended = 0;
    volatile uint32_t word = 5;
    volatile i64 wide = 5;
    (void)argc;
    (void)argv;
    is(umtx(&wide, WAIT, 6, 0, 0), 0);
    is(umtx(&wide, WAIT, 5, sizeof(soon), &soon), -ETIMEDOUT_);
    is(umtx(&word, WAIT_UINT, 5, sizeof(soon), &soon), -ETIMEDOUT_);
    is(umtx(&word, WAIT_UINT_PRIVATE, 4, 0, 0), 0);
    is(umtx(8, WAIT_UINT, 4, 0, 0), -EFAULT_);
    soon.nsec = 1000000000;
    is(umtx(&word, WAIT_UINT, 5, sizeof(soon), &soon), -EINVAL_);
    soon.nsec = 2000000;
    is(umtx(&word, WAKE, 1, 0, 0), 0);
    is(umtx(&word, 99, 1, 0, 0), -EINVAL_);

    is(umtx(&m, TRYLOCK, 0, 0, 0), 0);
    is(umtx(&m, TRYLOCK, 0, 0, 0), -EBUSY_);
    is(umtx(&m, LOCK, 0, sizeof(soon), &soon), -ETIMEDOUT_);
    m.flags = 2;
    is(umtx(&m, LOCK, 0, 0, 0), -EDEADLK_);
    m.flags = 0;
    is(umtx(&m, UNLOCK, 0, 0, 0), 0);
    is(m.owner & 0x7fffffff, 0);
    is(umtx(&m, UNLOCK, 0, 0, 0), -EPERM_);
    for (int i = 0; i < 6; i++) {
        starts[i] = (struct thread_start){mutex_worker, 0};
        start_thread(&starts[i], 65536);
    }
    wait_threads(ended += 6);
    is(shared, 12000);

    for (int i = 0; i < 6; i++) {
        starts[i] = (struct thread_start){rw_worker, i % 3 == 0 ? &rw : 0};
        start_thread(&starts[i], 65536);
    }
    wait_threads(ended += 6);
    is(bad, 0);
    is(rw.state & 0x9fffffff, 0);

    for (int i = 0; i < 6; i++) {
        starts[i] = (struct thread_start){cv_worker, 0};
        start_thread(&starts[i], 65536);
    }
    for (int i = 0; i < 100; i++)
        yield();
    lock(&m2);
    predicate = 1;
    unlock(&m2);
    while (threads_ended < ended + 6) { /* those that wait later have seen the predicate */
        umtx(&cv, CV_BROADCAST, 0, 0, 0);
        yield();
    }
    ended += 6;
    is(woken, 6);
    lock(&m2);
    is(umtx(&cv, CV_WAIT, 0, &m2, &soon), -ETIMEDOUT_);
    is(m2.owner & 0x7fffffff, 0);

    woken = 0;
    for (int i = 0; i < 4; i++) {
        starts[i] = (struct thread_start){sem_worker, 0};
        start_thread(&starts[i], 65536);
    }
    for (int i = 0; i < 800; i++) {
        uint32_t before = __atomic_fetch_add(&sem.count, 1, __ATOMIC_SEQ_CST);
        if (before & 0x80000000)
            umtx(&sem, SEM_WAKE, 0, 0, 0);
    }
    wait_threads(ended += 4);
    is(woken, 800);
    is(umtx(&sem, SEM_WAIT, 0, sizeof(soon), &soon), -ETIMEDOUT_);

    robust.flags = 0x10;
    starts[0] = (struct thread_start){robust_worker, 0};
    start_thread(&starts[0], 65536);
    wait_threads(ended += 1);
    i64 r;
    while ((r = umtx(&robust, LOCK, 0, sizeof(soon), &soon)) == -ETIMEDOUT_)
        yield();
    is(r, -EOWNERDEAD_);
}
