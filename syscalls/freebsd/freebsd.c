/* FreeBSD: error and signal numbers, and the personality that holds all of it together. */
#include "syscalls/freebsd/freebsd.h"

#include "abi/freebsd/errno.h"
#include "abi/freebsd/signal.h"
#include "syscalls/freebsd/process.h"

#define OF_HOST(name, number) [name] = number,
#define NAMED(name, number) [number] = #name,
#define NOTHING(name, number)

static const uint8_t errno_of_host[] = {FREEBSD_ERRNO(OF_HOST, NOTHING)};
static const char *const errno_names[FREEBSD_ELAST + 1] = {FREEBSD_ERRNO(NAMED, NAMED)};

/* The real-time signals share the host's, from the first that nobody here uses. Some that the
 * host has not are among them as well. */
static const uint8_t signal_of_host[_NSIG] = {
    FREEBSD_SIGNALS(OF_HOST, NOTHING)[UNIX_HOST_RT + 0] = FREEBSD_SIGEMT,
    [UNIX_HOST_RT + 1] = FREEBSD_SIGINFO,
    [UNIX_HOST_RT + 2] = FREEBSD_SIGTHR,
    [UNIX_HOST_RT + 3] = FREEBSD_SIGLIBRT,
#define RT(n) [UNIX_HOST_RT + 4 + (n)] = FREEBSD_SIGRTMIN + (n)
    RT(0),
    RT(1),
    RT(2),
    RT(3),
    RT(4),
    RT(5),
    RT(6),
    RT(7),
    RT(8),
    RT(9),
    RT(10),
    RT(11),
    RT(12),
    RT(13),
    RT(14),
    RT(15),
    RT(16),
    RT(17),
    RT(18),
    RT(19),
    RT(20),
    RT(21),
    RT(22),
    RT(23),
    RT(24),
#undef RT
};
static const char *const signal_names[] = {FREEBSD_SIGNALS(NAMED, NAMED)};

const struct unix_personality freebsd_personality = {
    .name = "FreeBSD",
    .release = "14.1-RELEASE",
    .osreldate = 1401000,
    .calls = freebsd_calls,
    .fast = freebsd_fast,
    .call_count = FREEBSD_CALL_COUNT,
    .errno_of_host = errno_of_host,
    .errno_count = sizeof(errno_of_host),
    .errno_names = errno_names,
    .errno_name_count = FREEBSD_ELAST + 1,
    .signal_of_host = signal_of_host,
    .signal_count = FREEBSD_NSIG,
    .signal_names = signal_names,
    .signal_name_count = sizeof(signal_names) / sizeof(signal_names[0]),
    .indirect = {0, 198},
    .continued_status = 0x13,
    .abi = &freebsd_abi,
    .start = freebsd_start,
    .signal_frame = freebsd_signal_frame,
};
