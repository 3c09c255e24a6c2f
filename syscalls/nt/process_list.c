/*
 * SystemProcessInformation and SystemExtendedProcessInformation: the guests of the session, as they
 * can be seen through /proc. Of host programs only the children that a guest has started are known.
 */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "syscalls/nt/process_other.h"
#include "syscalls/nt/thread_state.h"

/* SYSTEM_EXTENDED_THREAD_INFORMATION */
struct extended_thread {
    SYSTEM_THREAD_INFORMATION base;
    PVOID stack_base, stack_limit, win32_start, teb;
    ULONG_PTR reserved[3];
};

#define WAITING 5u /* ThreadState */
#define RUNNING 2u
#define SUSPENDED 5u /* WaitReason */
#define USER_REQUEST 6u

struct list {
    char *bytes;
    size_t size, room;
    uintptr_t guest; /* where it will lie */
    bool failed;
};

static void *list_add(struct list *l, size_t n)
{
    if (l->failed || n > SIZE_MAX / 2 - l->size)
        return NULL;
    if (l->size + n > l->room) {
        size_t room = (l->size + n) * 2;
        char *more = realloc(l->bytes, room);
        if (!more) {
            l->failed = true;
            return NULL;
        }
        l->bytes = more;
        l->room = room;
    }
    void *at = l->bytes + l->size;
    memset(at, 0, n);
    l->size += n;
    return at;
}

/* What /proc tells of a process or a thread; zeros where it says nothing. */
struct host_stat {
    char state;
    uint64_t faults, user, kernel, start; /* 100 ns; start: since the machine's */
};

static void read_stat(const char *path, struct host_stat *out)
{
    char text[1024] = "", *p;
    unsigned long long minor = 0, major = 0, user = 0, kernel = 0, start = 0;
    const uint64_t unit = 10000000u / (uint64_t)sysconf(_SC_CLK_TCK);
    FILE *f = fopen(path, "re");

    memset(out, 0, sizeof(*out));
    if (!f)
        return;
    size_t n = fread(text, 1, sizeof(text) - 1, f);
    text[n] = 0;
    fclose(f);
    p = strrchr(text, ')'); /* the name before may hold anything */
    if (!p || sscanf(p + 1, " %c %*d %*d %*d %*d %*d %*u %llu %*u %llu %*u %llu %llu %*d %*d %*d "
                            "%*d %*d %*d %llu",
                     &out->state, &minor, &major, &user, &kernel, &start) != 6)
        return;
    out->faults = minor + major;
    out->user = user * unit;
    out->kernel = kernel * unit;
    out->start = start * unit;
}

static size_t read_text(int pid, const char *file, char *text, size_t room)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
    FILE *f = fopen(path, "re");
    size_t n = f ? fread(text, 1, room - 1, f) : 0;
    if (f)
        fclose(f);
    text[n] = 0;
    return n;
}

static uint64_t value_of(const char *text, const char *key)
{
    const char *p = strstr(text, key);

    return p ? strtoull(p + strlen(key), NULL, 10) : 0;
}

static LONG priority_of(const struct nt_process_page *page)
{
    static const LONG base[] = {8, 4, 8, 13, 24, 6, 10}; /* by PROCESS_PRIORITY_CLASS_* */
    uint32_t class = page ? atomic_load(&page->priority_class) : 0;

    return class < sizeof(base) / sizeof(base[0]) ? base[class] : 8;
}

static void fill_counters(SYSTEM_PROCESS_INFORMATION *i, int pid)
{
    char text[4096], path[64];
    struct host_stat st;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    read_stat(path, &st);
    i->PageFaultCount = (ULONG)st.faults;
    i->UserTime.QuadPart = (LONGLONG)st.user;
    i->KernelTime.QuadPart = (LONGLONG)st.kernel;
    read_text(pid, "status", text, sizeof(text));
    i->PeakVirtualSize = value_of(text, "VmPeak:") * 1024;
    i->VirtualSize = value_of(text, "VmSize:") * 1024;
    i->PeakWorkingSetSize = value_of(text, "VmHWM:") * 1024;
    i->WorkingSetSize = value_of(text, "VmRSS:") * 1024;
    i->WorkingSetPrivateSize.QuadPart = (LONGLONG)(value_of(text, "RssAnon:") * 1024);
    i->PrivatePageCount = (value_of(text, "RssAnon:") + value_of(text, "VmSwap:")) * 1024;
    i->PagefileUsage = i->PeakPagefileUsage = i->PrivatePageCount;
    read_text(pid, "io", text, sizeof(text));
    i->ReadOperationCount.QuadPart = (LONGLONG)value_of(text, "syscr:");
    i->WriteOperationCount.QuadPart = (LONGLONG)value_of(text, "syscw:");
    i->ReadTransferCount.QuadPart = (LONGLONG)value_of(text, "rchar:");
    i->WriteTransferCount.QuadPart = (LONGLONG)value_of(text, "wchar:");
}

static void fill_thread(SYSTEM_THREAD_INFORMATION *row, int pid, int tid, uint32_t process,
                        uint32_t id, LONG priority)
{
    struct host_stat st;
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, tid);
    read_stat(path, &st);
    row->KernelTime.QuadPart = (LONGLONG)st.kernel;
    row->UserTime.QuadPart = (LONGLONG)st.user;
    row->ClientId.UniqueProcess = (HANDLE)(uintptr_t)process;
    row->ClientId.UniqueThread = (HANDLE)(uintptr_t)id;
    row->Priority = row->BasePriority = priority;
    row->ThreadState = st.state == 'R' ? RUNNING : WAITING;
    row->WaitReason = st.state == 'R' ? 0 : USER_REQUEST;
}

static ULONG add_own_threads(struct list *l, bool extended, LONG priority)
{
    struct nt_thread *t = nt_thread_next(0);
    ULONG count = 0;

    while (t) {
        SYSTEM_THREAD_INFORMATION *row =
            list_add(l, extended ? sizeof(struct extended_thread) : sizeof(*row));
        if (row) {
            fill_thread(row, getpid(), t->tid, nt_process.id, t->id, priority + t->more->priority);
            row->CreateTime.QuadPart = t->more->created;
            row->StartAddress = (PVOID)(uintptr_t)t->more->start;
            if (t == nt_self()) {
                row->ThreadState = RUNNING;
                row->WaitReason = 0;
            } else if (atomic_load(&t->more->suspended)) {
                row->ThreadState = WAITING;
                row->WaitReason = SUSPENDED;
            }
            if (extended) {
                struct extended_thread *e = (struct extended_thread *)row;
                e->stack_base = (PVOID)t->stack_top;
                e->stack_limit = (PVOID)t->stack_bottom;
                e->win32_start = (PVOID)(uintptr_t)t->more->win32_start;
                e->teb = t->teb;
            }
            count++;
        }
        uint32_t id = t->id;
        nt_object_release(&t->object);
        t = nt_thread_next(id);
    }
    return count;
}

/* The part of a path behind its last '\'. */
static const uint16_t *base_name(const uint16_t *name, size_t *units)
{
    for (size_t i = *units; i > 0; i--)
        if (name[i - 1] == '\\') {
            *units -= i;
            return name + i;
        }
    return name;
}

static size_t own_path(uint16_t *name, size_t room)
{
    UNICODE_STRING us;

    if (!guest_get(&us, &nt_process.parameters->ImagePathName) || us.Length / 2 > room ||
        !guest_read(name, us.Buffer, us.Length))
        return 0;
    return us.Length / 2;
}

/* page: of the process, its parent's id and name among others. */
static void add_process(struct list *l, int pid, const struct nt_process_page *page, bool own,
                        bool extended)
{
    size_t at = l->size, units = 0;
    uint16_t path[sizeof(page->name) / sizeof(page->name[0])];
    SYSTEM_PROCESS_INFORMATION *i = list_add(l, sizeof(*i));
    LONG priority = priority_of(page);
    ULONG threads;

    if (!i)
        return;
    i->UniqueProcessId = (HANDLE)((uintptr_t)pid * 4);
    i->InheritedFromUniqueProcessId = (HANDLE)(uintptr_t)page->parent_id;
    i->CreateTime.QuadPart = (LONGLONG)page->create_time;
    i->BasePriority = priority;
    i->HandleCount = own ? nt_handle_count() : atomic_load(&page->handle_count);
    i->SessionId = 1;
    i->UniqueProcessKey = (ULONG_PTR)pid * 4;
    fill_counters(i, pid);
    if (own) {
        units = own_path(path, sizeof(path) / sizeof(path[0]));
        threads = add_own_threads(l, extended, priority);
    } else {
        /* Another's memory: it may say anything. */
        uint32_t bytes = page->name_length;
        units = (bytes <= sizeof(path) ? bytes : sizeof(path)) / sizeof(path[0]);
        memcpy(path, page->name, units * sizeof(path[0]));
        /* Of the threads that it has started later nobody else knows the ids. */
        SYSTEM_THREAD_INFORMATION *row =
            list_add(l, extended ? sizeof(struct extended_thread) : sizeof(*row));
        threads = 1;
        if (row) {
            fill_thread(row, pid, pid, (uint32_t)pid * 4, nt_first_thread_id((uint32_t)pid * 4),
                        priority);
            row->CreateTime.QuadPart = (LONGLONG)page->create_time;
        }
    }
    const uint16_t *name = base_name(path, &units);
    size_t name_at = l->size;
    uint16_t *text = list_add(l, ((units + 1) * sizeof(*text) + 7) & ~(size_t)7);
    if (!text)
        return;
    memcpy(text, name, units * sizeof(*text));
    i = (SYSTEM_PROCESS_INFORMATION *)(l->bytes + at);
    i->NumberOfThreads = i->NumberOfThreadsHighWatermark = threads;
    i->ImageName = (UNICODE_STRING){(USHORT)(units * 2), (USHORT)(units * 2 + 2),
                                    (WCHAR *)(l->guest + name_at)};
    i->NextEntryOffset = (ULONG)(l->size - at);
}

NTSTATUS nt_process_list(bool extended, void *out, ULONG length, ULONG *returned)
{
    struct list l = {.guest = (uintptr_t)out};
    char mine[256], other[256], path[300];
    ssize_t mine_n = readlink("/proc/self/exe", mine, sizeof(mine));
    size_t last = 0;
    DIR *d = opendir("/proc");

    add_process(&l, getpid(), nt_process_page, true, extended);
    for (struct dirent *e; d && (e = readdir(d));) {
        struct nt_object *o;
        if (!isdigit((unsigned char)e->d_name[0]) || atoi(e->d_name) == getpid())
            continue;
        /* Guests run our executable; of other programs only children are known. */
        snprintf(path, sizeof(path), "/proc/%s/exe", e->d_name);
        ssize_t other_n = readlink(path, other, sizeof(other));
        bool guest = mine_n > 0 && other_n == mine_n && memcmp(mine, other, (size_t)mine_n) == 0;
        uint64_t id = strtoull(e->d_name, NULL, 10) * 4;
        if (!(guest ? NT_SUCCESS(nt_process_of_id(id, &o)) : nt_process_known(id, &o)))
            continue;
        struct nt_other *p = nt_other_of(o);
        if (p && p->page && !nt_other_exited(p)) {
            size_t before = l.size;
            add_process(&l, p->pid, p->page, false, extended);
            last = before;
        }
        nt_object_release(o);
    }
    if (d)
        closedir(d);
    NTSTATUS status = STATUS_SUCCESS;
    if (l.failed || l.size > UINT32_MAX)
        status = STATUS_NO_MEMORY;
    else
        ((SYSTEM_PROCESS_INFORMATION *)(l.bytes + last))->NextEntryOffset = 0;
    if (NT_SUCCESS(status) && returned && !guest_put(returned, (ULONG)l.size))
        status = STATUS_ACCESS_VIOLATION;
    else if (NT_SUCCESS(status) && length < l.size)
        status = STATUS_INFO_LENGTH_MISMATCH;
    else if (NT_SUCCESS(status) && !guest_write(out, l.bytes, l.size))
        status = STATUS_ACCESS_VIOLATION;
    free(l.bytes);
    return status;
}
