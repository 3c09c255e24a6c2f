/* __try, __except, __finally of C on x64: filters, order, nesting, collisions, hardware faults. */
#include "guest_test.h"

#define EXECUTE_HANDLER 1
#define CONTINUE_SEARCH 0
#define CONTINUE_EXECUTION (-1)
#define ACCESS_VIOLATION 0xc0000005u
#define DIVIDE_BY_ZERO 0xc0000094u
#define ILLEGAL_INSTRUCTION 0xc000001du
#define BREAKPOINT 0x80000003u
#define NONCONTINUABLE_EXCEPTION 0xc0000025u

int _fltused;

static volatile int sink;
static int order[32], steps;

static void step(int n)
{
    if (steps < 32)
        order[steps++] = n;
}
__attribute__((noinline)) static void fault_read(volatile int *p)
{
    sink = *p;
}
__attribute__((noinline)) static void raise_code(DWORD code)
{
    RaiseException(code, 0, 0, 0);
}
__attribute__((noinline)) static void divide(volatile int by)
{
    sink = sink / by;
}

/* clang takes only calls for what may raise, so that each instruction has a function. */
__attribute__((noinline)) static void illegal(void)
{
    __asm__ volatile("ud2");
}
void (*volatile null_function)(void); /* visible, or clang knows that the call cannot return */
__attribute__((noinline)) static void call_null(void)
{
    null_function();
    sink = 1;
}
__attribute__((noinline)) static void breakpoint(void)
{
    __asm__ volatile("int3");
}

static int filter_av(EXCEPTION_POINTERS *p, DWORD *code, ULONG64 *address)
{
    *code = p->ExceptionRecord->ExceptionCode;
    *address = p->ExceptionRecord->ExceptionInformation[1];
    return EXECUTE_HANDLER;
}

static void test_fault(void)
{
    DWORD code = 0;
    ULONG64 address = 0;
    volatile int caught = 0;

    __try {
        fault_read((volatile int *)0x1234);
    } __except (filter_av(_exception_info(), &code, &address)) {
        caught = 1;
        EXPECT((DWORD)_exception_code(), (long long)ACCESS_VIOLATION);
    }
    EXPECT(caught, 1);
    EXPECT(code, (long long)ACCESS_VIOLATION);
    EXPECT(address, 0x1234);

    caught = 0;
    __try {
        divide(0);
    } __except ((DWORD)_exception_code() == DIVIDE_BY_ZERO ? EXECUTE_HANDLER : CONTINUE_SEARCH) {
        caught = 1;
    }
    EXPECT(caught, 1);

    caught = 0;
    __try {
        illegal();
    } __except ((DWORD)_exception_code() == ILLEGAL_INSTRUCTION) {
        caught = 1;
    }
    EXPECT(caught, 1);

    caught = 0;
    __try {
        call_null();
    } __except ((DWORD)_exception_code() == ACCESS_VIOLATION) {
        caught = 1;
    }
    EXPECT(caught, 1);
}

static int continue_filter(EXCEPTION_POINTERS *p)
{
    if (p->ExceptionRecord->ExceptionCode != BREAKPOINT)
        return CONTINUE_SEARCH;
    step(1);
    CONTEXT_RIP(p->ContextRecord)++; /* over the int3 */
    return CONTINUE_EXECUTION;
}

static void test_continue(void)
{
    steps = 0;
    __try {
        breakpoint();
        step(2);
        raise_code(0xe0000001);
        step(9);
    } __except (_exception_code() == 0xe0000001 ? EXECUTE_HANDLER
                                                 : continue_filter(_exception_info())) {
        step(3);
    }
    EXPECT(steps, 3);
    EXPECT(order[0], 1);
    EXPECT(order[1], 2);
    EXPECT(order[2], 3);
}

__attribute__((noinline)) static void with_finally(void)
{
    __try {
        __try {
            raise_code(0xe0000002);
            sink = 0; /* or clang 14 lets the next region begin at the return address */
        } __finally {
            step(_abnormal_termination() ? 10 : 11);
        }
    } __finally {
        step(_abnormal_termination() ? 20 : 21);
    }
}

static int mark_filter(int n, int answer)
{
    step(n);
    return answer;
}

static void test_finally_order(void)
{
    steps = 0;
    __try {
        __try {
            with_finally();
        } __except (mark_filter(1, CONTINUE_SEARCH)) {
            step(99);
        }
    } __except (mark_filter(2, EXECUTE_HANDLER)) {
        step(30);
    }
    EXPECT(steps, 5); /* both filters run before any __finally does */
    EXPECT(order[0], 1);
    EXPECT(order[1], 2);
    EXPECT(order[2], 10);
    EXPECT(order[3], 20);
    EXPECT(order[4], 30);

    steps = 0;
    __try {
        step(1);
    } __finally {
        step(_abnormal_termination() ? 10 : 11);
    }
    EXPECT(steps, 2);
    EXPECT(order[1], 11);
}

/* An exception in a __finally while an unwind is under way collides with it. */
static void test_collided(void)
{
    steps = 0;
    __try {
        __try {
            __try {
                __try {
                    raise_code(0xe0000003);
                } __finally {
                    step(1);
                    raise_code(0xe0000004);
                    step(99);
                }
            } __finally {
                step(2);
            }
        } __except (_exception_code() == 0xe0000004 ? EXECUTE_HANDLER : CONTINUE_SEARCH) {
            step(3);
        }
        step(4);
    } __except (EXECUTE_HANDLER) {
        step(98);
    }
    EXPECT(steps, 4);
    EXPECT(order[0], 1);
    EXPECT(order[1], 2);
    EXPECT(order[2], 3);
    EXPECT(order[3], 4);
}

__attribute__((noinline)) static void raise_in_finally(void)
{
    __try {
        raise_code(0xe0000005);
    } __finally {
        step(1);
        raise_code(0xe0000006);
    }
}

__attribute__((noinline)) static void middle(void)
{
    __try {
        raise_in_finally();
    } __finally {
        step(2);
    }
}

/* The same over several frames: the first exception's target frame is passed by the second. */
static void test_collided_frames(void)
{
    steps = 0;
    __try {
        __try {
            middle();
        } __except (_exception_code() == 0xe0000005 ? EXECUTE_HANDLER : CONTINUE_SEARCH) {
            step(97);
        }
    } __except (_exception_code() == 0xe0000006 ? EXECUTE_HANDLER : CONTINUE_SEARCH) {
        step(3);
    }
    EXPECT(steps, 3);
    EXPECT(order[0], 1);
    EXPECT(order[1], 2);
    EXPECT(order[2], 3);
}

/* The search for the second exception comes by this filter again. */
static int filter_raised;
static int raising_filter(void)
{
    step(1);
    if (!filter_raised++)
        fault_read((volatile int *)8);
    return CONTINUE_SEARCH;
}

static DWORD seen_flags;
static int note_flags(EXCEPTION_POINTERS *p)
{
    step(2);
    seen_flags = p->ExceptionRecord->ExceptionFlags;
    return p->ExceptionRecord->ExceptionCode == ACCESS_VIOLATION ? EXECUTE_HANDLER
                                                                   : CONTINUE_SEARCH;
}

__attribute__((noinline)) static void bad_filter(void)
{
    __try {
        raise_code(0xe0000007);
    } __except (raising_filter()) {
        step(96);
    }
}

/* An exception in a filter: the frames that the first search has passed see a nested call. */
static void test_nested(void)
{
    steps = 0;
    __try {
        bad_filter();
    } __except (note_flags(_exception_info())) {
        step(3);
    }
    EXPECT(order[0], 1);
    EXPECT(order[steps - 1], 3);
    EXPECT(steps >= 3, 1);
}

static int always_continue(void)
{
    return CONTINUE_EXECUTION;
}

static void test_noncontinuable(void)
{
    volatile DWORD code = 0;

    __try {
        __try {
            RaiseException(0xe0000008, 1 /* EXCEPTION_NONCONTINUABLE */, 0, 0);
        } __except (_exception_code() == 0xe0000008 ? always_continue() : CONTINUE_SEARCH) {
            step(95);
        }
    } __except (code = (DWORD)_exception_code(), EXECUTE_HANDLER) {
    }
    EXPECT(code, (long long)NONCONTINUABLE_EXCEPTION);
}

static int parameters_filter(EXCEPTION_POINTERS *p)
{
    EXCEPTION_RECORD *r = p->ExceptionRecord;

    EXPECT(r->NumberParameters, 3);
    EXPECT(r->ExceptionInformation[0], 7);
    EXPECT(r->ExceptionInformation[2], 9);
    EXPECT(r->ExceptionFlags & 1, 0);
    return EXECUTE_HANDLER;
}

static void test_parameters(void)
{
    ULONG64 information[3] = {7, 8, 9};

    __try {
        RaiseException(0xe0000009, 0, 3, information);
    } __except (parameters_filter(_exception_info())) {
    }
    __try { /* continuing after a software exception returns from RaiseException */
        steps = 0;
        RaiseException(0xe000000a, 0, 0, 0);
        step(5);
    } __except (always_continue()) {
        step(94);
    }
    EXPECT(steps, 1);
    EXPECT(order[0], 5);
}

/* Values in callee-saved registers must survive the unwind. */
__attribute__((noinline)) static long long clobber_and_fault(long long a)
{
    register long long r12 __asm__("r12") = a * 3, r13 __asm__("r13") = a * 5;

    __asm__ volatile("" : "+r"(r12), "+r"(r13) : : "rbx", "rsi", "rdi", "r14", "r15", "xmm6",
                     "xmm7");
    __asm__ volatile("xorl %%ebx, %%ebx\n xorl %%esi, %%esi\n pxor %%xmm6, %%xmm6" : : : "rbx",
                     "rsi", "xmm6");
    fault_read((volatile int *)16);
    return r12 + r13;
}

__attribute__((noinline)) static long long registers_survive(long long a, long long b, long long c,
                                                             double d)
{
    long long x = a * b, y = b * c, z = a ^ c;
    double e = d * 1.5;
    volatile int caught = 0;

    __asm__ volatile("" : "+r"(x), "+r"(y), "+r"(z), "+x"(e));
    __try {
        clobber_and_fault(a);
    } __except (EXECUTE_HANDLER) {
        caught = 1;
    }
    return caught ? x + y * 10 + z * 100 + (long long)(e * 1000) : -1;
}

static int deep(volatile int n)
{
    volatile char space[200];

    space[0] = (char)n;
    if (n == 0) {
        fault_read((volatile int *)24);
        return 0;
    }
    return deep(n - 1) + space[0];
}

static void test_deep(void)
{
    volatile int caught = 0;

    for (int i = 0; i < 20; i++) {
        __try {
            deep(500);
        } __except (EXECUTE_HANDLER) {
            caught++;
        }
    }
    EXPECT(caught, 20);
}

/* Leaving a __try by goto or return runs its __finally as well. */
__attribute__((noinline)) static int leave_by_return(int how)
{
    __try {
        __try {
            if (how)
                return 7;
        } __finally {
            step(1);
        }
        step(2);
    } __finally {
        step(3);
    }
    return 8;
}

static void test_leave(void)
{
    steps = 0;
    EXPECT(leave_by_return(1), 7);
    EXPECT(steps, 2);
    EXPECT(order[1], 3);
    steps = 0;
    EXPECT(leave_by_return(0), 8);
    EXPECT(steps, 3);
}

void mainCRTStartup(void)
{
    test_fault();
    test_continue();
    test_finally_order();
    test_collided();
    test_collided_frames();
    test_nested();
    test_noncontinuable();
    test_parameters();
    EXPECT(registers_survive(3, 5, 7, 2.0), 3 * 5 + 5 * 7 * 10 + (3 ^ 7) * 100 + 3000);
    test_deep();
    test_leave();
    ExitProcess((DWORD)finish_tests());
}
