/*
 * Calls every system call of ntdll with nonsense, from several threads: random handles, pointers,
 * sizes, flags. The process must get statuses back and live. Left out: calls whose purpose is to
 * stop, end or redirect the caller, or to wait without limit.
 *
 * Usage: calls [SECONDS [SEED]]. The last line says "1 passed, 0 failed"; anything that ends the
 * process before is the failure.
 */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef LONG(NTAPI *call_fn)(ULONG_PTR, ULONG_PTR, ULONG_PTR, ULONG_PTR, ULONG_PTR, ULONG_PTR,
                             ULONG_PTR, ULONG_PTR, ULONG_PTR, ULONG_PTR, ULONG_PTR, ULONG_PTR);

static const char *const left_out[] = {
    "NtTerminate", "NtRaise", "NtContinue", "NtSuspend", "NtResume", "NtSetContextThread",
    "NtWaitFor", "NtSignalAndWait", "NtDelayExecution", "NtShutdownSystem", "NtCallbackReturn",
    "NtFreeVirtualMemory", "NtUnmapViewOfSection", "NtProtectVirtualMemory", "NtCreateThread",
    "NtCreateUserProcess", "NtCreateProcess", "NtQueueApc", "NtAlert", "NtTestAlert",
    "NtWriteVirtualMemory", "NtRemoveIoCompletion", "NtReplyWait", "NtRemoveProcessDebug",
    "NtSetInformationThread", "NtSetInformationProcess", "NtMapViewOfSection", "NtVdmControl",
    "NtAllocateVirtualMemory", "NtSetInformationVirtualMemory", "NtDebug", "NtSystemDebug",
    "NtCompatrunReport", "NtReadFile", "NtWriteFile", "NtFlushBuffers", "NtClose", "NtInitiatePowerAction", "NtSetSystem",
    "NtDuplicateObject", "NtReleaseKeyedEvent", "NtCompressKey", "NtFsControlFile",
    "NtDeviceIoControlFile", "NtAcquire", "NtSetTimer", "NtPulse", "NtLockVirtualMemory",
    "NtUnlockVirtualMemory", "NtLockFile", "NtNotify", "NtMakePermanent", "NtLoad", "NtUnload",
    "NtSetLdtEntries", "NtRegisterThreadTerminatePort", "NtAssignProcess", "NtSetInformationJob",
};

static struct {
    const char *name;
    call_fn fn;
} calls[600];
static int count;
static volatile LONG stop;
static volatile LONG64 made;
static DWORD seed = 1;

static ULONGLONG next(ULONGLONG *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static ULONG_PTR nonsense(ULONGLONG *state, char *buffer, SIZE_T size)
{
    switch (next(state) % 14) {
    case 0:
        return 0;
    case 1:
        return (ULONG_PTR)-1;
    case 2:
        return (ULONG_PTR)-2;
    case 3:
        return next(state) % 64;
    case 4:
        return next(state) % 0x2000;
    case 5:
        return (ULONG_PTR)buffer;
    case 6:
        return (ULONG_PTR)buffer + next(state) % size;
    case 7:
        return (ULONG_PTR)buffer + size - next(state) % 64; /* a fault comes soon behind */
    case 8:
        return 0x7ffffffffffe0000ull + next(state) % 0x20000;
    case 9:
        return next(state);
    case 10:
        return 0x550000000000ull + next(state) % 0x2a0000000000ull; /* not the program's own */
    case 11:
        return (ULONG_PTR)1 << (48 + next(state) % 16); /* lower ones may be our own heap */
    case 12:
        return (ULONG)next(state);
    default:
        return (next(state) % 200) * 4; /* perhaps a handle */
    }
}

static void fill(ULONGLONG *state, char *buffer, SIZE_T size)
{
    for (SIZE_T i = 0; i + 8 <= size; i += 8) {
        ULONG_PTR v = next(state) % 5 ? next(state) % 512 : nonsense(state, buffer, size);
        /* No address of a module, a stack or a heap by chance: freeing is not what is tested. */
        memcpy(buffer + i, &v, sizeof(v));
    }
}

static DWORD WINAPI worker(void *arg)
{
    ULONGLONG state = 0x9e3779b97f4a7c15ull * (seed + (ULONG_PTR)arg * 7919u + 1);
    const SIZE_T size = 8192;
    char *buffer = VirtualAlloc(NULL, size + 4096, MEM_RESERVE, PAGE_NOACCESS);

    VirtualAlloc(buffer, size, MEM_COMMIT, PAGE_READWRITE);
    while (!stop) {
        ULONG_PTR a[12];
        int which = (int)(next(&state) % (unsigned)count);
        if (next(&state) % 8 == 0)
            fill(&state, buffer, size);
        for (int i = 0; i < 12; i++)
            a[i] = nonsense(&state, buffer, size);
        calls[which].fn(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11]);
        InterlockedIncrement64(&made);
    }
    return 0;
}

static void find_calls(void)
{
    char *base = (char *)GetModuleHandleA("ntdll.dll");
    IMAGE_NT_HEADERS *nt = (IMAGE_NT_HEADERS *)(base + ((IMAGE_DOS_HEADER *)base)->e_lfanew);
    IMAGE_EXPORT_DIRECTORY *x =
        (IMAGE_EXPORT_DIRECTORY *)(base + nt->OptionalHeader.DataDirectory[0].VirtualAddress);
    DWORD *names = (DWORD *)(base + x->AddressOfNames);
    DWORD *functions = (DWORD *)(base + x->AddressOfFunctions);
    WORD *ordinals = (WORD *)(base + x->AddressOfNameOrdinals);

    for (DWORD i = 0; i < x->NumberOfNames && count < 600; i++) {
        const char *name = base + names[i];
        BOOL skip = strncmp(name, "Nt", 2) != 0 || name[2] < 'A' || name[2] > 'Z';
        for (unsigned k = 0; k < sizeof(left_out) / sizeof(left_out[0]); k++)
            skip = skip || strncmp(name, left_out[k], strlen(left_out[k])) == 0;
        unsigned char *code = (unsigned char *)base + functions[ordinals[i]];
        /* mov r10, rcx; mov eax, number */
        if (skip || code[0] != 0x4c || code[1] != 0x8b || code[2] != 0xd1 || code[3] != 0xb8)
            continue;
        calls[count].name = name;
        calls[count++].fn = (call_fn)(void *)code;
    }
}

int main(int argc, char **argv)
{
    int seconds = argc > 1 ? atoi(argv[1]) : 3;
    HANDLE threads[3];

    if (argc > 2)
        seed = (DWORD)strtoul(argv[2], NULL, 0);
    find_calls();
    if (count < 200) {
        printf("only %d calls found\n0 passed, 1 failed\n", count);
        return 1;
    }
    for (ULONG_PTR i = 0; i < 3; i++)
        threads[i] = CreateThread(NULL, 0, worker, (void *)i, 0, NULL);
    ULONGLONG end = GetTickCount64() + (ULONGLONG)seconds * 1000;
    while (GetTickCount64() < end)
        Sleep(50);
    stop = 1;
    for (int i = 0; i < 3; i++)
        if (WaitForSingleObject(threads[i], 20000) != WAIT_OBJECT_0) {
            printf("a call does not come back\n0 passed, 1 failed\n");
            fflush(stdout);
            TerminateProcess(GetCurrentProcess(), 1);
        }
    printf("%lld calls of %d kinds\n", (long long)made, count);
    printf("1 passed, 0 failed\n");
    return 0;
}
