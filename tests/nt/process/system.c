/* NtQuerySystemInformation: the list of processes, processors. */
#include "tests/nt/check.h"

#include <stdlib.h>
#include <winternl.h>

typedef NTSTATUS(NTAPI *query_function)(ULONG, void *, ULONG, ULONG *);
typedef NTSTATUS(NTAPI *query_ex_function)(ULONG, const void *, ULONG, void *, ULONG, ULONG *);
static query_function query;

static DWORD WINAPI idle(void *event)
{
    return WaitForSingleObject(event, INFINITE);
}

static void processes(void)
{
    ULONG size = 0, needed = 0;
    void *list = NULL;
    NTSTATUS status;
    BOOL found = FALSE, thread_found = FALSE;
    DWORD id;
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    HANDLE thread = CreateThread(NULL, 0, idle, event, 0, &id);

    CHECK_EQ(query(5, NULL, 0, &needed), (NTSTATUS)0xc0000004);
    CHECK(needed >= sizeof(SYSTEM_PROCESS_INFORMATION));
    do {
        size = needed + 4096;
        list = realloc(list, size);
        status = query(5, list, size, &needed);
    } while (status == (NTSTATUS)0xc0000004);
    CHECK_EQ(status, 0);
    CHECK(needed <= size);
    for (SYSTEM_PROCESS_INFORMATION *p = list;;
         p = (SYSTEM_PROCESS_INFORMATION *)((char *)p + p->NextEntryOffset)) {
        if (p->UniqueProcessId == (HANDLE)(ULONG_PTR)GetCurrentProcessId()) {
            WCHAR path[MAX_PATH], *name;
            found = TRUE;
            GetModuleFileNameW(NULL, path, MAX_PATH);
            name = wcsrchr(path, L'\\') + 1;
            CHECK(p->ImageName.Length == wcslen(name) * sizeof(WCHAR) &&
                  !_wcsnicmp(p->ImageName.Buffer, name, wcslen(name)));
            CHECK(p->NumberOfThreads >= 2 && p->HandleCount >= 2);
            CHECK(p->VirtualMemoryCounters.WorkingSetSize > 0);
            const SYSTEM_THREAD_INFORMATION *threads = (const void *)(p + 1);
            for (ULONG i = 0; i < p->NumberOfThreads; i++) {
                CHECK(threads[i].ClientId.UniqueProcess == p->UniqueProcessId);
                thread_found |= threads[i].ClientId.UniqueThread == (HANDLE)(ULONG_PTR)id;
            }
        }
        if (!p->NextEntryOffset)
            break;
    }
    CHECK(found && thread_found);
    free(list);
    SetEvent(event);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    CloseHandle(event);
}

static void processors(query_ex_function query_ex)
{
    ULONG all = 0xffff, kind, size = 0;
    char buffer[16384];
    unsigned cores = 0, groups = 0, nodes = 0;
    SYSTEM_INFO info;

    GetSystemInfo(&info);
    CHECK_EQ(query_ex(107, &all, sizeof(all), buffer, sizeof(buffer), &size), 0);
    for (ULONG at = 0; at < size;) {
        const SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX *row = (const void *)(buffer + at);
        CHECK(row->Size > 0 && row->Size <= size - at);
        if (!row->Size)
            break;
        cores += row->Relationship == RelationProcessorCore;
        nodes += row->Relationship == RelationNumaNode;
        if (row->Relationship == RelationGroup) {
            groups++;
            CHECK_EQ(row->Group.GroupInfo[0].ActiveProcessorCount, info.dwNumberOfProcessors);
        }
        at += row->Size;
    }
    CHECK(cores >= 1 && groups == 1 && nodes >= 1);
    kind = RelationGroup;
    CHECK_EQ(query_ex(107, &kind, sizeof(kind), buffer, 4, &size), (NTSTATUS)0xc0000004);
    CHECK_EQ(size, 80);
    CHECK_EQ(query_ex(107, NULL, 0, buffer, sizeof(buffer), &size), (NTSTATUS)0xc000000d);
}

static void write_watch(void)
{
    void *p = VirtualAlloc(NULL, 65536, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE), *address;
    ULONG_PTR count = 1;
    ULONG granularity;

    CHECK(p != NULL);
    CHECK(GetWriteWatch(0, p, 65536, &address, &count, &granularity) != 0);
    CHECK(ResetWriteWatch(p, 65536) != 0);
    VirtualFree(p, 0, MEM_RELEASE);
}

int main(void)
{
    HMODULE ntdll = GetModuleHandleA("ntdll.dll");

    query = (query_function)(void *)GetProcAddress(ntdll, "NtQuerySystemInformation");
    query_ex_function ex =
        (query_ex_function)(void *)GetProcAddress(ntdll, "NtQuerySystemInformationEx");
    processes();
    processors(ex);
    write_watch();
    return check_done();
}
