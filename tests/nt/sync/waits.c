/* Waits at the level of the native calls: status codes, limits, wait-all, pulses, names, APCs. */
#include "tests/nt/check.h"

typedef LONG NTSTATUS;
typedef struct {
    USHORT Length, MaximumLength;
    PWSTR Buffer;
} UNICODE_STRING;
typedef struct {
    ULONG Length;
    HANDLE RootDirectory;
    UNICODE_STRING *ObjectName;
    ULONG Attributes;
    PVOID SecurityDescriptor, SecurityQualityOfService;
} OBJECT_ATTRIBUTES;

#define NT(name, ...)                                                                              \
    static NTSTATUS(NTAPI *name)(__VA_ARGS__);                                                     \
    static void load_##name(HMODULE m)                                                             \
    {                                                                                              \
        name = (void *)(ULONG_PTR)GetProcAddress(m, #name);                                        \
        CHECK(name != NULL);                                                                       \
    }
#define NT_CALLS                                                                                   \
    NT(NtCreateEvent, HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *, ULONG, BOOLEAN)                  \
    NT(NtOpenEvent, HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *)                                    \
    NT(NtQueryEvent, HANDLE, ULONG, void *, ULONG, ULONG *)                                        \
    NT(NtPulseEvent, HANDLE, LONG *)                                                               \
    NT(NtCreateMutant, HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *, BOOLEAN)                        \
    NT(NtReleaseMutant, HANDLE, LONG *)                                                            \
    NT(NtQueryMutant, HANDLE, ULONG, void *, ULONG, ULONG *)                                       \
    NT(NtCreateSemaphore, HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *, LONG, LONG)                  \
    NT(NtReleaseSemaphore, HANDLE, LONG, LONG *)                                                   \
    NT(NtWaitForSingleObject, HANDLE, BOOLEAN, LARGE_INTEGER *)                                    \
    NT(NtWaitForMultipleObjects, ULONG, HANDLE *, ULONG, BOOLEAN, LARGE_INTEGER *)                 \
    NT(NtSignalAndWaitForSingleObject, HANDLE, HANDLE, BOOLEAN, LARGE_INTEGER *)                   \
    NT(NtDelayExecution, BOOLEAN, LARGE_INTEGER *)                                                 \
    NT(NtAlertThread, HANDLE)                                                                      \
    NT(NtTestAlert, void)                                                                          \
    NT(NtCreateKeyedEvent, HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *, ULONG)                      \
    NT(NtWaitForKeyedEvent, HANDLE, void *, BOOLEAN, LARGE_INTEGER *)                              \
    NT(NtReleaseKeyedEvent, HANDLE, void *, BOOLEAN, LARGE_INTEGER *)                              \
    NT(NtCreateDirectoryObject, HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *)                        \
    NT(NtCreateSymbolicLinkObject, HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *, UNICODE_STRING *)   \
    NT(NtQuerySymbolicLinkObject, HANDLE, UNICODE_STRING *, ULONG *)                               \
    NT(NtQueryDirectoryObject, HANDLE, void *, ULONG, BOOLEAN, BOOLEAN, ULONG *, ULONG *)
NT_CALLS
#undef NT
#define NT(name, ...) load_##name(ntdll);

static LARGE_INTEGER zero, soon = {.QuadPart = -200000}, later = {.QuadPart = -100000000};
static LONG apcs;

static void CALLBACK apc(ULONG_PTR n)
{
    apcs += (LONG)n;
}

static HANDLE event(BOOL manual, BOOL set)
{
    return CreateEventW(NULL, manual, set, NULL);
}

static void statuses(void)
{
    HANDLE h[65], closed = event(FALSE, FALSE);

    for (int i = 0; i < 65; i++)
        h[i] = event(FALSE, FALSE);
    CloseHandle(closed);
    CHECK_EQ(NtWaitForSingleObject(closed, FALSE, &zero), (NTSTATUS)0xc0000008);
    CHECK_EQ(NtWaitForMultipleObjects(0, h, 1, FALSE, &zero), (NTSTATUS)0xc00000ef);
    CHECK_EQ(NtWaitForMultipleObjects(65, h, 1, FALSE, &zero), (NTSTATUS)0xc00000ef);
    CHECK_EQ(NtWaitForMultipleObjects(64, h, 1, FALSE, &zero), 0x102);
    SetEvent(h[63]);
    CHECK_EQ(NtWaitForMultipleObjects(64, h, 1, FALSE, &later), 63);
    SetEvent(h[5]);
    SetEvent(h[3]);
    CHECK_EQ(NtWaitForMultipleObjects(64, h, 1, FALSE, NULL), 3);
    CHECK_EQ(NtWaitForMultipleObjects(64, h, 1, FALSE, NULL), 5);
    CHECK_EQ(NtWaitForMultipleObjects(64, h, 1, FALSE, &soon), 0x102);

    HANDLE twice[2] = {h[0], h[0]};
    /* Wine 8 does not look for duplicates, which NT cannot take all of. */
    if (!check_on_wine())
        CHECK_EQ(NtWaitForMultipleObjects(2, twice, 0, FALSE, &zero), (NTSTATUS)0xc0000030);
    CHECK_EQ(NtWaitForMultipleObjects(2, twice, 1, FALSE, &zero), 0x102);

    /* Nothing is taken before all of it is there. */
    SetEvent(h[0]);
    CHECK_EQ(NtWaitForMultipleObjects(2, h, 0, FALSE, &soon), 0x102);
    CHECK_EQ(NtWaitForSingleObject(h[0], FALSE, &zero), 0);
    SetEvent(h[0]);
    SetEvent(h[1]);
    CHECK_EQ(NtWaitForMultipleObjects(2, h, 0, FALSE, &later), 0);
    CHECK_EQ(NtWaitForSingleObject(h[0], FALSE, &zero), 0x102);
    for (int i = 0; i < 65; i++)
        CloseHandle(h[i]);
}

static void semaphores_and_mutants(void)
{
    struct {
        LONG count;
        BOOLEAN mine, abandoned;
    } m;
    HANDLE s, k;
    LONG before = -1;

    CHECK_EQ(NtCreateSemaphore(&s, SEMAPHORE_ALL_ACCESS, NULL, 2, 1), (NTSTATUS)0xc000000d);
    CHECK_EQ(NtCreateSemaphore(&s, SEMAPHORE_ALL_ACCESS, NULL, 1, 3), 0);
    CHECK_EQ(NtReleaseSemaphore(s, 3, &before), (NTSTATUS)0xc0000047);
    CHECK_EQ(NtReleaseSemaphore(s, 2, &before), 0);
    CHECK_EQ(before, 1);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(NtWaitForSingleObject(s, FALSE, &zero), 0);
    CHECK_EQ(NtWaitForSingleObject(s, FALSE, &zero), 0x102);
    CloseHandle(s);

    CHECK_EQ(NtCreateMutant(&k, MUTANT_ALL_ACCESS, NULL, TRUE), 0);
    CHECK_EQ(NtWaitForSingleObject(k, FALSE, &zero), 0);
    CHECK_EQ(NtQueryMutant(k, 0, &m, sizeof(m), NULL), 0);
    CHECK_EQ(m.count, -1);
    CHECK(m.mine && !m.abandoned);
    CHECK_EQ(NtReleaseMutant(k, &before), 0);
    CHECK_EQ(before, -1);
    CHECK_EQ(NtReleaseMutant(k, &before), 0);
    CHECK_EQ(before, 0);
    CHECK_EQ(NtReleaseMutant(k, &before), (NTSTATUS)0xc0000046);
    CHECK_EQ(NtQueryMutant(k, 0, &m, sizeof(m), NULL), 0);
    CHECK_EQ(m.count, 1);
    CloseHandle(k);
}

static DWORD WINAPI abandons(void *mutex)
{
    return WaitForSingleObject(mutex, INFINITE);
}

static void abandoned(void)
{
    HANDLE m = CreateMutexW(NULL, FALSE, NULL), e = event(TRUE, TRUE), both[2] = {e, m};

    for (int i = 0; i < 2; i++) {
        HANDLE t = CreateThread(NULL, 0, abandons, m, 0, NULL);
        CHECK_EQ(WaitForSingleObject(t, 20000), 0);
        CloseHandle(t);
        if (i == 0) {
            CHECK_EQ(NtWaitForSingleObject(m, FALSE, &zero), 0x80);
        } else {
            CHECK_EQ(NtWaitForMultipleObjects(2, both, 0, FALSE, &later), 0x80);
        }
        CHECK(ReleaseMutex(m));
        CHECK_EQ(NtWaitForSingleObject(m, FALSE, &zero), 0);
        CHECK(ReleaseMutex(m));
    }
    CloseHandle(m);
    CloseHandle(e);
}

static HANDLE gate, go;
static LONG through;

static DWORD WINAPI passes(void *unused)
{
    (void)unused;
    SignalObjectAndWait(go, gate, INFINITE, FALSE);
    InterlockedIncrement(&through);
    return 0;
}

/* Everybody who waits is let go by a set that is taken back at once. */
static void set_and_reset(void)
{
    HANDLE t[4];

    gate = event(TRUE, FALSE);
    go = CreateSemaphoreW(NULL, 0, 4, NULL);
    for (int i = 0; i < 4; i++)
        t[i] = CreateThread(NULL, 0, passes, NULL, 0, NULL);
    for (int i = 0; i < 4; i++)
        CHECK_EQ(WaitForSingleObject(go, 20000), 0);
    Sleep(100); /* until they sleep: the gate is opened again below if one came late */
    SetEvent(gate);
    ResetEvent(gate);
    CHECK_EQ(WaitForMultipleObjects(4, t, TRUE, 5000), 0);
    CHECK_EQ(through, 4);
    for (int i = 0; i < 4; i++)
        CloseHandle(t[i]);
    CloseHandle(gate);
    CloseHandle(go);
}

static HANDLE ping, pong;

static DWORD WINAPI ponger(void *unused)
{
    (void)unused;
    for (int i = 0; i < 2000; i++) {
        WaitForSingleObject(ping, INFINITE);
        SetEvent(pong);
    }
    return 0;
}

static void hand_over(void)
{
    ping = event(FALSE, FALSE);
    pong = event(FALSE, FALSE);
    HANDLE t = CreateThread(NULL, 0, ponger, NULL, 0, NULL);
    for (int i = 0; i < 2000; i++)
        CHECK_EQ(SignalObjectAndWait(ping, pong, 20000, FALSE), 0);
    CHECK_EQ(WaitForSingleObject(t, 20000), 0);
    CloseHandle(t);
    CloseHandle(ping);
    CloseHandle(pong);
}

static DWORD WINAPI alerts(void *thread)
{
    Sleep(30);
    NtAlertThread(thread);
    Sleep(30);
    QueueUserAPC(apc, thread, 100);
    return 0;
}

static void alertable(void)
{
    HANDLE e = event(FALSE, FALSE), self, t;

    DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &self, 0, FALSE,
                    DUPLICATE_SAME_ACCESS);
    CHECK_EQ(NtTestAlert(), 0);
    QueueUserAPC(apc, self, 1);
    QueueUserAPC(apc, self, 2);
    CHECK_EQ(NtWaitForSingleObject(e, FALSE, &zero), 0x102);
    CHECK_EQ(apcs, 0);
    CHECK_EQ(NtWaitForSingleObject(e, TRUE, &zero), 0xc0);
    CHECK_EQ(apcs, 3); /* all that were queued, before the wait returns */
    QueueUserAPC(apc, self, 4);
    CHECK_EQ(NtTestAlert(), 0);
    CHECK_EQ(apcs, 7);
    /* An object that is ready wins over an APC. */
    QueueUserAPC(apc, self, 8);
    SetEvent(e);
    CHECK_EQ(NtWaitForSingleObject(e, TRUE, NULL), 0);
    CHECK_EQ(apcs, 7);
    CHECK_EQ(SleepEx(0, TRUE), WAIT_IO_COMPLETION);
    CHECK_EQ(apcs, 15);
    t = CreateThread(NULL, 0, alerts, self, 0, NULL);
    /* Wine 8 has no alerts but those by thread id. */
    if (!check_on_wine())
        CHECK_EQ(NtWaitForSingleObject(e, TRUE, &later), 0x101);
    CHECK_EQ(NtDelayExecution(TRUE, &later), 0xc0);
    CHECK_EQ(apcs, 115);
    CHECK_EQ(WaitForSingleObject(t, 20000), 0);
    CloseHandle(t);
    CloseHandle(self);
    CloseHandle(e);
}

static DWORD WINAPI releases_key(void *keyed)
{
    return (DWORD)NtReleaseKeyedEvent(keyed, &zero, FALSE, NULL);
}

static void keyed(void)
{
    HANDLE k, t;
    DWORD code;

    CHECK_EQ(NtCreateKeyedEvent(&k, 3, NULL, 0), 0);
    CHECK_EQ(NtWaitForKeyedEvent(k, &zero, FALSE, &soon), 0x102);
    CHECK_EQ(NtReleaseKeyedEvent(k, &zero, FALSE, &soon), 0x102);
    CHECK_EQ(NtWaitForKeyedEvent(k, (char *)&zero + 1, FALSE, &soon), (NTSTATUS)0xc00000ef);
    t = CreateThread(NULL, 0, releases_key, k, 0, NULL);
    CHECK_EQ(NtWaitForKeyedEvent(k, &later, FALSE, &soon), 0x102); /* another key */
    CHECK_EQ(NtWaitForKeyedEvent(k, &zero, FALSE, NULL), 0);
    CHECK_EQ(WaitForSingleObject(t, 20000), 0);
    CHECK(GetExitCodeThread(t, &code) && code == 0);
    CloseHandle(t);
    CloseHandle(k);
}

static void init_name(OBJECT_ATTRIBUTES *oa, UNICODE_STRING *s, HANDLE root, PWSTR text, ULONG flags)
{
    s->Buffer = text;
    s->Length = (USHORT)(lstrlenW(text) * 2);
    s->MaximumLength = s->Length + 2;
    *oa = (OBJECT_ATTRIBUTES){sizeof(*oa), root, s, flags, NULL, NULL};
}

static void names(void)
{
    HANDLE a, b, d, l;
    OBJECT_ATTRIBUTES oa;
    UNICODE_STRING s, target;
    WCHAR buffer[64];
    ULONG context = 0, length;
    char info[1024];

    init_name(&oa, &s, NULL, L"\\BaseNamedObjects\\compatrun waits", 0);
    CHECK_EQ(NtOpenEvent(&a, EVENT_ALL_ACCESS, &oa), (NTSTATUS)0xc0000034);
    CHECK_EQ(NtCreateEvent(&a, EVENT_ALL_ACCESS, &oa, 0, FALSE), 0);
    CHECK_EQ(NtCreateEvent(&b, EVENT_ALL_ACCESS, &oa, 0, FALSE), (NTSTATUS)0xc0000035);
    oa.Attributes = 0x80; /* OBJ_OPENIF */
    CHECK_EQ(NtCreateEvent(&b, EVENT_ALL_ACCESS, &oa, 0, FALSE), 0x40000000);
    SetEvent(a);
    CHECK_EQ(WaitForSingleObject(b, 0), 0);
    CloseHandle(b);
    CHECK_EQ(NtCreateMutant(&b, MUTANT_ALL_ACCESS, &oa, FALSE), (NTSTATUS)0xc0000024);
    init_name(&oa, &s, NULL, L"\\BASENamedObjects\\COMPATRUN WAITS", 0);
    CHECK_EQ(NtOpenEvent(&b, EVENT_ALL_ACCESS, &oa), (NTSTATUS)0xc000003a);
    oa.Attributes = 0x40; /* OBJ_CASE_INSENSITIVE */
    CHECK_EQ(NtOpenEvent(&b, EVENT_ALL_ACCESS, &oa), 0);
    CloseHandle(b);
    CloseHandle(a);
    CHECK_EQ(NtOpenEvent(&b, EVENT_ALL_ACCESS, &oa), (NTSTATUS)0xc0000034);
    init_name(&oa, &s, NULL, L"no backslash", 0);
    CHECK_EQ(NtOpenEvent(&b, EVENT_ALL_ACCESS, &oa), (NTSTATUS)0xc000003b);
    init_name(&oa, &s, NULL, L"\\BaseNamedObjects\\no such folder\\x", 0);
    CHECK_EQ(NtOpenEvent(&b, EVENT_ALL_ACCESS, &oa), (NTSTATUS)0xc000003a);

    init_name(&oa, &s, NULL, L"\\BaseNamedObjects\\compatrun folder", 0);
    CHECK_EQ(NtCreateDirectoryObject(&d, 0xf000f, &oa), 0);
    init_name(&oa, &s, d, L"inside", 0);
    CHECK_EQ(NtCreateEvent(&a, EVENT_ALL_ACCESS, &oa, 1, TRUE), 0);
    init_name(&oa, &s, NULL, L"\\BaseNamedObjects\\compatrun folder\\inside", 0);
    CHECK_EQ(NtOpenEvent(&b, EVENT_ALL_ACCESS, &oa), 0);
    CloseHandle(b);
    CHECK_EQ(NtQueryDirectoryObject(d, info, sizeof(info), TRUE, TRUE, &context, &length), 0);
    CHECK(((UNICODE_STRING *)info)->Length == 12 &&
          !memcmp(((UNICODE_STRING *)info)->Buffer, L"inside", 12));
    CHECK_EQ(NtQueryDirectoryObject(d, info, sizeof(info), TRUE, FALSE, &context, &length),
             (NTSTATUS)0x8000001a);

    init_name(&oa, &target, NULL, L"\\BaseNamedObjects\\compatrun folder", 0);
    init_name(&oa, &s, NULL, L"\\BaseNamedObjects\\compatrun link", 0);
    CHECK_EQ(NtCreateSymbolicLinkObject(&l, 0xf0001, &oa, &target), 0);
    target.Buffer = buffer;
    target.MaximumLength = sizeof(buffer);
    CHECK_EQ(NtQuerySymbolicLinkObject(l, &target, NULL), 0);
    CHECK(target.Length == 68 &&
          !memcmp(buffer, L"\\BaseNamedObjects\\compatrun folder", target.Length));
    init_name(&oa, &s, NULL, L"\\BaseNamedObjects\\compatrun link\\inside", 0);
    CHECK_EQ(NtOpenEvent(&b, EVENT_ALL_ACCESS, &oa), 0);
    CloseHandle(b);
    CloseHandle(l);
    CloseHandle(a);
    CloseHandle(d);
}

static LONG taken;
static HANDLE pieces[3];

static DWORD WINAPI takes_all(void *unused)
{
    (void)unused;
    for (int i = 0; i < 500; i++) {
        if (WaitForMultipleObjects(3, pieces, TRUE, 20000) != 0)
            return 1;
        if (InterlockedIncrement(&taken) != 1)
            return 2;
        InterlockedDecrement(&taken);
        for (int k = 0; k < 3; k++)
            SetEvent(pieces[k]);
    }
    return 0;
}

/* Three forks, four eaters who want all of them, in different order: nobody starves for ever. */
static void wait_all_stress(void)
{
    HANDLE t[4];
    DWORD code;

    for (int i = 0; i < 3; i++)
        pieces[i] = event(FALSE, TRUE);
    for (int i = 0; i < 4; i++)
        t[i] = CreateThread(NULL, 0, takes_all, NULL, 0, NULL);
    CHECK_EQ(WaitForMultipleObjects(4, t, TRUE, 60000), 0);
    for (int i = 0; i < 4; i++) {
        CHECK(GetExitCodeThread(t[i], &code));
        CHECK_EQ(code, 0);
        CloseHandle(t[i]);
    }
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(WaitForSingleObject(pieces[i], 0), 0);
        CloseHandle(pieces[i]);
    }
}

int main(void)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");

    NT_CALLS
    statuses();
    semaphores_and_mutants();
    abandoned();
    set_and_reset();
    hand_over();
    alertable();
    keyed();
    names();
    wait_all_stress();
    return check_done();
}
