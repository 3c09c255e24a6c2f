/* Memory: flags, hints, errors. */
#include "guest.h"

static volatile int faults;
static void fault(int signal, struct siginfo_ *si, struct ucontext_ *uc)
{
    (void)signal;
    (void)si;
    faults++;
    uc->rip = uc->rbx;
}
static void store(i64 where)
{
    __asm__ volatile("leaq 1f(%%rip), %%rbx\n movq $7, (%0)\n1:\n" : : "r"(where) : "rbx", "memory");
}
#define MAP(at, n, prot, flags) call(SYS_mmap, at, n, prot, flags, -1, 0)
enum { PRIVATE_ANON = MAP_PRIVATE_ | MAP_ANON_ };

static void test(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    set_handler(SIGSEGV_, fault, 0);
    i64 a = MAP(0, 65536, PROT_R | PROT_W, PRIVATE_ANON);
    ok(a > 0 && (a & 4095) == 0);
    store(a);
    is(*(volatile i64 *)a, 7);
    is(call(SYS_mprotect, a, 4096, PROT_R), 0);
    store(a);
    is(faults, 1);
    is(call(SYS_mprotect, a, 4096, PROT_R | PROT_W), 0);
    store(a);
    is(faults, 1);
    is(call(SYS_munmap, a, 4096), 0);
    store(a);
    is(faults, 2);
    is(call(SYS_munmap, a + 1, 4096), -EINVAL_);
    is(call(SYS_munmap, a + 4096, 0), -EINVAL_);
    is(call(SYS_munmap, 0x7fffff000000, 4096), -EINVAL_);
    /* A hint that is free is taken; one that is not gives another place. */
    is(MAP(a, 4096, PROT_R, PRIVATE_ANON), a);
    i64 other = MAP(a, 4096, PROT_R, PRIVATE_ANON);
    ok(other > 0 && other != a);
    /* FIXED replaces. */
    *(volatile i64 *)(a + 8192) = 9;
    is(MAP(a + 8192, 4096, PROT_R | PROT_W, PRIVATE_ANON | MAP_FIXED_), a + 8192);
    is(*(volatile i64 *)(a + 8192), 0);
    is(MAP(a + 8192 + 5, 4096, PROT_R, PRIVATE_ANON | MAP_FIXED_), -EINVAL_);
    is(MAP(0, 0, PROT_R, PRIVATE_ANON), -EINVAL_);
    is(call(SYS_mmap, 0, 4096, PROT_R, PRIVATE_ANON, 0, 0), -EINVAL_);
    is(call(SYS_mmap, 0, 4096, PROT_R, MAP_PRIVATE_, 12345, 0), -EBADF_);
    is(MAP(0, 1ll << 47, PROT_R, PRIVATE_ANON), -ENOMEM_);
    /* Alignment: MAP_ALIGNED(n) on both. */
    for (int n = 12; n < 26; n++) {
        i64 p = MAP(0, 4096, PROT_R, PRIVATE_ANON | (i64)n << 24);
        ok(p > 0 && (p & ((1ll << n) - 1)) == 0);
    }
    is(MAP(0, 4096, PROT_R, PRIVATE_ANON | 5 << 24), -EINVAL_);
    /* The content stays over "not needed now". */
    i64 b = MAP(0, 8192, PROT_R | PROT_W, PRIVATE_ANON);
    *(volatile i64 *)b = 77;
    is(call(SYS_madvise, b, 8192, 4), 0);
    is(*(volatile i64 *)b, 77);
    is(call(SYS_madvise, b, 8192, 99), -EINVAL_);
    /* Shared with a child. */
    i64 s = call(SYS_mmap, 0, 4096, PROT_R | PROT_W, MAP_SHARED_ | MAP_ANON_, -1, 0);
    i64 pid = call(SYS_fork);
    if (pid == 0) {
        *(volatile i64 *)s = 5;
        *(volatile i64 *)b = 6;
        call(SYS_exit, 0);
    }
    call(SYS_wait4, pid, 0, 0, 0);
    is(*(volatile i64 *)s, 5);
    is(*(volatile i64 *)b, 77);
#ifdef __FreeBSD__
    enum { GUARD = 0x2000, EXCL = 0x4000, STACK = 0x400, LOW = 0x80000, SUPER = 1 << 24 };
    i64 g = MAP(0, 8192, 0, GUARD);
    ok(g > 0);
    faults = 0;
    store(g);
    is(faults, 1);
    is(MAP(0, 8192, PROT_R, GUARD), -EINVAL_);
    is(MAP(b, 4096, PROT_R, PRIVATE_ANON | MAP_FIXED_ | EXCL), -ENOMEM_);
    is(MAP(b, 4096, PROT_R, PRIVATE_ANON | EXCL), -EINVAL_);
    is(*(volatile i64 *)b, 77);
    i64 st = MAP(0, 65536, PROT_R | PROT_W, STACK);
    ok(st > 0);
    store(st + 65536 - 8);
    is(faults, 1);
    is(MAP(0, 65536, PROT_R, STACK), -EINVAL_);
    i64 low = MAP(0, 4096, PROT_R, PRIVATE_ANON | LOW);
    ok(low > 0 && low < 0x80000000ll);
    i64 super = MAP(0, 4096, PROT_R, PRIVATE_ANON | SUPER);
    ok(super > 0 && (super & 0x1fffff) == 0);
    is(MAP(0, 4096, PROT_R, PRIVATE_ANON | 0x100), -EINVAL_);
#endif
}
