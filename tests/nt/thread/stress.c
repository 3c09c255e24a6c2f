/*
 * Threads that are stopped, looked at and sent on, again and again, whatever they do: compute,
 * make system calls, wait for each other, fault, run asynchronous procedure calls, start threads.
 * Each checks that nothing of its state is lost.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/nt/check.h"

#define ROUNDS 1200 /* a busy machine makes each of them wait for its victim */

static volatile LONG stop;
static LONG odd; /* anything that a victim finds wrong */

struct victim {
    DWORD(WINAPI *run)(void *);
    const char *name;
    BOOL whole; /* its whole context may be set again: it runs no system calls */
    HANDLE thread;
    volatile ULONG_PTR low, high; /* its stack */
    volatile LONG turns;
    LONG apcs, queued;
};

static void begin(struct victim *v)
{
    ULONG_PTR low, high;

    GetCurrentThreadStackLimits(&low, &high);
    v->low = low;
    v->high = high;
}

static void wrong(const struct victim *v, int line)
{
    if (InterlockedIncrement(&odd) < 10)
        printf("%s:%d: %s\n", __FILE__, line, v->name);
}

/* Known values in all registers, over a stretch of instructions. */
static DWORD WINAPI computes(void *arg)
{
    struct victim *v = arg;
    unsigned long long in[16][2], out[16][2], sum;

    begin(v);
    for (int i = 0; i < 16; i++) {
        in[i][0] = 0x0101010101010101ull * (unsigned)i + 7;
        in[i][1] = ~in[i][0];
    }
    while (!stop) {
        unsigned long long bx = 0x1111, si = 0x2222, di = 0x3333, r12 = 0x4444, r13 = 0x5555;
        __asm__ volatile("movups 0x00(%[in]), %%xmm0\n\tmovups 0x10(%[in]), %%xmm1\n\t"
                         "movups 0x20(%[in]), %%xmm2\n\tmovups 0x30(%[in]), %%xmm3\n\t"
                         "movups 0x40(%[in]), %%xmm4\n\tmovups 0x50(%[in]), %%xmm5\n\t"
                         "movups 0x60(%[in]), %%xmm6\n\tmovups 0xf0(%[in]), %%xmm15\n\t"
                         "movl $2000, %%ecx\n\t"
                         "xorl %%eax, %%eax\n\t"
                         "1: addq %%rbx, %%rax\n\taddq %%rsi, %%rax\n\taddq %%rdi, %%rax\n\t"
                         "pushq %%rax\n\tpopq %%r8\n\t"
                         "cmpq %%rax, %%r8\n\tjne 2f\n\t"
                         "addq %%r12, %%rax\n\taddq %%r13, %%rax\n\t"
                         "decl %%ecx\n\tjnz 1b\n\t"
                         "2:\n\t"
                         "movups %%xmm0, 0x00(%[out])\n\tmovups %%xmm1, 0x10(%[out])\n\t"
                         "movups %%xmm2, 0x20(%[out])\n\tmovups %%xmm3, 0x30(%[out])\n\t"
                         "movups %%xmm4, 0x40(%[out])\n\tmovups %%xmm5, 0x50(%[out])\n\t"
                         "movups %%xmm6, 0x60(%[out])\n\tmovups %%xmm15, 0xf0(%[out])\n\t"
                         "movq %%rax, %[sum]"
                         : [sum] "=m"(sum), "+b"(bx), "+S"(si), "+D"(di)
                         : [in] "r"(in), [out] "r"(out)
                         : "rax", "rcx", "r8", "r12", "r13", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4",
                           "xmm5", "xmm6", "xmm15", "memory", "cc");
        (void)r12, (void)r13;
        for (int i = 0; i < 16; i++)
            if ((i < 7 || i == 15) && memcmp(in[i], out[i], 16))
                wrong(v, __LINE__);
        if (bx != 0x1111 || si != 0x2222 || di != 0x3333)
            wrong(v, __LINE__);
        v->turns++;
    }
    return 1;
}

static char *bad_page;
static volatile LONG faults;
static BOOL have_avx;

__attribute__((target("avx"), noinline)) static void clobber_wide(void)
{
    __asm__ volatile("vpcmpeqd %%xmm0, %%xmm0, %%xmm0\n\t"
                     "vinsertf128 $1, %%xmm0, %%ymm0, %%ymm0\n\t"
                     "vmovaps %%ymm0, %%ymm15\n\t"
                     "vmovaps %%ymm0, %%ymm6\n\t"
                     "vzeroupper" ::
                         : "xmm0", "xmm6", "xmm15");
}

/* Special APCs come at any instruction. */
static void CALLBACK special_apc(ULONG_PTR arg)
{
    ((struct victim *)arg)->apcs++;
    clobber_wide();
}

/* The upper halves of the vector registers, which a CONTEXT does not have. */
__attribute__((target("avx"))) static DWORD WINAPI computes_wide(void *arg)
{
    struct victim *v = arg;
    unsigned in[8] = {1, 2, 3, 4, 5, 6, 7, 8}, out[8], out15[8];

    begin(v);
    while (!stop) {
        __asm__ volatile("vmovups (%[in]), %%ymm0\n\t"
                         "vmovups (%[in]), %%ymm15\n\t"
                         "movl $5000, %%ecx\n\t"
                         "1: decl %%ecx\n\tjnz 1b\n\t"
                         "vmovups %%ymm0, (%[out])\n\t"
                         "vmovups %%ymm15, (%[out15])\n\t"
                         "vzeroupper"
                         :
                         : [in] "r"(in), [out] "r"(out), [out15] "r"(out15)
                         : "rcx", "xmm0", "xmm15", "memory", "cc");
        if (memcmp(in, out, sizeof(in)) || memcmp(in, out15, sizeof(in)))
            wrong(v, __LINE__);
        /* And over a fault, whose handler uses them, too. */
        __asm__ volatile("vmovups (%[in]), %%ymm0\n\t"
                         "vmovups (%[in]), %%ymm15\n\t"
                         "movb %%cl, 16(%%rax)\n\t"
                         "vmovups %%ymm0, (%[out])\n\t"
                         "vmovups %%ymm15, (%[out15])\n\t"
                         "vzeroupper"
                         :
                         : [in] "r"(in), [out] "r"(out), [out15] "r"(out15), "a"(bad_page)
                         : "rcx", "xmm0", "xmm15", "memory", "cc");
        if (memcmp(in, out, sizeof(in)) || memcmp(in, out15, sizeof(in)))
            wrong(v, __LINE__);
        v->turns++;
    }
    return 1;
}

static DWORD WINAPI calls(void *arg)
{
    struct victim *v = arg;
    HANDLE e = CreateEventA(NULL, FALSE, FALSE, NULL);
    LONG count;
    HANDLE s = CreateSemaphoreA(NULL, 0, 1000, NULL);

    begin(v);
    while (!stop) {
        if (WaitForSingleObject(e, 0) != WAIT_TIMEOUT || !SetEvent(e) ||
            WaitForSingleObject(e, 0) != WAIT_OBJECT_0)
            wrong(v, __LINE__);
        if (!ReleaseSemaphore(s, 3, &count) || count != 0)
            wrong(v, __LINE__);
        for (int i = 0; i < 3; i++)
            if (WaitForSingleObject(s, 1000) != WAIT_OBJECT_0)
                wrong(v, __LINE__);
        v->turns++;
    }
    CloseHandle(e);
    CloseHandle(s);
    return 1;
}

static HANDLE ping, pong;

static DWORD WINAPI sends(void *arg)
{
    struct victim *v = arg;
    LONG last = 0;

    begin(v);
    while (!stop) {
        if (SignalObjectAndWait(ping, pong, INFINITE, FALSE) != WAIT_OBJECT_0)
            wrong(v, __LINE__);
        last = ++v->turns;
    }
    SetEvent(ping);
    return last > 0;
}

static DWORD WINAPI answers(void *arg)
{
    struct victim *v = arg;

    begin(v);
    while (!stop) {
        if (WaitForSingleObject(ping, INFINITE) != WAIT_OBJECT_0)
            wrong(v, __LINE__);
        v->turns++;
        if (!SetEvent(pong))
            wrong(v, __LINE__);
    }
    SetEvent(pong);
    return 1;
}

static LONG WINAPI on_fault(EXCEPTION_POINTERS *e)
{
    ULONG_PTR offset = e->ExceptionRecord->ExceptionInformation[1] - (ULONG_PTR)bad_page;

    if (e->ExceptionRecord->ExceptionCode != EXCEPTION_ACCESS_VIOLATION ||
        (offset != 8 && offset != 16))
        return EXCEPTION_CONTINUE_SEARCH;
    if (offset == 8)
        InterlockedIncrement(&faults);
    if (have_avx)
        clobber_wide();
    e->ContextRecord->Rip += 3; /* movb %cl, 8(%rax) or 16 */
    return EXCEPTION_CONTINUE_EXECUTION;
}

static DWORD WINAPI does_fault(void *arg)
{
    struct victim *v = arg;

    begin(v);
    while (!stop) {
        unsigned long long kept = 0x123456789abcdefull;
        __asm__ volatile("movb %%cl, 8(%%rax)" : "+b"(kept) : "a"(bad_page), "c"(1) : "memory");
        if (kept != 0x123456789abcdefull)
            wrong(v, __LINE__);
        v->turns++;
        if (faults != v->turns)
            wrong(v, __LINE__);
    }
    return 1;
}

static void CALLBACK apc(ULONG_PTR arg)
{
    ((struct victim *)arg)->apcs++;
}

static DWORD WINAPI runs_apcs(void *arg)
{
    struct victim *v = arg;

    begin(v);
    while (!stop) {
        DWORD r = SleepEx(1, TRUE);
        if (r != 0 && r != WAIT_IO_COMPLETION)
            wrong(v, __LINE__);
        v->turns++;
    }
    while (SleepEx(0, TRUE) == WAIT_IO_COMPLETION)
        ;
    return 1;
}

static DWORD WINAPI nothing(void *arg)
{
    return (DWORD)(ULONG_PTR)arg;
}

static DWORD WINAPI allocates(void *arg)
{
    struct victim *v = arg;
    DWORD code;

    begin(v);
    for (DWORD i = 1; !stop; i++) {
        char *p = VirtualAlloc(NULL, 0x10000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
        if (!p || p[0x8000]) {
            wrong(v, __LINE__);
            break;
        }
        p[0x8000] = 1;
        if (!VirtualFree(p, 0, MEM_RELEASE))
            wrong(v, __LINE__);
        HANDLE t = CreateThread(NULL, 0, nothing, (void *)(ULONG_PTR)i, 0, NULL);
        if (!t || WaitForSingleObject(t, INFINITE) || !GetExitCodeThread(t, &code) || code != i)
            wrong(v, __LINE__);
        CloseHandle(t);
        void *m = malloc(i % 3000);
        free(m);
        v->turns++;
    }
    return 1;
}

static struct victim victims[] = {
    {computes, "computes", TRUE, 0, 0, 0, 0, 0, 0},
    {calls, "calls", FALSE, 0, 0, 0, 0, 0, 0},
    {sends, "sends", FALSE, 0, 0, 0, 0, 0, 0},
    {answers, "answers", FALSE, 0, 0, 0, 0, 0, 0},
    {does_fault, "does_fault", FALSE, 0, 0, 0, 0, 0, 0},
    {runs_apcs, "runs_apcs", FALSE, 0, 0, 0, 0, 0, 0},
    {allocates, "allocates", FALSE, 0, 0, 0, 0, 0, 0},
    {computes_wide, "computes_wide", TRUE, 0, 0, 0, 0, 0, 0},
};

int main(void)
{
    unsigned count = sizeof(victims) / sizeof(victims[0]);
    LONG turns[sizeof(victims) / sizeof(victims[0])];

    have_avx = IsProcessorFeaturePresent(39 /* PF_AVX_INSTRUCTIONS_AVAILABLE */);
    if (!have_avx)
        count--;
    BOOL(WINAPI * queue_special)
    (PAPCFUNC, HANDLE, ULONG_PTR, int) = (BOOL(WINAPI *)(PAPCFUNC, HANDLE, ULONG_PTR, int))(
        void *)GetProcAddress(GetModuleHandleA("kernel32.dll"), "QueueUserAPC2");
    ping = CreateEventA(NULL, FALSE, FALSE, NULL);
    pong = CreateEventA(NULL, FALSE, FALSE, NULL);
    bad_page = VirtualAlloc(NULL, 4096, MEM_RESERVE, PAGE_NOACCESS);
    AddVectoredExceptionHandler(1, on_fault);
    for (unsigned i = 0; i < count; i++) {
        victims[i].thread = CreateThread(NULL, 0, victims[i].run, &victims[i], 0, NULL);
        CHECK(victims[i].thread != NULL);
    }
    for (unsigned i = 0; i < count; i++)
        while (!victims[i].turns)
            Sleep(1);
    for (unsigned n = 0; n < ROUNDS; n++) {
        struct victim *v = &victims[n % count];
        CONTEXT c;

        if (n == ROUNDS / 2)
            for (unsigned i = 0; i < count; i++)
                turns[i] = victims[i].turns;
        if (v->run == runs_apcs && n % 3 == 0) {
            v->queued += QueueUserAPC(apc, v->thread, (ULONG_PTR)v) != 0;
            continue;
        }
        if (v->run == computes_wide && n / count % 3 == 1 && queue_special)
            v->queued += queue_special(special_apc, v->thread, (ULONG_PTR)v, 1) != 0;
        if (SuspendThread(v->thread) != 0)
            wrong(v, __LINE__);
        memset(&c, 0xcc, sizeof(c));
        c.ContextFlags = CONTEXT_FULL | CONTEXT_SEGMENTS;
        if (!GetThreadContext(v->thread, &c))
            wrong(v, __LINE__);
        /* A thread that has just been created by a victim is none of these. */
        if (c.Rip == 0 || c.Rsp < v->low || c.Rsp > v->high)
            wrong(v, __LINE__);
        if (n / count % 3 == 0) {
            c.ContextFlags = v->whole ? CONTEXT_FULL : CONTEXT_CONTROL;
            if (!SetThreadContext(v->thread, &c))
                wrong(v, __LINE__);
        }
        if (ResumeThread(v->thread) != 1)
            wrong(v, __LINE__);
    }
    /* All of them get on. */
    for (unsigned i = 0; i < count; i++)
        while (victims[i].turns == turns[i])
            Sleep(1);
    stop = 1;
    for (unsigned i = 0; i < count; i++) {
        CHECK_EQ(WaitForSingleObject(victims[i].thread, INFINITE), WAIT_OBJECT_0);
        CHECK_EQ(victims[i].apcs, victims[i].queued);
        CloseHandle(victims[i].thread);
    }
    CHECK_EQ(odd, 0);
    return check_done();
}
