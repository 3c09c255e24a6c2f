/* Signals of NetBSD 10, from signal.h, siginfo(2) and sigaction(2). */
#ifndef ABI_NETBSD_SIGNAL_H
#define ABI_NETBSD_SIGNAL_H

#include "abi/unix/signal.h"

#define NETBSD_SIGNALS(X, Y) UNIX_SIGNALS_COMMON(X, Y) X(SIGPWR, 32)
#define NETBSD_SIGRTMIN 33
#define NETBSD_SIGRTMAX 63
#define NETBSD_NSIG 64

#define NETBSD_ENUM_X(name, number) NETBSD_##name = number,
enum netbsd_signal { NETBSD_SIGNALS(NETBSD_ENUM_X, NETBSD_ENUM_X) };
#undef NETBSD_ENUM_X

#endif
