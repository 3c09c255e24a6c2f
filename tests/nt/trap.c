/* The seccomp filter that stands in for Syscall User Dispatch: syscalls/gate/trap.c. Criterion runs each test in a
 * process of its own, which a filter stays with for ever. */
#include <criterion/criterion.h>
#include <linux/audit.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "syscalls/gate/trap.h"
#include "syscalls/host/layout.h"

static siginfo_t seen;
static volatile sig_atomic_t traps;

static void on_trap(int sig, siginfo_t *si, void *context)
{
    (void)sig;
    (void)context;
    seen = *si;
    traps++;
}

static void start(enum trap_kind kind)
{
    struct sigaction sa = {.sa_flags = SA_SIGINFO | SA_NODEFER};
    const char *why = NULL;

    sa.sa_sigaction = on_trap;
    sigaction(SIGSYS, &sa, NULL);
    cr_assert(trap_init(kind, &why), "%s", why);
    cr_assert_eq(trap_chosen(), kind);
}

/* mov eax, edi; syscall; ret in the guests' band */
static long (*guest_code(void))(long)
{
    static const unsigned char code[] = {0x89, 0xf8, 0x0f, 0x05, 0xc3};
    void *p = mmap((void *)0x10000000, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

    cr_assert_eq(p, (void *)0x10000000);
    memcpy(p, code, sizeof(code));
    return (long (*)(long))p;
}

static void guest_calls_are_trapped(enum trap_kind kind)
{
    long (*call)(long) = guest_code();

    start(kind);
    cr_assert_eq(syscall(SYS_getpid), getpid());
    cr_assert_eq(traps, 0);
    call(0x5a);
    cr_assert_eq(traps, 1);
    cr_assert(trap_is_guest_call(&seen));
    cr_assert_eq(trap_call_number(&seen), 0x5a);
    cr_assert_eq(syscall(SYS_getpid), getpid());
    cr_assert_eq(traps, 1);
}

Test(trap, seccomp_traps_guest_calls)
{
    guest_calls_are_trapped(TRAP_SECCOMP);
}

Test(trap, sud_traps_guest_calls)
{
    if (!trap_probe(TRAP_SUD))
        cr_skip_test("this kernel has no Syscall User Dispatch");
    guest_calls_are_trapped(TRAP_SUD);
}

/* Numbers of other architectures are nobody's: from host code too, and they are not taken for a guest's. */
Test(trap, seccomp_traps_other_architectures)
{
    unsigned result = 20; /* getpid of i386 */

    start(TRAP_SECCOMP);
    syscall(0x40000000 | SYS_getpid);
    cr_assert_eq(traps, 1);
    cr_assert_not(trap_is_guest_call(&seen));
    __asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
    cr_assert_eq(traps, 2);
    cr_assert_eq(seen.si_arch, AUDIT_ARCH_I386);
    cr_assert_not(trap_is_guest_call(&seen));
}
