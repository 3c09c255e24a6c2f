/*
 * Signal numbers that FreeBSD and NetBSD have in common, from signal.h: X(name, number) for those
 * that the host has under the same name, Y(name, number) for others.
 */
#define UNIX_SIGNALS_COMMON(X, Y)                                                                  \
    X(SIGHUP, 1) X(SIGINT, 2) X(SIGQUIT, 3) X(SIGILL, 4) X(SIGTRAP, 5) X(SIGABRT, 6)               \
    Y(SIGEMT, 7) X(SIGFPE, 8) X(SIGKILL, 9) X(SIGBUS, 10) X(SIGSEGV, 11) X(SIGSYS, 12)             \
    X(SIGPIPE, 13) X(SIGALRM, 14) X(SIGTERM, 15) X(SIGURG, 16) X(SIGSTOP, 17) X(SIGTSTP, 18)       \
    X(SIGCONT, 19) X(SIGCHLD, 20) X(SIGTTIN, 21) X(SIGTTOU, 22) X(SIGIO, 23) X(SIGXCPU, 24)        \
    X(SIGXFSZ, 25) X(SIGVTALRM, 26) X(SIGPROF, 27) X(SIGWINCH, 28) Y(SIGINFO, 29)                  \
    X(SIGUSR1, 30) X(SIGUSR2, 31)
