/* Signals: handlers, masks, siginfo, stacks, restart. */
#include "guest.h"

static volatile int got, code, pid, order[8], order_count;
static volatile i64 value;
static void *volatile address;
static sigset mask_inside, mask_saved;
static volatile u64 stack_inside;

static void note(int signal, struct siginfo_ *si, struct ucontext_ *uc)
{
    char here;
    got = signal;
    code = si->code;
    pid = SI_PID(si);
    value = SI_VALUE(si);
    mask_inside = get_mask();
    mask_saved = uc->mask;
    stack_inside = (u64)&here;
    if (order_count < 8)
        order[order_count++] = signal;
}

static void skip_fault(int signal, struct siginfo_ *si, struct ucontext_ *uc)
{
    got = signal;
    code = si->code;
    address = SI_ADDR(si);
    uc->rip = uc->rbx; /* where the test wants to go on */
    uc->rax = 0x1234;
}

static u64 touch(void *where)
{
    u64 r = 0;
    __asm__ volatile("leaq 1f(%%rip), %%rbx\n movq (%1), %0\n1:\n" : "+a"(r) : "r"(where) : "rbx", "memory");
    return r;
}
static u64 divide(void)
{
    u64 r = 1;
    __asm__ volatile("leaq 1f(%%rip), %%rbx\n xorl %%edx, %%edx\n xorl %%ecx, %%ecx\n divq %%rcx\n1:\n" : "+a"(r) : : "rbx", "rcx", "rdx", "memory");
    return r;
}
static u64 undefined(void)
{
    u64 r = 1;
    __asm__ volatile("leaq 1f(%%rip), %%rbx\n ud2\n1:\n" : "+a"(r) : : "rbx", "memory");
    return r;
}

static int ends[2];
static void feed(int signal, struct siginfo_ *si, struct ucontext_ *uc)
{
    note(signal, si, uc);
    call(SYS_write, ends[1], "x", 1);
}

static void mask_changes(int signal, struct siginfo_ *si, struct ucontext_ *uc)
{
    note(signal, si, uc);
    uc->mask = set_of(SIGTERM_);
}

static void test(int argc, char **argv)
{
    char byte = 0;
    (void)argc;
    (void)argv;

    is(set_handler(0, note, 0), -EINVAL_);
    is(set_handler(SIGKILL_, note, 0), -EINVAL_);
    is(set_handler(SIGUSR1_, note, 0), 0);
    is(call(SYS_kill, call(SYS_getpid), SIGUSR1_), 0);
    is(got, SIGUSR1_);
    is(code, CODE_USER);
    is(pid, call(SYS_getpid));
    ok(has(&mask_inside, SIGUSR1_));
    ok(!has(&mask_saved, SIGUSR1_));
    sigset now = get_mask();
    ok(!has(&now, SIGUSR1_));

    /* To a thread. */
    got = 0;
    is(thread_kill(thread_self(), SIGUSR1_), 0);
    is(got, SIGUSR1_);
    is(code, CODE_LWP);
    is(thread_kill(0x7ffffff, SIGUSR1_), -ESRCH_);

    /* Blocked: pending until it is let in. */
    is(set_mask(1, set_of(SIGUSR1_)), 0);
    got = 0;
    call(SYS_kill, call(SYS_getpid), SIGUSR1_);
    is(got, 0);
    sigset pending = {{0}};
    is(call(SYS_sigpending, &pending), 0);
    ok(has(&pending, SIGUSR1_));
    is(set_mask(2, set_of(SIGUSR1_)), 0);
    is(got, SIGUSR1_);
    is(set_mask(77, set_of(SIGUSR1_)), -EINVAL_);

    /* A fault's own signal sent by kill, blocked like any other. */
    is(set_handler(SIGSEGV_, note, 0), 0);
    is(set_mask(1, set_of(SIGSEGV_)), 0);
    got = 0;
    call(SYS_kill, call(SYS_getpid), SIGSEGV_);
    is(got, 0);
    is(set_mask(2, set_of(SIGSEGV_)), 0);
    is(got, SIGSEGV_);

    /* The mask of the action, NODEFER, RESETHAND. */
    is(set_handler_mask(SIGUSR1_, note, SA_NODEFER_, set_of(SIGUSR2_)), 0);
    call(SYS_kill, call(SYS_getpid), SIGUSR1_);
    ok(!has(&mask_inside, SIGUSR1_));
    ok(has(&mask_inside, SIGUSR2_));
    is(set_handler(SIGURG_, note, SA_RESETHAND_), 0);
    got = 0;
    call(SYS_kill, call(SYS_getpid), SIGURG_);
    is(got, SIGURG_);
    got = 0;
    call(SYS_kill, call(SYS_getpid), SIGURG_); /* ignored by default */
    is(got, 0);

    /* What the handler writes into its context is what comes back. */
    is(set_handler(SIGUSR1_, mask_changes, 0), 0);
    call(SYS_kill, call(SYS_getpid), SIGUSR1_);
    now = get_mask();
    ok(has(&now, SIGTERM_));
    set_mask(3, set_of(0));

    /* Faults. */
    is(set_handler(SIGSEGV_, skip_fault, 0), 0);
    got = 0;
    is(touch((void *)0x123450), 0x1234);
    is(got, SIGSEGV_);
    is(code, 1); /* SEGV_MAPERR */
    is(address, 0x123450);
    i64 page = call(SYS_mmap, 0, 4096, 0, MAP_PRIVATE_ | MAP_ANON_, -1, 0);
    is(touch((void *)page), 0x1234);
    is(code, 2); /* SEGV_ACCERR */
    is(set_handler(SIGFPE_, skip_fault, 0), 0);
    is(divide(), 0x1234);
    is(got, SIGFPE_);
#ifdef __FreeBSD__
    is(code, 2); /* FPE_INTDIV */
#else
    is(code, 1);
#endif
    is(set_handler(SIGILL_, skip_fault, 0), 0);
    is(undefined(), 0x1234);
    is(got, SIGILL_);

    /* The alternate stack. */
    i64 stack = map_pages(65536);
    struct {
        i64 sp;
        u64 size;
        int flags, pad;
    } ss = {stack, 65536, 0, 0}, old = {1, 1, 1, 0};
    is(call(SYS_sigaltstack, 0, &old), 0);
    is(old.flags, 4);
    is(call(SYS_sigaltstack, &ss, 0), 0);
    is(set_handler(SIGUSR1_, note, SA_ONSTACK_), 0);
    call(SYS_kill, call(SYS_getpid), SIGUSR1_);
    ok(stack_inside > (u64)stack && stack_inside < (u64)stack + 65536);
    is(set_handler(SIGUSR1_, note, 0), 0);
    call(SYS_kill, call(SYS_getpid), SIGUSR1_);
    ok(!(stack_inside > (u64)stack && stack_inside < (u64)stack + 65536));
    ss.size = 100;
    is(call(SYS_sigaltstack, &ss, 0), -ENOMEM_);
    ss.flags = 0x100;
    is(call(SYS_sigaltstack, &ss, 0), -EINVAL_);

    /* Interrupted reads: restart or not. */
    is(make_pipe(ends), 0);
    is(set_handler(SIGALRM_, note, 0), 0);
    got = 0;
    set_timer(20000, 0);
    is(call(SYS_read, ends[0], &byte, 1), -EINTR_);
    is(got, SIGALRM_);
    is(set_handler(SIGALRM_, feed, SA_RESTART_), 0);
    got = 0;
    set_timer(20000, 0);
    is(call(SYS_read, ends[0], &byte, 1), 1);
    is(got, SIGALRM_);
    is(byte, 'x');

    /* sigsuspend: the mask is back afterwards, and was the other one meanwhile. */
    set_mask(3, set_of(SIGALRM_));
    is(set_handler(SIGALRM_, note, 0), 0);
    got = 0;
    set_timer(10000, 0);
    sigset none = set_of(0);
    is(call(SYS_sigsuspend, &none), -EINTR_);
    is(got, SIGALRM_);
    now = get_mask();
    ok(has(&now, SIGALRM_));
    ok(has(&mask_saved, SIGALRM_));

    /* sigtimedwait takes it without the handler. */
    struct siginfo_ si;
    struct {
        i64 sec, nsec;
    } ts = {0, 1000000};
    sigset wanted = set_of(SIGALRM_);
    got = 0;
    is(call(SYS_sigtimedwait, &wanted, &si, &ts), -EAGAIN_);
    call(SYS_kill, call(SYS_getpid), SIGALRM_);
    ts.sec = 5;
    is(call(SYS_sigtimedwait, &wanted, &si, &ts), SIGALRM_);
    is(si.signo, SIGALRM_);
    is(si.code, CODE_USER);
    is(got, 0);
    set_mask(3, set_of(0));

    /* Values, and the order of delivery: the lower number first where several wait. */
#ifdef __FreeBSD__
    is(set_handler(SIGUSR2_, note, 0), 0);
    is(call(SYS_sigqueue, call(SYS_getpid), SIGUSR2_, 0x1122334455ll), 0);
    is(got, SIGUSR2_);
    is(code, CODE_QUEUE);
    is(value, 0x1122334455ll);
    is(call(SYS_sigqueue, call(SYS_getpid), 200, 0), -EINVAL_);
    /* Real-time signals queue. */
    is(set_handler(70, note, 0), 0);
    set_mask(1, set_of(70));
    order_count = 0;
    for (int i = 0; i < 5; i++)
        is(call(SYS_sigqueue, call(SYS_getpid), 70, i), 0);
    set_mask(2, set_of(70));
    is(order_count, 5);
    is(value, 4); /* one after the other: each is blocked while its handler runs */
#endif
    is(call(SYS_kill, call(SYS_getpid), 0), 0);
    is(call(SYS_kill, call(SYS_getpid), 200), -EINVAL_);
    is(call(SYS_kill, 0x3ffffff, 0), -ESRCH_);
}
