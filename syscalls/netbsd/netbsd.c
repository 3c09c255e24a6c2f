/* NetBSD: error and signal numbers, and the personality that holds all of it together. */
#include "syscalls/netbsd/netbsd.h"

#include "abi/netbsd/errno.h"
#include "abi/netbsd/signal.h"
#include "syscalls/netbsd/process.h"

#define OF_HOST(name, number) [name] = number,
#define NAMED(name, number) [number] = #name,
#define NOTHING(name, number)

static const uint8_t errno_of_host[] = {NETBSD_ERRNO(OF_HOST, NOTHING)};
static const char *const errno_names[NETBSD_ELAST + 1] = {NETBSD_ERRNO(NAMED, NAMED)};

/* The real-time signals share the host's, from the first that nobody here uses. Some that the
 * host has not are among them as well. */
static const uint8_t signal_of_host[_NSIG] = {
    NETBSD_SIGNALS(OF_HOST, NOTHING)[UNIX_HOST_RT + 0] = NETBSD_SIGEMT,
    [UNIX_HOST_RT + 1] = NETBSD_SIGINFO,
#define RT(n) [UNIX_HOST_RT + 2 + (n)] = NETBSD_SIGRTMIN + (n)
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
    RT(25),
    RT(26),
#undef RT
};
static const char *const signal_names[] = {NETBSD_SIGNALS(NAMED, NAMED)};

const struct unix_personality netbsd_personality = {
    .name = "NetBSD",
    .release = "10.0",
    .osreldate = 1000000000,
    .calls = netbsd_calls,
    .fast = netbsd_fast,
    .call_count = NETBSD_CALL_COUNT,
    .errno_of_host = errno_of_host,
    .errno_count = sizeof(errno_of_host),
    .errno_names = errno_names,
    .errno_name_count = NETBSD_ELAST + 1,
    .signal_of_host = signal_of_host,
    .signal_count = NETBSD_NSIG,
    .signal_names = signal_names,
    .signal_name_count = sizeof(signal_names) / sizeof(signal_names[0]),
    .indirect = {0, 198},
    .continued_status = 0xffff,
    .abi = &netbsd_abi,
    .start = netbsd_start,
    .signal_frame = netbsd_signal_frame,
};
