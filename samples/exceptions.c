/*
 * Hardware faults that a program catches: a bad address, a division by zero, a stack that is full.
 * A vectored handler turns each into a longjmp-like return, as language runtimes do.
 * With an argument (read, divide, stack, raise) nothing is caught, and the process dies of it.
 */
#include <stdio.h>
#include <string.h>
#include <windows.h>

static CONTEXT back;
static volatile DWORD caught;
static volatile ULONG_PTR where;
static volatile int zero, depth, endless = -1;
static volatile int *volatile nowhere = (volatile int *)0x10;

static LONG CALLBACK handler(EXCEPTION_POINTERS *p)
{
    DWORD code = p->ExceptionRecord->ExceptionCode;

    if (code != EXCEPTION_ACCESS_VIOLATION && code != EXCEPTION_INT_DIVIDE_BY_ZERO &&
        code != EXCEPTION_STACK_OVERFLOW && code != 0xe0000001)
        return EXCEPTION_CONTINUE_SEARCH;
    caught = code;
    where = p->ExceptionRecord->NumberParameters > 1 ? p->ExceptionRecord->ExceptionInformation[1] : 0;
    *p->ContextRecord = back;
    return EXCEPTION_CONTINUE_EXECUTION;
}

static __attribute__((noinline)) int deeper(int n)
{
    volatile char room[4096];

    room[0] = (char)n;
    depth = n;
    return n == endless ? 0 : deeper(n + 1) + room[0];
}

static void fault(const char *kind)
{
    if (!strcmp(kind, "read"))
        *nowhere = 1;
    else if (!strcmp(kind, "divide"))
        zero = 1000 / zero;
    else if (!strcmp(kind, "stack"))
        deeper(0);
    else if (!strcmp(kind, "raise"))
        RaiseException(0xe0000001, 0, 0, NULL);
    else
        fprintf(stderr, "what is %s?\n", kind);
}

/* A thread of its own: one whose stack was full has no guard page any more. */
static DWORD WINAPI attempt(void *kind)
{
    caught = 0;
    RtlCaptureContext(&back);
    if (!caught)
        fault(kind);
    return caught;
}

int main(int argc, char **argv)
{
    static const char *const kinds[] = {"read", "divide", "stack", "stack", "raise"};

    if (argc > 1) {
        fault(argv[1]);
        return 1;
    }
    AddVectoredExceptionHandler(1, handler);
    for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        HANDLE thread = CreateThread(NULL, 0, attempt, (void *)kinds[i], 0, NULL);
        DWORD code;
        if (!thread || WaitForSingleObject(thread, INFINITE) != WAIT_OBJECT_0 ||
            !GetExitCodeThread(thread, &code))
            return 1;
        CloseHandle(thread);
        printf("%s: exception %08lx", kinds[i], code);
        if (code == EXCEPTION_ACCESS_VIOLATION)
            printf(" at address %#llx", (unsigned long long)where);
        printf("\n");
        if (code == EXCEPTION_STACK_OVERFLOW && depth < 20)
            printf("the stack was full after %d calls\n", depth);
    }
    return 0;
}
