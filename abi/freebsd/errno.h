/* Error numbers of FreeBSD 14, from errno.h and intro(2). */
#ifndef ABI_FREEBSD_ERRNO_H
#define ABI_FREEBSD_ERRNO_H

#include "abi/unix/errno.h"

#define FREEBSD_ERRNO(X, Y)                                                                        \
    UNIX_ERRNO_COMMON(X, Y)                                                                        \
    X(ECANCELED, 85) X(EILSEQ, 86) Y(ENOATTR, 87) Y(EDOOFUS, 88) X(EBADMSG, 89) X(EMULTIHOP, 90)   \
    X(ENOLINK, 91) X(EPROTO, 92) Y(ENOTCAPABLE, 93) Y(ECAPMODE, 94) X(ENOTRECOVERABLE, 95)         \
    X(EOWNERDEAD, 96) Y(EINTEGRITY, 97)
#define FREEBSD_ELAST 97

#define FREEBSD_ENUM_X(name, number) FREEBSD_##name = number,
enum freebsd_errno { FREEBSD_ERRNO(FREEBSD_ENUM_X, FREEBSD_ENUM_X) };
#undef FREEBSD_ENUM_X
_Static_assert(FREEBSD_EINTEGRITY == FREEBSD_ELAST, "the last one");

#endif
