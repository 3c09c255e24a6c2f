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

struct freebsd_umtx_time {
    struct {
        int64_t tv_sec, tv_nsec;
    } timeout;
    uint32_t flags, clockid;
};
_Static_assert(sizeof(struct freebsd_umtx_time) == 24, "struct _umtx_time");

#endif
