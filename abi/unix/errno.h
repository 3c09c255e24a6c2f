/*
 * Error numbers that FreeBSD and NetBSD have in common, from errno.h and intro(2) of both: X(name,
 * number) for those that the host has under the same name, Y(name, number) for others.
 */
#define UNIX_ERRNO_COMMON(X, Y)                                                                    \
    X(EPERM, 1) X(ENOENT, 2) X(ESRCH, 3) X(EINTR, 4) X(EIO, 5) X(ENXIO, 6) X(E2BIG, 7)             \
    X(ENOEXEC, 8) X(EBADF, 9) X(ECHILD, 10) X(EDEADLK, 11) X(ENOMEM, 12) X(EACCES, 13)             \
    X(EFAULT, 14) X(ENOTBLK, 15) X(EBUSY, 16) X(EEXIST, 17) X(EXDEV, 18) X(ENODEV, 19)             \
    X(ENOTDIR, 20) X(EISDIR, 21) X(EINVAL, 22) X(ENFILE, 23) X(EMFILE, 24) X(ENOTTY, 25)           \
    X(ETXTBSY, 26) X(EFBIG, 27) X(ENOSPC, 28) X(ESPIPE, 29) X(EROFS, 30) X(EMLINK, 31)             \
    X(EPIPE, 32) X(EDOM, 33) X(ERANGE, 34) X(EAGAIN, 35) X(EINPROGRESS, 36) X(EALREADY, 37)        \
    X(ENOTSOCK, 38) X(EDESTADDRREQ, 39) X(EMSGSIZE, 40) X(EPROTOTYPE, 41) X(ENOPROTOOPT, 42)       \
    X(EPROTONOSUPPORT, 43) X(ESOCKTNOSUPPORT, 44) X(EOPNOTSUPP, 45) X(EPFNOSUPPORT, 46)            \
    X(EAFNOSUPPORT, 47) X(EADDRINUSE, 48) X(EADDRNOTAVAIL, 49) X(ENETDOWN, 50)                     \
    X(ENETUNREACH, 51) X(ENETRESET, 52) X(ECONNABORTED, 53) X(ECONNRESET, 54) X(ENOBUFS, 55)       \
    X(EISCONN, 56) X(ENOTCONN, 57) X(ESHUTDOWN, 58) X(ETOOMANYREFS, 59) X(ETIMEDOUT, 60)           \
    X(ECONNREFUSED, 61) X(ELOOP, 62) X(ENAMETOOLONG, 63) X(EHOSTDOWN, 64) X(EHOSTUNREACH, 65)      \
    X(ENOTEMPTY, 66) Y(EPROCLIM, 67) X(EUSERS, 68) X(EDQUOT, 69) X(ESTALE, 70) X(EREMOTE, 71)      \
    Y(EBADRPC, 72) Y(ERPCMISMATCH, 73) Y(EPROGUNAVAIL, 74) Y(EPROGMISMATCH, 75)                    \
    Y(EPROCUNAVAIL, 76) X(ENOLCK, 77) X(ENOSYS, 78) Y(EFTYPE, 79) Y(EAUTH, 80) Y(ENEEDAUTH, 81)    \
    X(EIDRM, 82) X(ENOMSG, 83) X(EOVERFLOW, 84)
