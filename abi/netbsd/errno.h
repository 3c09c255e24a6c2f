/* Error numbers of NetBSD 10, from errno.h and intro(2). */
#ifndef ABI_NETBSD_ERRNO_H
#define ABI_NETBSD_ERRNO_H

#include "abi/unix/errno.h"

#define NETBSD_ERRNO(X, Y)                                                                         \
    UNIX_ERRNO_COMMON(X, Y)                                                                        \
    X(EILSEQ, 85) Y(ENOTSUP, 86) X(ECANCELED, 87) X(EBADMSG, 88) X(ENODATA, 89) X(ENOSR, 90)       \
    X(ENOSTR, 91) X(ETIME, 92) Y(ENOATTR, 93) X(EMULTIHOP, 94) X(ENOLINK, 95) X(EPROTO, 96)        \
    X(EOWNERDEAD, 97) X(ENOTRECOVERABLE, 98)
#define NETBSD_ELAST 98

#define NETBSD_ENUM_X(name, number) NETBSD_##name = number,
enum netbsd_errno { NETBSD_ERRNO(NETBSD_ENUM_X, NETBSD_ENUM_X) };
#undef NETBSD_ENUM_X
_Static_assert(NETBSD_ENOTRECOVERABLE == NETBSD_ELAST, "the last one");

#endif
