/* Signals of FreeBSD 14, from signal.h, siginfo(3) and sigaction(2). */
#ifndef ABI_FREEBSD_SIGNAL_H
#define ABI_FREEBSD_SIGNAL_H

#include "abi/unix/signal.h"

#define FREEBSD_SIGNALS(X, Y) UNIX_SIGNALS_COMMON(X, Y) Y(SIGTHR, 32) Y(SIGLIBRT, 33)
#define FREEBSD_SIGRTMIN 65
#define FREEBSD_SIGRTMAX 126
#define FREEBSD_NSIG 129 /* numbers 1 to 128 are accepted */

#define FREEBSD_ENUM_X(name, number) FREEBSD_##name = number,
enum freebsd_signal { FREEBSD_SIGNALS(FREEBSD_ENUM_X, FREEBSD_ENUM_X) };
#undef FREEBSD_ENUM_X

#endif
