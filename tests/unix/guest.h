/*
 * For guest tests of FreeBSD and NetBSD: freestanding programs that make their own system calls.
 * Each file has `static void test(int argc, char **argv)` and includes this first; the last line it
 * prints is "N passed, N failed". Numbers that differ between the systems: SYS_* below.
 */
#ifndef TESTS_UNIX_GUEST_H
#define TESTS_UNIX_GUEST_H

#include <stddef.h>
#include <stdint.h>

typedef int64_t i64;
typedef uint64_t u64;

/* The error, minus, or the result; the second result and the flags are kept for those who ask. */
static u64 second_result;

static inline i64 call6(i64 n, i64 a, i64 b, i64 c, i64 d, i64 e, i64 f)
{
    register i64 r10 __asm__("r10") = d;
    register i64 r8 __asm__("r8") = e;
    register i64 r9 __asm__("r9") = f;
    i64 r = n;
    uint8_t failed;
    __asm__ volatile("syscall"
                     : "+a"(r), "=@ccc"(failed), "+d"(c), "+r"(r10), "+r"(r8), "+r"(r9)
                     : "D"(a), "S"(b)
                     : "rcx", "r11", "memory");
    second_result = (u64)c;
    return failed ? -r : r;
}
#define CALL_(n, a, b, c, d, e, f, ...)                                                            \
    call6(n, (i64)(a), (i64)(b), (i64)(c), (i64)(d), (i64)(e), (i64)(f))
#define call(...) CALL_(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)

#define SYS_exit 1
#define SYS_fork 2
#define SYS_read 3
#define SYS_write 4
#define SYS_close 6
#define SYS_getpid 20
#define SYS_kill 37
#define SYS_getppid 39
#define SYS_execve 59
#define SYS_vfork 66
#define SYS_munmap 73
#define SYS_mprotect 74
#define SYS_madvise 75
#ifdef __FreeBSD__
#define SYS_wait4 7
#define SYS_sigaltstack 53
#define SYS_setitimer 83
#define SYS_sysarch 165
#define SYS_sched_yield 331
#define SYS_sigprocmask 340
#define SYS_sigsuspend 341
#define SYS_sigpending 343
#define SYS_sigtimedwait 345
#define SYS_sigreturn 417
#define SYS_thr_exit 431
#define SYS_thr_self 432
#define SYS_thr_kill 433
#define SYS__umtx_op 454
#define SYS_thr_new 455
#define SYS_sigqueue 456
#define SYS_mmap 477
#define SYS_cpuset_getaffinity 487
#define SYS_pipe2 542
#else
#define SYS_mmap 197
#define SYS_sigaltstack 281
#define SYS_sigpending 292
#define SYS_sigprocmask 293
#define SYS_sigsuspend 294
#define SYS_getcontext 307
#define SYS_setcontext 308
#define SYS__lwp_create 309
#define SYS__lwp_exit 310
#define SYS__lwp_self 311
#define SYS__lwp_wait 312
#define SYS__lwp_setprivate 317
#define SYS__lwp_kill 318
#define SYS__lwp_unpark 321
#define SYS_sigaction_tramp 340
#define SYS_sched_yield 350
#define SYS_setitimer 425
#define SYS_sigtimedwait 431
#define SYS_wait4 449
#define SYS_pipe2 453
#define SYS__lwp_park 478
#endif

/* The same on both */
enum { EINTR_ = 4, EBADF_ = 9, ECHILD_ = 10, EFAULT_ = 14, EINVAL_ = 22, EAGAIN_ = 35, ETIMEDOUT_ = 60,
       ENOMEM_ = 12, ESRCH_ = 3, EPERM_ = 1, ENOSYS_ = 78, ENOENT_ = 2 };
enum { SIGHUP_ = 1, SIGILL_ = 4, SIGTRAP_ = 5, SIGFPE_ = 8, SIGKILL_ = 9, SIGBUS_ = 10, SIGSEGV_ = 11,
       SIGALRM_ = 14, SIGTERM_ = 15, SIGURG_ = 16, SIGCHLD_ = 20, SIGUSR1_ = 30, SIGUSR2_ = 31 };
enum { SA_ONSTACK_ = 1, SA_RESTART_ = 2, SA_RESETHAND_ = 4, SA_NODEFER_ = 0x10, SA_SIGINFO_ = 0x40 };
enum { PROT_R = 1, PROT_W = 2, PROT_X = 4, MAP_SHARED_ = 1, MAP_PRIVATE_ = 2, MAP_FIXED_ = 0x10,
       MAP_ANON_ = 0x1000 };

void *memcpy(void *to, const void *from, size_t n)
{
    void *r = to;
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
    return r;
}
void *memset(void *to, int byte, size_t n)
{
    void *r = to;
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(byte) : "memory");
    return r;
}
static size_t length(const char *s)
{
    size_t n = 0;
    while (s[n])
        n++;
    return n;
}
static int equal(const void *a, const void *b, size_t n)
{
    const char *p = a, *q = b;
    while (n--)
        if (*p++ != *q++)
            return 0;
    return 1;
}

static char out_buffer[512];
static void print(const char *text, i64 value, const char *more, int line)
{
    char *p = out_buffer, digits[24];
    int n = 0;
    u64 v = value < 0 ? -(u64)value : (u64)value;
    for (const char *s = text; *s && p < out_buffer + 300; s++)
        *p++ = *s;
    if (more) {
        if (value < 0)
            *p++ = '-';
        do
            digits[n++] = (char)('0' + v % 10);
        while (v /= 10);
        while (n)
            *p++ = digits[--n];
        for (const char *s = more; *s && p < out_buffer + 400; s++)
            *p++ = *s;
    }
    if (line) {
        for (v = (u64)line, n = 0; v; v /= 10)
            digits[n++] = (char)('0' + v % 10);
        while (n)
            *p++ = digits[--n];
    }
    *p++ = '\n';
    call(SYS_write, 1, out_buffer, p - out_buffer);
}

static int passed, failed;
static void check_value(i64 got, i64 want, const char *what, int line)
{
    if (got == want) {
        __atomic_add_fetch(&passed, 1, __ATOMIC_RELAXED);
        return;
    }
    __atomic_add_fetch(&failed, 1, __ATOMIC_RELAXED);
    print(what, 0, NULL, 0);
    print("  is ", got, "", 0);
    print("  should be ", want, ", line ", line);
}
#define is(got, want) check_value((i64)(got), (i64)(want), #got, __LINE__)
#define ok(condition) check_value(!!(condition), 1, #condition, __LINE__)

/* --- signals ---------------------------------------------------------------------------------- */

typedef struct {
    uint32_t bits[4];
} sigset;
static inline sigset set_of(int signal)
{
    sigset s = {{0}};
    if (signal)
        s.bits[(signal - 1) / 32] = 1u << ((signal - 1) % 32);
    return s;
}
static inline int has(const sigset *s, int signal)
{
    return s->bits[(signal - 1) / 32] >> ((signal - 1) % 32) & 1;
}

#ifdef __FreeBSD__
struct sigaction_ {
    void *handler;
    int flags;
    sigset mask;
    int pad;
};
struct siginfo_ {
    int signo, error, code, pid;
    unsigned uid;
    int status;
    void *addr;
    i64 value;
    char rest[40];
};
#define SI_PID(s) ((s)->pid)
#define SI_ADDR(s) ((s)->addr)
#define SI_VALUE(s) ((s)->value)
#define SI_STATUS(s) ((s)->status)
#define CODE_USER 0x10001
#define CODE_QUEUE 0x10002
#define CODE_LWP 0x10007
struct ucontext_ {
    sigset mask;
    u64 onstack, rdi, rsi, rdx, rcx, r8, r9, rax, rbx, rbp, r10, r11, r12, r13, r14, r15;
    uint32_t trapno;
    uint16_t fs, gs;
    u64 addr;
    uint32_t flags;
    uint16_t es, ds;
    u64 err, rip, cs, rflags, rsp, ss, len, format, owned, fp[64], fsbase, gsbase, xfp, xfp_len,
        spare[4], link, stack[3];
    int uc_flags, spare2[4];
} __attribute__((aligned(16)));
_Static_assert(sizeof(struct ucontext_) == 880, "ucontext_t");
#else
struct sigaction_ {
    void *handler;
    sigset mask;
    int flags, pad;
};
struct siginfo_ {
    int signo, code, error, pad;
    union {
        struct {
            int pid;
            unsigned uid;
            i64 value;
        };
        struct {
            int pid2;
            unsigned uid2;
            int status;
        };
        void *addr;
        char rest[112];
    };
};
#define SI_PID(s) ((s)->pid)
#define SI_ADDR(s) ((s)->addr)
#define SI_VALUE(s) ((s)->value)
#define SI_STATUS(s) ((s)->status)
#define CODE_USER 0
#define CODE_QUEUE -1
#define CODE_LWP -5
struct ucontext_ {
    unsigned flags, pad;
    u64 link;
    sigset mask;
    u64 stack[3];
    u64 rdi, rsi, rdx, rcx, r8, r9, r10, r11, r12, r13, r14, r15, rbp, rbx, rax, gs, fs, es, ds,
        trapno, err, rip, cs, rflags, rsp, ss, tlsbase;
    u64 fp[64];
};
_Static_assert(sizeof(struct ucontext_) == 784, "ucontext_t");
__asm__(".text\n.globl trampoline\ntrampoline:\n movq %r15,%rdi\n movl $308,%eax\n syscall\n"
        " movl $1,%eax\n movl $99,%edi\n syscall\n");
extern char trampoline[];
#endif
typedef void handler(int, struct siginfo_ *, struct ucontext_ *);

static i64 set_handler_mask(int signal, void *h, int flags, sigset mask)
{
    struct sigaction_ a = {.handler = h, .flags = flags | SA_SIGINFO_, .mask = mask};
#ifdef __FreeBSD__
    return call(416, signal, &a, 0);
#else
    return call(SYS_sigaction_tramp, signal, &a, 0, trampoline, 2);
#endif
}
static inline i64 set_handler(int signal, void *h, int flags)
{
    return set_handler_mask(signal, h, flags, set_of(0));
}
static inline i64 set_mask(int how, sigset s)
{
    return call(SYS_sigprocmask, how, &s, 0);
}
static inline sigset get_mask(void)
{
    sigset s = {{0}};
    call(SYS_sigprocmask, 1, 0, &s);
    return s;
}
struct itimerval_ {
    i64 interval_sec, interval_usec, sec, usec;
};
static inline void set_timer(i64 usec, i64 interval)
{
    struct itimerval_ v = {0, interval, 0, usec};
    call(SYS_setitimer, 0, &v, 0);
}
static inline i64 map_pages(size_t n)
{
    return call(SYS_mmap, 0, n, PROT_R | PROT_W, MAP_PRIVATE_ | MAP_ANON_, -1, 0);
}
static inline i64 make_pipe(int *ends)
{
    return call(SYS_pipe2, ends, 0);
}

/* --- threads ---------------------------------------------------------------------------------- */

static volatile int threads_ended;
/* The thread gets its argument and ends when fn returns. */
struct thread_start {
    void (*fn)(void *);
    void *arg;
};
static void thread_entry(struct thread_start *s)
{
    s->fn(s->arg);
    __atomic_add_fetch(&threads_ended, 1, __ATOMIC_SEQ_CST);
#ifdef __FreeBSD__
    call(SYS_thr_exit, 0);
#else
    call(SYS__lwp_exit);
#endif
}
/* The thread's id, or minus an error. s must stay. */
static i64 start_thread(struct thread_start *s, size_t stack)
{
    i64 base = map_pages(stack);
    if (base < 0)
        return base;
#ifdef __FreeBSD__
    i64 id = 0;
    struct {
        void *fn, *arg;
        i64 stack;
        u64 size;
        i64 tls, tls_size, *child, *parent;
        int flags, pad;
        i64 rtp, spare[3];
    } p = {thread_entry, s, base, stack, 0, 0, 0, &id, 0, 0, 0, {0}};
    i64 r = call(SYS_thr_new, &p, sizeof(p));
    return r < 0 ? r : id;
#else
    struct ucontext_ uc;
    int id = 0;
    memset(&uc, 0, sizeof(uc));
    uc.flags = 1 | 4;
    uc.mask = get_mask();
    uc.rip = (u64)thread_entry;
    uc.rdi = (u64)s;
    uc.rsp = (u64)base + stack - 8;
    i64 r = call(SYS__lwp_create, &uc, 0x40, &id);
    return r < 0 ? r : id;
#endif
}
static inline i64 thread_self(void)
{
#ifdef __FreeBSD__
    i64 id = 0;
    call(SYS_thr_self, &id);
    return id;
#else
    return call(SYS__lwp_self);
#endif
}
static inline i64 thread_kill(i64 id, int signal)
{
#ifdef __FreeBSD__
    return call(SYS_thr_kill, id, signal);
#else
    return call(SYS__lwp_kill, id, signal);
#endif
}
static inline void yield(void)
{
    call(SYS_sched_yield);
}
static inline void wait_threads(int n)
{
    while (__atomic_load_n(&threads_ended, __ATOMIC_SEQ_CST) < n)
        yield();
}

static void test(int argc, char **argv);
/* "N passed, N failed" */
static void report(void)
{
    char *p = out_buffer, digits[24];
    int values[2] = {passed, failed};
    for (int i = 0; i < 2; i++) {
        int n = 0, v = values[i];
        do
            digits[n++] = (char)('0' + v % 10);
        while (v /= 10);
        while (n)
            *p++ = digits[--n];
        const char *word = i ? " failed\n" : " passed, ";
        memcpy(p, word, length(word));
        p += length(word);
    }
    call(SYS_write, 1, out_buffer, p - out_buffer);
}

static char **environment;
static __attribute__((used)) void begin(i64 *stack)
{
    environment = (char **)(stack + 2 + *stack);
    test((int)*stack, (char **)(stack + 1));
    report();
    call(SYS_exit, failed ? 1 : 0);
}
#ifdef __FreeBSD__
__asm__(".text\n.globl _start\n_start:\n xorl %ebp,%ebp\n andq $-16,%rsp\n call begin\n hlt\n");
#else
__asm__(".text\n.globl _start\n_start:\n xorl %ebp,%ebp\n movq %rsp,%rdi\n andq $-16,%rsp\n"
        " call begin\n hlt\n"
        ".section .note.netbsd.ident,\"a\",@note\n .long 7,4,1\n .asciz \"NetBSD\"\n .byte 0\n"
        " .long 1000000000\n.text\n");
#endif

#endif
