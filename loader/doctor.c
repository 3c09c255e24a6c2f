#include "loader/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/membarrier.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "loader/where.h"
#include "syscalls/gate/trap.h"
#include "syscalls/host/layout.h"
#include "syscalls/unix/thread.h"

static void line(const char *what, const char *answer, const char *why)
{
    printf("%-32s %s%s%s\n", what, answer, why ? ": " : "", why ? why : "");
}

static void yes_no(const char *what, bool yes, const char *if_yes, const char *if_no)
{
    line(what, yes ? "yes" : "no", yes ? if_yes : if_no);
}

/* A page of the guests' band, executable: what a hardened kernel may refuse. */
static bool low_code(void)
{
    void *p = mmap((void *)0x10000000ull, 4096, PROT_READ | PROT_EXEC,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

    if (p == MAP_FAILED)
        return false;
    munmap(p, 4096);
    return (uintptr_t)p < GUEST_END;
}

int doctor(void)
{
    char libraries[PATH_MAX];
    struct utsname u;

    uname(&u);
    unix_thread_system_init();
    bool sud = trap_probe(TRAP_SUD), seccomp = trap_probe(TRAP_SECCOMP);
    int memory = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
    if (memory >= 0)
        close(memory);
    long barriers = syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
    bool sync_core = barriers > 0 && (barriers & MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE) != 0;
    bool windows = where_guest_libraries(libraries, sizeof(libraries)), code = low_code();

    printf("%-32s %s %s, %s\n", "kernel", u.sysname, u.release, u.machine);
    yes_no(
        "Syscall User Dispatch", sud, NULL,
        "this kernel is older than 5.11, or denies it; raw calls then cost no less with seccomp");
    yes_no("seccomp trap", seccomp, NULL, "this kernel has no seccomp filters");
    yes_no("patching of call sites", memory >= 0,
           sync_core ? "also while other threads run" : "while a program has one thread",
           "/proc/self/mem cannot be written");
    yes_no("FSGSBASE", unix_have_fsgsbase, NULL, "a call then costs two more of the host's");
    line("vector registers",
         unix_vector_level == 2   ? "AVX-512"
         : unix_vector_level == 1 ? "AVX"
                                  : "SSE",
         NULL);
    yes_no("executable low memory", code, NULL, "a policy of this host refuses it");
    yes_no("Windows libraries", windows, windows ? libraries : NULL,
           "not found: is compatrun installed completely?");
    const char *trap = sud ? "Syscall User Dispatch" : seccomp ? "seccomp trap" : "nothing";
    printf("\nWindows programs                 direct entry; raw calls by %s\n", trap);
    printf("FreeBSD and NetBSD programs      %s%s, because %s\n",
           memory >= 0 && (sud || seccomp) ? "patched sites; the first call of each by " : "", trap,
           sud       ? "it costs the least of what this kernel offers"
           : seccomp ? "Syscall User Dispatch is not to be had"
                     : "neither mechanism is to be had");
    return fflush(stdout) == 0 && (sud || seccomp) && windows && code ? 0 : 1;
}
