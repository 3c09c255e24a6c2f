/* _umtx_op of FreeBSD 14, from sys/umtx.h, sys/_umtx.h and _umtx_op(2). */
#ifndef ABI_FREEBSD_UMTX_H
#define ABI_FREEBSD_UMTX_H

#include <stddef.h>
#include <stdint.h>

#define FREEBSD_UMTX_OP_WAIT 2
#define FREEBSD_UMTX_OP_WAKE 3
#define FREEBSD_UMTX_OP_MUTEX_TRYLOCK 4
#define FREEBSD_UMTX_OP_MUTEX_LOCK 5
#define FREEBSD_UMTX_OP_MUTEX_UNLOCK 6
#define FREEBSD_UMTX_OP_SET_CEILING 7
#define FREEBSD_UMTX_OP_CV_WAIT 8
#define FREEBSD_UMTX_OP_CV_SIGNAL 9
#define FREEBSD_UMTX_OP_CV_BROADCAST 10
#define FREEBSD_UMTX_OP_WAIT_UINT 11
#define FREEBSD_UMTX_OP_RW_RDLOCK 12
#define FREEBSD_UMTX_OP_RW_WRLOCK 13
#define FREEBSD_UMTX_OP_RW_UNLOCK 14
#define FREEBSD_UMTX_OP_WAIT_UINT_PRIVATE 15
#define FREEBSD_UMTX_OP_WAKE_PRIVATE 16
#define FREEBSD_UMTX_OP_MUTEX_WAIT 17
#define FREEBSD_UMTX_OP_MUTEX_WAKE 18
#define FREEBSD_UMTX_OP_SEM_WAIT 19
#define FREEBSD_UMTX_OP_SEM_WAKE 20
#define FREEBSD_UMTX_OP_NWAKE_PRIVATE 21
#define FREEBSD_UMTX_OP_MUTEX_WAKE2 22
#define FREEBSD_UMTX_OP_SEM2_WAIT 23
#define FREEBSD_UMTX_OP_SEM2_WAKE 24
#define FREEBSD_UMTX_OP_SHM 25
#define FREEBSD_UMTX_OP_ROBUST_LISTS 26
#define FREEBSD_UMTX_OP_FLAGS (int)0xc0000000 /* structures of other word sizes */

#define FREEBSD_UMTX_ABSTIME 1
#define FREEBSD_CLOCK_REALTIME 0
#define FREEBSD_CLOCK_REALTIME_PRECISE 9
#define FREEBSD_CLOCK_REALTIME_FAST 10
#define FREEBSD_CLOCK_SECOND 13
#define FREEBSD_CVWAIT_ABSTIME 0x2
#define FREEBSD_CVWAIT_CLOCKID 0x4

#define FREEBSD_USYNC_PROCESS_SHARED 0x1u

#define FREEBSD_UMUTEX_CONTESTED 0x80000000u
#define FREEBSD_UMUTEX_RB_OWNERDEAD (FREEBSD_UMUTEX_CONTESTED | 0x10)
#define FREEBSD_UMUTEX_RB_NOTRECOV (FREEBSD_UMUTEX_CONTESTED | 0x11)
#define FREEBSD_UMUTEX_ERROR_CHECK 0x2u
#define FREEBSD_UMUTEX_PRIO_INHERIT 0x4u
#define FREEBSD_UMUTEX_PRIO_PROTECT 0x8u
#define FREEBSD_UMUTEX_ROBUST 0x10u
#define FREEBSD_UMUTEX_NONCONSISTENT 0x20u
#define FREEBSD_UMUTEX_RB_BIT 0x1u

struct freebsd_umutex {
    uint32_t owner, flags, ceilings[2];
    uint64_t rb_link;
    uint32_t spare[2];
};
_Static_assert(sizeof(struct freebsd_umutex) == 32, "struct umutex");

/* counter: a spare field there */
struct freebsd_ucond {
    uint32_t has_waiters, flags, clockid, counter;
};
_Static_assert(sizeof(struct freebsd_ucond) == 16, "struct ucond");

#define FREEBSD_URWLOCK_PREFER_READER 0x2u
#define FREEBSD_URWLOCK_WRITE_OWNER 0x80000000u
#define FREEBSD_URWLOCK_WRITE_WAITERS 0x40000000u
#define FREEBSD_URWLOCK_READ_WAITERS 0x20000000u
#define FREEBSD_URWLOCK_READERS 0x1fffffffu
struct freebsd_urwlock {
    uint32_t state, flags, blocked_readers, blocked_writers, spare[4];
};
_Static_assert(sizeof(struct freebsd_urwlock) == 32, "struct urwlock");

#define FREEBSD_USEM_HAS_WAITERS 0x80000000u
#define FREEBSD_USEM_COUNT 0x7fffffffu
struct freebsd_usem2 {
    uint32_t count, flags;
};

struct freebsd_umtx_time {
    struct {
        int64_t tv_sec, tv_nsec;
    } timeout;
    uint32_t flags, clockid;
};
_Static_assert(sizeof(struct freebsd_umtx_time) == 24, "struct _umtx_time");

#endif
