/* Vectored handlers, function tables of programs, stack walks, longjmp, contexts: what a process has
 * besides the __try of its compiler. Built with MinGW. */
#include <windows.h>
#include <setjmp.h>
#include "guest_test.h"

static int order[32], steps;
static void step(int n)
{
    if (steps < 32)
        order[steps++] = n;
}

__attribute__((noinline)) static int read_at(volatile int *p)
{
    return *p;
}

/* ---- vectored handlers --------------------------------------------------------------------------- */

static int target;
static LONG CALLBACK redirect(EXCEPTION_POINTERS *p)
{
    step(1);
    if (p->ExceptionRecord->ExceptionCode != EXCEPTION_ACCESS_VIOLATION)
        return EXCEPTION_CONTINUE_SEARCH;
    p->ContextRecord->Rcx = (DWORD64)&target; /* read_at's argument: the read is done again */
    p->ContextRecord->Rax = (DWORD64)&target;
    return EXCEPTION_CONTINUE_EXECUTION;
}
static LONG CALLBACK first(EXCEPTION_POINTERS *p)
{
    (void)p;
    step(2);
    return EXCEPTION_CONTINUE_SEARCH;
}
static LONG CALLBACK continued(EXCEPTION_POINTERS *p)
{
    (void)p;
    step(3);
    return EXCEPTION_CONTINUE_SEARCH;
}
static void *removed_handle;
static LONG CALLBACK removes_itself(EXCEPTION_POINTERS *p)
{
    (void)p;
    step(4);
    EXPECT(RemoveVectoredExceptionHandler(removed_handle), 1);
    return EXCEPTION_CONTINUE_SEARCH;
}

static void test_vectored(void)
{
    void *a = AddVectoredExceptionHandler(0, redirect);
    void *b = AddVectoredExceptionHandler(1, first);
    void *c = AddVectoredContinueHandler(0, continued);

    target = 1234;
    EXPECT(read_at((volatile int *)0x40), 1234);
    EXPECT(steps, 3);
    EXPECT(order[0], 2);
    EXPECT(order[1], 1);
    EXPECT(order[2], 3);

    steps = 0; /* one that takes itself out does not end the round */
    removed_handle = AddVectoredExceptionHandler(1, removes_itself);
    EXPECT(read_at((volatile int *)0x40), 1234);
    EXPECT(read_at((volatile int *)0x40), 1234);
    EXPECT(steps, 7);
    EXPECT(order[0], 4);
    EXPECT(order[1], 2);
    EXPECT(order[2], 1);
    EXPECT(RemoveVectoredExceptionHandler(removed_handle), 0);
    EXPECT(RemoveVectoredExceptionHandler(b), 1);
    EXPECT(RemoveVectoredContinueHandler(c), 1);
    steps = 0;
    EXPECT(read_at((volatile int *)0x40), 1234);
    EXPECT(steps, 1);
    EXPECT(RemoveVectoredExceptionHandler(a), 1);
    EXPECT(RemoveVectoredExceptionHandler(a), 0);
    EXPECT(RemoveVectoredExceptionHandler(0), 0);
}

/* ---- code of a program's own --------------------------------------------------------------------- */

/* push rbx; sub rsp, 32; call rcx; add rsp, 32; pop rbx; ret */
static const unsigned char code[] = {0x53, 0x48, 0x83, 0xec, 0x20, 0xff, 0xd1,
                                     0x90, 0x48, 0x83, 0xc4, 0x20, 0x5b, 0xc3};
/* version 1, prolog of 5 bytes, 2 codes: at 5 alloc small 32, at 1 push rbx */
static const unsigned char unwind_info[] = {0x01, 0x05, 0x02, 0x00, 0x05, 0x32, 0x01, 0x30};

static DWORD64 seen_rsp_delta;
static void __attribute__((noinline)) look_up(void)
{
    CONTEXT context;
    DWORD64 base, frame, rsp;
    void *data;
    RUNTIME_FUNCTION *entry;
    int found = 0;

    RtlCaptureContext(&context);
    for (int i = 0; i < 4 && !found; i++) {
        entry = RtlLookupFunctionEntry(context.Rip, &base, NULL);
        if (!entry)
            break;
        rsp = context.Rsp;
        found = entry->BeginAddress == 0x100;
        RtlVirtualUnwind(UNW_FLAG_NHANDLER, base, context.Rip, entry, &context, &data, &frame,
                         NULL);
        if (found)
            seen_rsp_delta = context.Rsp - rsp;
    }
    step(found);
}

static RUNTIME_FUNCTION callback_entry;
static RUNTIME_FUNCTION *find_by_callback(DWORD64 pc, PVOID context)
{
    (void)pc;
    step(*(int *)context);
    return &callback_entry;
}

static void test_dynamic_tables(void)
{
    char *page = VirtualAlloc(NULL, 4096, MEM_RESERVE | MEM_COMMIT, PAGE_EXECUTE_READWRITE);
    RUNTIME_FUNCTION *table = (RUNTIME_FUNCTION *)(page + 0x800);
    void (*run)(void (*)(void)) = (void (*)(void (*)(void)))(page + 0x100);
    DWORD64 base;
    void *growable;
    int mark = 21;

    for (unsigned i = 0; i < sizeof(code); i++)
        page[0x100 + i] = (char)code[i];
    for (unsigned i = 0; i < sizeof(unwind_info); i++)
        page[0x200 + i] = (char)unwind_info[i];
    table[0] = (RUNTIME_FUNCTION){0x100, 0x100 + sizeof(code), 0x200};
    callback_entry = table[0];
    EXPECT(RtlLookupFunctionEntry((DWORD64)page + 0x107, &base, NULL) == NULL, 1);

    EXPECT(RtlAddFunctionTable(table, 1, (DWORD64)page), 1);
    steps = 0;
    run(look_up);
    EXPECT(order[0], 1);
    EXPECT(seen_rsp_delta, 32 + 8 + 8);
    EXPECT(RtlLookupFunctionEntry((DWORD64)page + 0x107, &base, NULL) == table, 1);
    EXPECT(base == (DWORD64)page, 1);
    EXPECT(RtlLookupFunctionEntry((DWORD64)page + 0xff, &base, NULL) == NULL, 1);
    EXPECT(RtlDeleteFunctionTable(table), 1);
    EXPECT(RtlDeleteFunctionTable(table), 0);
    EXPECT(RtlLookupFunctionEntry((DWORD64)page + 0x107, &base, NULL) == NULL, 1);

    EXPECT(RtlInstallFunctionTableCallback((DWORD64)page | 3, (DWORD64)page, 4096,
                                           find_by_callback, &mark, NULL), 1);
    steps = 0;
    EXPECT(RtlLookupFunctionEntry((DWORD64)page + 0x300, &base, NULL) == &callback_entry, 1);
    EXPECT(order[0], 21);
    EXPECT(RtlDeleteFunctionTable((RUNTIME_FUNCTION *)((DWORD64)page | 3)), 1);

    EXPECT(RtlAddGrowableFunctionTable(&growable, table, 0, 4, (DWORD64)page,
                                       (DWORD64)page + 4096), 0);
    EXPECT(RtlLookupFunctionEntry((DWORD64)page + 0x107, &base, NULL) == NULL, 1);
    RtlGrowFunctionTable(growable, 1);
    EXPECT(RtlLookupFunctionEntry((DWORD64)page + 0x107, &base, NULL) == table, 1);
    RtlDeleteGrowableFunctionTable(growable);
    EXPECT(RtlLookupFunctionEntry((DWORD64)page + 0x107, &base, NULL) == NULL, 1);

    /* many, out of order */
    for (int i = 99; i >= 0; i--) {
        RUNTIME_FUNCTION *t = &table[i];

        *t = (RUNTIME_FUNCTION){(DWORD)(0x1000 + i * 16), (DWORD)(0x1000 + i * 16 + 12), 0x200};
        if (!RtlAddFunctionTable(t, 1, (DWORD64)page))
            EXPECT(i, -1);
    }
    for (int i = 0; i < 100; i++) {
        RUNTIME_FUNCTION *e = RtlLookupFunctionEntry((DWORD64)page + 0x1000 + i * 16 + 3, &base,
                                                     NULL);
        RUNTIME_FUNCTION *gap = RtlLookupFunctionEntry((DWORD64)page + 0x1000 + i * 16 + 13,
                                                       &base, NULL);

        if (e != &table[i] || gap)
            EXPECT(i, -1);
    }
    for (int i = 0; i < 100; i++)
        if (!RtlDeleteFunctionTable(&table[i]))
            EXPECT(i, -1);
    VirtualFree(page, 0, MEM_RELEASE);
}

/* ---- walks and jumps ----------------------------------------------------------------------------- */

static void *callers[16];
static int caller_count;
__attribute__((noinline)) static void walk_two(void)
{
    DWORD hash = 1;

    caller_count = RtlCaptureStackBackTrace(0, 16, callers, &hash);
    step((int)(hash != 1));
}
__attribute__((noinline)) static void walk_one(void)
{
    walk_two();
    step(0);
}

static void test_walk(void)
{
    void *base, *image = GetModuleHandleA(NULL);
    DWORD64 image_base;

    walk_one();
    EXPECT(caller_count >= 3, 1);
    EXPECT((char *)callers[0] > (char *)walk_two && (char *)callers[0] < (char *)walk_two + 200, 1);
    EXPECT((char *)callers[1] > (char *)walk_one && (char *)callers[1] < (char *)walk_one + 100, 1);
    EXPECT(RtlCaptureStackBackTrace(1, 1, callers, NULL), 1);
    EXPECT(RtlPcToFileHeader(test_walk, &base) == image, 1);
    EXPECT(base == image, 1);
    EXPECT(RtlPcToFileHeader((void *)0x10, &base) == NULL, 1);
    EXPECT(base == NULL, 1);
    EXPECT(RtlLookupFunctionEntry((DWORD64)walk_one, &image_base, NULL) != NULL, 1);
    EXPECT(image_base == (DWORD64)image, 1);
}

static jmp_buf jump;
static const double survivor_value = 2.5;
__attribute__((noinline)) static void jump_from(int depth, int value)
{
    volatile char space[64];

    space[0] = (char)depth;
    if (depth)
        jump_from(depth - 1, value);
    else
        longjmp(jump, value);
    step(space[0]);
}

__attribute__((noinline)) static int jump_back(int value)
{
    volatile int passes = 0;
    register double kept __asm__("xmm6") = survivor_value;
    int got;

    __asm__ volatile("" : "+x"(kept));
    got = setjmp(jump);
    passes++;
    if (got == 0)
        jump_from(5, value);
    __asm__ volatile("" : "+x"(kept));
    return got * 10 + passes;
}

static void test_jump(void)
{
    EXPECT(jump_back(7), 72);
    EXPECT(jump_back(0), 12); /* 0 becomes 1 */
    EXPECT(jump_back(-3), -28);
    for (int i = 0; i < 1000; i++)
        if (jump_back(i + 1) != (i + 1) * 10 + 2)
            EXPECT(i, -1);
}

static void test_restore(void)
{
    static CONTEXT context;
    static volatile int passes;

    passes = 0;
    RtlCaptureContext(&context);
    passes++;
    if (passes < 3)
        RtlRestoreContext(&context, NULL);
    EXPECT(passes, 3);
}

/* ---- the last filter ----------------------------------------------------------------------------- */

static LONG CALLBACK last_filter(EXCEPTION_POINTERS *p)
{
    step(50);
    if (p->ExceptionRecord->ExceptionCode == 0xe0000077)
        return EXCEPTION_CONTINUE_EXECUTION;
    ExitProcess((DWORD)finish_tests());
}

static DWORD WINAPI raising_thread(void *unused)
{
    (void)unused;
    RaiseException(0xe0000077, 0, 0, NULL);
    return 33;
}

static void test_unhandled(void)
{
    DWORD exit_code = 0;
    HANDLE thread;

    SetUnhandledExceptionFilter(last_filter);
    steps = 0;
    thread = CreateThread(NULL, 0, raising_thread, NULL, 0, NULL);
    WaitForSingleObject(thread, INFINITE);
    GetExitCodeThread(thread, &exit_code);
    EXPECT(exit_code, 33);
    EXPECT(steps, 1);
    read_at((volatile int *)0x20); /* ends in last_filter */
    EXPECT(0, 1);
}

void mainCRTStartup(void)
{
    test_vectored();
    test_dynamic_tables();
    test_walk();
    test_jump();
    test_restore();
    test_unhandled();
    ExitProcess((DWORD)finish_tests());
}
