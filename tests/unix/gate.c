/* What a call keeps: registers, vectors, flags; and what a signal keeps. */
#include "guest.h"

static u64 vectors_in[64], vectors_out[64];
static u64 integers[16];

/* Fills every register, makes a call, and stores what is left. */
__attribute__((noinline)) static void registers_over_call(void)
{
    __asm__ volatile(
        "pushq %%rbx\n pushq %%rbp\n"
        "leaq %[in], %%rax\n"
        ".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n"
        "movups 16*\\n(%%rax), %%xmm\\n\n"
        ".endr\n"
        "movq $0x1111, %%rbx\n movq $0x2222, %%rbp\n movq $0x3333, %%r12\n movq $0x4444, %%r13\n"
        "movq $0x5555, %%r14\n movq $0x6666, %%r15\n movq $0x7777, %%rdi\n movq $0x8888, %%rsi\n"
        "movq $0x9999, %%rdx\n movq $0xaaaa, %%r10\n movq $0xbbbb, %%r8\n movq $0xcccc, %%r9\n"
        "movl $39, %%eax\n"
        "syscall\n"
        "movq %%rbx, %[i]\n movq %%rbp, 8+%[i]\n movq %%r12, 16+%[i]\n movq %%r13, 24+%[i]\n"
        "movq %%r14, 32+%[i]\n movq %%r15, 40+%[i]\n movq %%rdi, 48+%[i]\n movq %%rsi, 56+%[i]\n"
        "movq %%rdx, 64+%[i]\n movq %%r10, 72+%[i]\n movq %%r8, 80+%[i]\n movq %%r9, 88+%[i]\n"
        "leaq %[out], %%rax\n"
        ".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n"
        "movups %%xmm\\n, 16*\\n(%%rax)\n"
        ".endr\n"
        "popq %%rbp\n popq %%rbx\n"
        : [i] "=m"(integers), [out] "=m"(vectors_out)
        : [in] "m"(vectors_in)
        : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
          "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",
          "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "memory");
}

static volatile int count;
static void clobber(int signal, struct siginfo_ *si, struct ucontext_ *uc)
{
    (void)signal;
    (void)si;
    (void)uc;
    count++;
    __asm__ volatile(".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n pxor %%xmm\\n, %%xmm\\n\n .endr\n"
                     :
                     :
                     : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
                       "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
    /* A call of the handler's own must not disturb the interrupted one. */
    call(SYS_getpid);
}

static int has_avx(void)
{
    unsigned a = 1, b, c = 0, d;
    __asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    return (c >> 28 & 1) && (c >> 27 & 1);
}

/* The upper halves, over a call. */
__attribute__((noinline)) static void upper_over_call(void)
{
    __asm__ volatile("vmovups %1, %%ymm7\n movl $20, %%eax\n syscall\n vmovups %%ymm7, %0\n vzeroupper\n"
                     : "=m"(vectors_out)
                     : "m"(vectors_in)
                     : "rax", "rcx", "rdx", "r11", "xmm7", "memory");
}

static volatile u64 lost;
/* Runs with timer signals arriving at every place, in and out of calls. */
static void stress(int rounds)
{
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < 32; i++)
            vectors_in[i] = (u64)round * 977 + (u64)i;
        memset(integers, 0, sizeof(integers));
        registers_over_call();
        if (!equal(vectors_in, vectors_out, 256))
            lost++;
        static const u64 want[6] = {0x1111, 0x2222, 0x3333, 0x4444, 0x5555, 0x6666};
        if (!equal(integers, want, sizeof(want)) || integers[6] != 0x7777 || integers[11] != 0xcccc)
            lost++;
    }
}

static void test(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    for (int i = 0; i < 64; i++)
        vectors_in[i] = 0x0101010101010101ull * (u64)(i + 1);
    registers_over_call();
    ok(equal(vectors_in, vectors_out, 256));
    is(integers[0], 0x1111);
    is(integers[1], 0x2222);
    is(integers[2], 0x3333);
    is(integers[3], 0x4444);
    is(integers[4], 0x5555);
    is(integers[5], 0x6666);
    is(integers[6], 0x7777);
    is(integers[7], 0x8888);
    is(integers[9], 0xaaaa);
    is(integers[10], 0xbbbb);
    is(integers[11], 0xcccc);
    if (has_avx()) {
        upper_over_call();
        ok(equal(vectors_in, vectors_out, 32));
    }
    /* Errors: the carry flag and the number. */
    is(call(SYS_close, 12345), -EBADF_);
    is(call(SYS_write, 1, 8, 4), -EFAULT_);
    is(call(SYS_write, 1, 0x7fffffff0000, 4), -EFAULT_);
    is(call(SYS_read, 1, -1ll, 4), -EFAULT_);
    /* syscall(2) and __syscall(2): the number is the first argument. */
    is(call(0, SYS_getpid), call(SYS_getpid));
    is(call(198, SYS_getpid), call(SYS_getpid));
    is(call(198, SYS_close, 12345), -EBADF_);

    set_handler(SIGALRM_, clobber, SA_RESTART_);
    set_timer(100, 100);
    stress(30000);
    set_timer(0, 0);
    is(lost, 0);
    ok(count > 10);
    set_handler(SIGALRM_, clobber, 0);
    set_timer(100, 100);
    stress(30000);
    set_timer(0, 0);
    is(lost, 0);
}
