/* The layouts of struct _stat* and struct _finddata*: size and time fields of 32 or 64 bits. */
#ifndef LIBCOMPAT_NT_CRT_STAT_H
#define LIBCOMPAT_NT_CRT_STAT_H

#include "lowio.h"

#define STAT_LAYOUT(NAME, SIZE, TIME)                                                              \
    struct NAME {                                                                                  \
        uint32_t dev;                                                                              \
        uint16_t ino, mode;                                                                        \
        int16_t nlink, uid, gid;                                                                   \
        uint32_t rdev;                                                                             \
        SIZE size;                                                                                 \
        TIME atime, mtime, ctime;                                                                  \
    }

STAT_LAYOUT(crt_stat32, int32_t, int32_t);
STAT_LAYOUT(crt_stat32i64, int64_t, int32_t);
STAT_LAYOUT(crt_stat64, int64_t, int64_t);
STAT_LAYOUT(crt_stat64i32, int32_t, int64_t);

_Static_assert(sizeof(struct crt_stat32) == 36, "struct _stat32");
_Static_assert(sizeof(struct crt_stat64) == 56, "struct _stat64");
_Static_assert(sizeof(struct crt_stat64i32) == 48, "struct _stat64i32");

/* Seconds since 1970 of a FILETIME; 0 for none, -1 before. */
int64_t crt_unix_time(FILETIME time);

#endif
