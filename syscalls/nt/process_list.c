/* SystemProcessInformation: the guests of the session, and native programs that this one runs. */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "syscalls/nt/process_other.h"
#include "syscalls/nt/thread.h"
#include "syscalls/nt/thread_state.h"

struct records {
    char *bytes;
    size_t n, room;
    size_t last; /* offset of the last record */
    bool failed;
};

static void *grow(struct records *r, size_t more)
{
    if (r->n + more > r->room) {
        size_t room = (r->n + more) * 2 + 4096;
        char *p = realloc(r->bytes, room);
        if (!p) {
            r->failed = true;
            return NULL;
        }
        r->bytes = p;
        r->room = room;
    }
    void *at = r->bytes + r->n;
    memset(at, 0, more);
    r->n += more;
    return at;
}

static uint64_t kib(const char *text, const char *key)
{
    const char *p = strstr(text, key);

    return p ? strtoull(p + strlen(key), NULL, 10) * 1024 : 0;
}

static void fill_numbers(SYSTEM_PROCESS_INFORMATION *i, int pid)
{
    char path[64], text[4096], *s;
    unsigned long long user, kernel;
    int parent;

    snprintf(path, sizeof(path), "/proc/%d/status", pid);
    FILE *f = fopen(path, "re");
    if (f) {
        text[fread(text, 1, sizeof(text) - 1, f)] = 0;
        fclose(f);
        i->PeakVirtualSize = kib(text, "VmPeak:");
        i->VirtualSize = kib(text, "VmSize:");
        i->PeakWorkingSetSize = kib(text, "VmHWM:");
        i->WorkingSetSize = kib(text, "VmRSS:");
        i->PagefileUsage = i->PrivatePageCount = kib(text, "RssAnon:") + kib(text, "VmSwap:");
        i->PeakPagefileUsage = i->PagefileUsage;
    }
    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    f = fopen(path, "re");
    if (!f)
        return;
    text[fread(text, 1, sizeof(text) - 1, f)] = 0;
    fclose(f);
    if ((s = strrchr(text, ')')) &&
        sscanf(s + 1, " %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &parent, &user,
               &kernel) == 3) {
        uint64_t tick = 10000000u / (uint64_t)sysconf(_SC_CLK_TCK);
        i->UserTime.QuadPart = (int64_t)(user * tick);
        i->KernelTime.QuadPart = (int64_t)(kernel * tick);
        i->InheritedFromUniqueProcessId = (HANDLE)((uintptr_t)parent * 4);
    }
}

static void add_thread(struct records *r, size_t at, uint32_t id, uint64_t start, int64_t created)
{
    SYSTEM_THREAD_INFORMATION *t = grow(r, sizeof(*t));

    if (!t)
        return;
    SYSTEM_PROCESS_INFORMATION *p = (SYSTEM_PROCESS_INFORMATION *)(r->bytes + at);
    t->StartAddress = (PVOID)(uintptr_t)start;
    t->CreateTime.QuadPart = created;
    t->ClientId = (CLIENT_ID){p->UniqueProcessId, (HANDLE)(uintptr_t)id};
    t->Priority = t->BasePriority = 8;
    t->ThreadState = 5; /* waiting */
    p->NumberOfThreads++;
}

static void add_process(struct records *r, int pid, const struct nt_process_page *page, bool self)
{
    size_t at = r->n;
    SYSTEM_PROCESS_INFORMATION *i = grow(r, sizeof(*i));
    uint32_t bytes = page->name_length < sizeof(page->name) ? page->name_length & ~1u
                                                             : sizeof(page->name);
    uint32_t base = bytes / 2;

    if (!i)
        return;
    if (at)
        ((SYSTEM_PROCESS_INFORMATION *)(r->bytes + r->last))->NextEntryOffset =
            (ULONG)(at - r->last);
    r->last = at;
    fill_numbers(i, pid);
    i->CreateTime.QuadPart = (int64_t)page->create_time;
    i->BasePriority = 8;
    i->UniqueProcessId = (HANDLE)((uintptr_t)pid * 4);
    i->HandleCount = atomic_load(&((struct nt_process_page *)page)->handle_count);
    i->SessionId = 1;
    if (self) {
        uint32_t after = 0;
        for (struct nt_thread *t; (t = nt_thread_next(after)); nt_object_release(&t->object)) {
            after = t->id;
            add_thread(r, at, t->id, t->more->win32_start, t->more->created);
        }
    } else {
        add_thread(r, at, nt_first_thread_id((uint32_t)pid * 4), 0, (int64_t)page->create_time);
    }
    /* The name is the file's alone. */
    while (base && page->name[base - 1] != '\\')
        base--;
    bytes -= base * 2;
    size_t name = r->n;
    uint16_t *text = grow(r, (bytes + 2u + 7) & ~7u);
    if (!text)
        return;
    memcpy(text, page->name + base, bytes);
    i = (SYSTEM_PROCESS_INFORMATION *)(r->bytes + at);
    i->ImageName.Length = (USHORT)bytes;
    i->ImageName.MaximumLength = (USHORT)(bytes + 2);
    i->ImageName.Buffer = (WCHAR *)name; /* an offset; made an address at the end */
}

NTSTATUS nt_process_list(void *out, ULONG n, ULONG *returned)
{
    struct records r = {0};
    char mine[256], other[256], path[300];
    ssize_t mine_n = readlink("/proc/self/exe", mine, sizeof(mine));
    DIR *d = opendir("/proc");

    add_process(&r, getpid(), nt_process_page, true);
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
        if (p && !nt_other_exited(p))
            add_process(&r, p->pid, p->page, false);
        nt_object_release(o);
    }
    if (d)
        closedir(d);
    NTSTATUS status = r.failed ? STATUS_NO_MEMORY : STATUS_SUCCESS;
    if (NT_SUCCESS(status) && returned && !guest_put(returned, (ULONG)r.n))
        status = STATUS_ACCESS_VIOLATION;
    if (NT_SUCCESS(status) && n < r.n)
        status = STATUS_INFO_LENGTH_MISMATCH;
    if (NT_SUCCESS(status)) {
        for (size_t at = 0;;) {
            SYSTEM_PROCESS_INFORMATION *i = (SYSTEM_PROCESS_INFORMATION *)(r.bytes + at);
            i->ImageName.Buffer = (WCHAR *)((char *)out + (uintptr_t)i->ImageName.Buffer);
            if (!i->NextEntryOffset)
                break;
            at += i->NextEntryOffset;
        }
        if (!guest_write(out, r.bytes, r.n))
            status = STATUS_ACCESS_VIOLATION;
    }
    free(r.bytes);
    return status;
}
