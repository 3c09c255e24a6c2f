/* What threads tell of themselves and let be set; opening and enumerating them. */
#include <errno.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "syscalls/host/utf.h"
#include "syscalls/nt/process_other.h"
#include "syscalls/nt/sync.h"
#include "syscalls/nt/child.h"
#include "syscalls/nt/system.h"
#include "syscalls/nt/thread.h"
#include "syscalls/nt/thread_state.h"
#include "syscalls/nt/token.h"
#include "nt_handlers.h"

#define BASE_PRIORITY 8   /* of the normal priority class */
#define LOW_REALTIME 16

struct group_affinity {
    KAFFINITY mask;
    USHORT group, reserved[3];
};

struct processor_number {
    USHORT group;
    UCHAR number, reserved;
};

struct teb_information {
    uint64_t buffer; /* guest address */
    ULONG offset, bytes;
};

struct cycle_time {
    ULONGLONG accumulated, current;
};

/* --- times and processors ------------------------------------------------------------------ */

/* User and system time of a living thread, from /proc: stat's fields 14 and 15 count ticks. */
static bool host_times(const struct nt_thread *t, uint64_t *kernel, uint64_t *user)
{
    char path[64], text[1024];
    unsigned long u, s;

    if (t == nt_self()) {
        struct rusage r;
        if (getrusage(RUSAGE_THREAD, &r) != 0)
            return false;
        *kernel = r.ru_stime.tv_sec * 10000000ull + r.ru_stime.tv_usec * 10ull;
        *user = r.ru_utime.tv_sec * 10000000ull + r.ru_utime.tv_usec * 10ull;
        return true;
    }
    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", t->tid);
    FILE *f = fopen(path, "re");
    if (!f)
        return false;
    size_t n = fread(text, 1, sizeof(text) - 1, f);
    fclose(f);
    text[n] = 0;
    const char *p = strrchr(text, ')'); /* the name may hold anything */
    if (!p || sscanf(p + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &u, &s) != 2)
        return false;
    uint64_t tick = 10000000ull / (uint64_t)sysconf(_SC_CLK_TCK);
    *user = u * tick;
    *kernel = s * tick;
    return true;
}

static void times_of(struct nt_thread *t, KERNEL_USER_TIMES *k)
{
    struct nt_thread_more *m = t->more;
    uint64_t kernel, user;

    pthread_mutex_lock(&m->lock);
    bool ended = atomic_load(&m->life) == NT_LIFE_ENDED;
    k->CreateTime.QuadPart = m->created;
    k->ExitTime.QuadPart = m->ended;
    kernel = m->kernel_time;
    user = m->user_time;
    pthread_mutex_unlock(&m->lock);
    if (!ended && !host_times(t, &kernel, &user))
        kernel = user = 0;
    k->KernelTime.QuadPart = (LONGLONG)kernel;
    k->UserTime.QuadPart = (LONGLONG)user;
}

static NTSTATUS set_affinity(struct nt_thread *t, KAFFINITY mask)
{
    struct nt_thread_more *m = t->more;
    NTSTATUS status = STATUS_SUCCESS;

    if (mask == 0 || (mask & ~nt_affinity_process(nt_process_page)))
        return STATUS_INVALID_PARAMETER;
    pthread_mutex_lock(&m->lock);
    if (atomic_load(&m->life) == NT_LIFE_RUNNING)
        status = nt_affinity_bind(t->tid, mask);
    else
        m->bind = true;
    if (NT_SUCCESS(status))
        m->affinity = mask;
    pthread_mutex_unlock(&m->lock);
    return status;
}

/* The process's mask may have been changed since, by another process, too. */
static KAFFINITY affinity_of(const struct nt_thread *t)
{
    KAFFINITY process = nt_affinity_process(nt_process_page), mask = t->more->affinity & process;

    return mask ? mask : process;
}

/* Linux lets nobody without privilege go above normal, and does not let him back from below: what
 * was asked is remembered and shown, lower priorities become nice values. */
static int nice_of(int relative)
{
    return relative <= -15 ? 19 : relative < 0 ? -relative * 4 : 0;
}

static void set_priority(struct nt_thread *t, int relative)
{
    struct nt_thread_more *m = t->more;

    pthread_mutex_lock(&m->lock);
    m->priority = relative;
    if (atomic_load(&m->life) == NT_LIFE_RUNNING)
        setpriority(PRIO_PROCESS, (id_t)t->tid, nice_of(relative));
    else
        m->bind = true;
    pthread_mutex_unlock(&m->lock);
}

void nt_thread_bind(struct nt_thread *t)
{
    nt_affinity_bind(t->tid, affinity_of(t));
    setpriority(PRIO_PROCESS, (id_t)t->tid, nice_of(t->more->priority));
}

static LONG priority_of(const struct nt_thread *t)
{
    int p = t->more->priority;

    return p >= 15 ? 15 : p <= -15 ? 1 : BASE_PRIORITY + p;
}

/* --- query --------------------------------------------------------------------------------- */

static NTSTATUS query_teb(struct nt_thread *t, void *guest, ULONG length, ULONG *returned)
{
    struct teb_information info;
    uint8_t copy[256];

    if (length != sizeof(info))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!guest_read(&info, guest, sizeof(info)))
        return STATUS_ACCESS_VIOLATION;
    if (info.offset > sizeof(TEB) || info.bytes > sizeof(TEB) - info.offset)
        return STATUS_INVALID_PARAMETER;
    const char *teb = (const char *)t->teb;
    if (!teb)
        return STATUS_THREAD_IS_TERMINATING;
    for (ULONG done = 0; done < info.bytes;) {
        ULONG n = info.bytes - done < sizeof(copy) ? info.bytes - done : (ULONG)sizeof(copy);
        if (!guest_read(copy, teb + info.offset + done, n) ||
            !guest_write((char *)(uintptr_t)info.buffer + done, copy, n))
            return STATUS_ACCESS_VIOLATION;
        done += n;
    }
    return !returned || guest_put(returned, (ULONG)sizeof(info)) ? STATUS_SUCCESS
                                                                 : STATUS_ACCESS_VIOLATION;
}

static NTSTATUS query_name(struct nt_thread *t, void *guest, ULONG length, ULONG *returned)
{
    struct nt_thread_more *m = t->more;
    NTSTATUS status = STATUS_SUCCESS;
    UNICODE_STRING s = {0};
    WCHAR *copy = NULL;

    pthread_mutex_lock(&m->lock);
    s.Length = s.MaximumLength = m->name_length;
    if (s.Length) {
        copy = malloc(s.Length);
        if (copy)
            memcpy(copy, m->name, s.Length);
    }
    pthread_mutex_unlock(&m->lock);
    ULONG need = (ULONG)sizeof(s) + s.Length;
    s.Buffer = (WCHAR *)((char *)guest + sizeof(s));
    if (s.Length && !copy)
        status = STATUS_NO_MEMORY;
    else if (returned && !guest_put(returned, need))
        status = STATUS_ACCESS_VIOLATION;
    else if (length < need)
        status = STATUS_BUFFER_TOO_SMALL;
    else if (!guest_write(guest, &s, sizeof(s)) || !guest_write(s.Buffer, copy, s.Length))
        status = STATUS_ACCESS_VIOLATION;
    free(copy);
    return status;
}

union answer {
    THREAD_BASIC_INFORMATION basic;
    KERNEL_USER_TIMES times;
    struct group_affinity group;
    struct processor_number processor;
    struct cycle_time cycles;
    ULONG number;
    UCHAR flag;
    uint64_t address;
    LARGE_INTEGER count;
};

static NTSTATUS query(struct nt_thread *t, ULONG class, union answer *a, size_t *size)
{
    struct nt_thread_more *m = t->more;
    bool ended = atomic_load(&m->life) == NT_LIFE_ENDED;

    switch (class) {
    case ThreadBasicInformation:
        a->basic = (THREAD_BASIC_INFORMATION){
            .ExitStatus = ended ? t->exit_status : STATUS_PENDING,
            .TebBaseAddress = t->teb,
            .ClientId = {(HANDLE)(uintptr_t)nt_process.id, (HANDLE)(uintptr_t)t->id},
            .AffinityMask = affinity_of(t),
            .Priority = priority_of(t),
            .BasePriority = m->priority,
        };
        *size = sizeof(a->basic);
        return STATUS_SUCCESS;
    case ThreadTimes:
        times_of(t, &a->times);
        *size = sizeof(a->times);
        return STATUS_SUCCESS;
    case ThreadQuerySetWin32StartAddress:
        a->address = m->win32_start ? m->win32_start : m->start;
        *size = sizeof(a->address);
        return STATUS_SUCCESS;
    case ThreadPerformanceCount:
        a->count.QuadPart = 0; /* NT has never counted it */
        *size = sizeof(a->count);
        return STATUS_SUCCESS;
    case ThreadAmILastThread:
        a->number = nt_thread_count() == 1;
        *size = sizeof(a->number);
        return STATUS_SUCCESS;
    case ThreadPriorityBoost:
        a->number = m->priority_boost_off;
        *size = sizeof(a->number);
        return STATUS_SUCCESS;
    case ThreadIsIoPending:
        a->number = 0; /* requests belong to files, not to threads */
        *size = sizeof(a->number);
        return STATUS_SUCCESS;
    case ThreadHideFromDebugger:
        a->flag = m->hidden;
        *size = sizeof(a->flag);
        return STATUS_SUCCESS;
    case ThreadBreakOnTermination:
        a->number = m->break_on_termination;
        *size = sizeof(a->number);
        return STATUS_SUCCESS;
    case ThreadIsTerminated:
        a->number = ended;
        *size = sizeof(a->number);
        return STATUS_SUCCESS;
    case ThreadIoPriority:
        a->number = m->io_priority;
        *size = sizeof(a->number);
        return STATUS_SUCCESS;
    case ThreadPagePriority:
        a->number = m->page_priority;
        *size = sizeof(a->number);
        return STATUS_SUCCESS;
    case ThreadActualBasePriority:
        a->number = (ULONG)priority_of(t);
        *size = sizeof(a->number);
        return STATUS_SUCCESS;
    case ThreadCycleTime: {
        KERNEL_USER_TIMES k;
        times_of(t, &k);
        /* In units of 100 ns of processor time: Linux counts no cycles per thread. */
        a->cycles.accumulated =
            (ULONGLONG)(k.KernelTime.QuadPart + k.UserTime.QuadPart);
        a->cycles.current = a->cycles.accumulated;
        *size = sizeof(a->cycles);
        return STATUS_SUCCESS;
    }
    case ThreadGroupInformation:
        a->group = (struct group_affinity){.mask = affinity_of(t)};
        *size = sizeof(a->group);
        return STATUS_SUCCESS;
    case ThreadIdealProcessorEx:
        a->processor = (struct processor_number){0, (UCHAR)m->ideal_processor, 0};
        *size = sizeof(a->processor);
        return STATUS_SUCCESS;
    case ThreadSuspendCount:
        pthread_mutex_lock(&m->lock);
        a->number = atomic_load(&m->suspended) - m->stops;
        pthread_mutex_unlock(&m->lock);
        *size = sizeof(a->number);
        return ended ? STATUS_THREAD_IS_TERMINATING : STATUS_SUCCESS;
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

/* Programs ask for some classes with a handle that has no more than the limited right. */
static ACCESS_MASK query_right(ULONG class)
{
    switch (class) {
    case ThreadBasicInformation:
    case ThreadTimes:
    case ThreadAmILastThread:
    case ThreadPriorityBoost:
    case ThreadIsTerminated:
    case ThreadCycleTime:
    case ThreadActualBasePriority:
    case ThreadGroupInformation:
    case ThreadIdealProcessorEx:
    case ThreadSuspendCount:
    case ThreadNameInformation:
        return THREAD_QUERY_LIMITED_INFORMATION;
    default:
        return THREAD_QUERY_INFORMATION;
    }
}

/* The full right implies the limited one. */
static NTSTATUS get_thread(HANDLE handle, ACCESS_MASK right, struct nt_thread **t)
{
    ACCESS_MASK granted;
    struct nt_object *o;
    NTSTATUS status = nt_handle_get(handle, &nt_thread_type, 0, &o, &granted);

    if (!NT_SUCCESS(status))
        return status;
    if (granted & THREAD_QUERY_INFORMATION)
        granted |= THREAD_QUERY_LIMITED_INFORMATION;
    if (granted & THREAD_SET_INFORMATION)
        granted |= THREAD_SET_LIMITED_INFORMATION;
    if (right & ~granted) {
        nt_object_release(o);
        return STATUS_ACCESS_DENIED;
    }
    *t = (struct nt_thread *)o;
    return STATUS_SUCCESS;
}

NTSTATUS NtQueryInformationThread(struct nt_thread *t, HANDLE ThreadHandle,
                                  ULONG ThreadInformationClass, void *ThreadInformation,
                                  ULONG ThreadInformationLength, ULONG *ReturnLength)
{
    struct nt_thread *target;
    union answer a;
    size_t size;

    (void)t;
    NTSTATUS status = get_thread(ThreadHandle, query_right(ThreadInformationClass), &target);
    if (!NT_SUCCESS(status))
        return status;
    memset(&a, 0, sizeof(a));
    if (target->process) {
        status = nt_other_thread_query(target, ThreadInformationClass, ThreadInformation,
                                       ThreadInformationLength, ReturnLength);
    } else if (ThreadInformationClass == ThreadNameInformation) {
        status = query_name(target, ThreadInformation, ThreadInformationLength, ReturnLength);
    } else if (ThreadInformationClass == ThreadTebInformation) {
        status = query_teb(target, ThreadInformation, ThreadInformationLength, ReturnLength);
    } else {
        status = query(target, ThreadInformationClass, &a, &size);
        if (NT_SUCCESS(status))
            status = ThreadInformationLength != size
                         ? STATUS_INFO_LENGTH_MISMATCH
                         : nt_info_return(&a, size, ThreadInformation, ThreadInformationLength,
                                          ReturnLength);
    }
    nt_object_release(&target->object);
    return status;
}

/* --- set ----------------------------------------------------------------------------------- */

static NTSTATUS set_name(struct nt_thread *t, const void *guest)
{
    struct nt_thread_more *m = t->more;
    UNICODE_STRING s;
    char host[64];
    WCHAR *copy;

    if (!guest_read(&s, guest, sizeof(s)))
        return STATUS_ACCESS_VIOLATION;
    copy = malloc(s.Length + 1u);
    if (!copy)
        return STATUS_NO_MEMORY;
    if (!guest_read(copy, s.Buffer, s.Length)) {
        free(copy);
        return STATUS_ACCESS_VIOLATION;
    }
    /* Linux shows 15 bytes of it. */
    size_t units = s.Length / 2, n;
    while ((n = host_from_utf16(host, sizeof(host), copy, units)) > 15)
        units--;
    host[n] = 0;
    pthread_mutex_lock(&m->lock);
    WCHAR *old = m->name;
    m->name = copy;
    m->name_length = s.Length;
    if (atomic_load(&m->life) == NT_LIFE_RUNNING && !m->is_first) {
        char path[64];
        snprintf(path, sizeof(path), "/proc/self/task/%d/comm", t->tid);
        FILE *f = fopen(path, "we");
        if (f) {
            fwrite(host, 1, n, f);
            fclose(f);
        }
    }
    pthread_mutex_unlock(&m->lock);
    free(old);
    return STATUS_SUCCESS;
}

/* One TLS index of all threads becomes zero, as TlsFree promises. */
static NTSTATUS zero_tls_cell(ULONG index)
{
    uint32_t after = 0;

    for (struct nt_thread *t; (t = nt_thread_next(after));) {
        after = t->id;
        TEB *teb = t->teb;
        PVOID *expansion = NULL;
        if (teb && index < 64)
            guest_put(&teb->TlsSlots[index], NULL);
        else if (teb && guest_get(&expansion, &teb->TlsExpansionSlots) && expansion)
            guest_put(&expansion[index - 64], NULL);
        nt_object_release(&t->object);
    }
    return STATUS_SUCCESS;
}

/* The value of a class that takes a ULONG. */
static NTSTATUS set_number(struct nt_thread *t, ULONG class, ULONG v)
{
    struct nt_thread_more *m = t->more;

    switch (class) {
    case ThreadPriority: /* absolute */
        if (v == 0 || v >= LOW_REALTIME)
            return v == 0 || v > 31 ? STATUS_INVALID_PARAMETER : STATUS_PRIVILEGE_NOT_HELD;
        set_priority(t, (int)v - BASE_PRIORITY);
        return STATUS_SUCCESS;
    case ThreadBasePriority: { /* relative: -2 to 2, and +-15 (saturated) */
        int p = (int)v;
        if (p == 16 || p == -16)
            p = p > 0 ? 15 : -15;
        if ((p < -2 || p > 2) && p != 15 && p != -15)
            return STATUS_INVALID_PARAMETER;
        set_priority(t, p);
        return STATUS_SUCCESS;
    }
    case ThreadZeroTlsCell:
        if (t != nt_self())
            return STATUS_INVALID_PARAMETER;
        return v < 64 + 1024 ? zero_tls_cell(v) : STATUS_INVALID_PARAMETER;
    case ThreadIdealProcessor: {
        if (v > 64)
            return STATUS_INVALID_PARAMETER;
        NTSTATUS was = (NTSTATUS)m->ideal_processor;
        if (v != 64) /* MAXIMUM_PROCESSORS only asks */
            m->ideal_processor = v;
        return was;
    }
    case ThreadPriorityBoost:
        m->priority_boost_off = v != 0;
        return STATUS_SUCCESS;
    case ThreadBreakOnTermination:
        return STATUS_PRIVILEGE_NOT_HELD;
    case ThreadIoPriority:
        if (v > 2)
            return v > 4 ? STATUS_INVALID_PARAMETER : STATUS_PRIVILEGE_NOT_HELD;
        m->io_priority = v;
        return STATUS_SUCCESS;
    case ThreadPagePriority:
        if (v > 7)
            return STATUS_INVALID_PARAMETER;
        m->page_priority = v;
        return STATUS_SUCCESS;
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

NTSTATUS NtSetInformationThread(struct nt_thread *t, HANDLE ThreadHandle,
                                ULONG ThreadInformationClass, const void *ThreadInformation,
                                ULONG ThreadInformationLength)
{
    struct nt_thread *target;
    bool limited = ThreadInformationClass == ThreadNameInformation ||
                   ThreadInformationClass == ThreadPowerThrottlingState;
    ACCESS_MASK right = limited                                              ? THREAD_SET_LIMITED_INFORMATION
                        : ThreadInformationClass == ThreadImpersonationToken ? THREAD_SET_THREAD_TOKEN
                                                                             : THREAD_SET_INFORMATION;
    ULONG want = sizeof(ULONG), number = 0;

    (void)t;
    switch (ThreadInformationClass) {
    case ThreadAffinityMask:
    case ThreadQuerySetWin32StartAddress:
    case ThreadImpersonationToken:
        want = sizeof(uint64_t);
        break;
    case ThreadGroupInformation:
        want = sizeof(struct group_affinity);
        break;
    case ThreadIdealProcessorEx:
        want = sizeof(struct processor_number);
        break;
    case ThreadNameInformation:
        want = sizeof(UNICODE_STRING);
        break;
    case ThreadHideFromDebugger:
        want = 0;
        break;
    case ThreadPowerThrottlingState:
        want = 3 * sizeof(ULONG);
        break;
    default:
        break;
    }
    if (ThreadInformationLength != want)
        return STATUS_INFO_LENGTH_MISMATCH;
    NTSTATUS status = get_thread(ThreadHandle, right, &target);
    if (!NT_SUCCESS(status))
        return status;
    if (target->process) {
        nt_object_release(&target->object);
        return STATUS_NOT_SUPPORTED;
    }
    struct nt_thread_more *m = target->more;
    switch (ThreadInformationClass) {
    case ThreadAffinityMask: {
        KAFFINITY mask;
        status = guest_read(&mask, ThreadInformation, sizeof(mask)) ? set_affinity(target, mask)
                                                                    : STATUS_ACCESS_VIOLATION;
        break;
    }
    case ThreadGroupInformation: {
        struct group_affinity g;
        if (!guest_read(&g, ThreadInformation, sizeof(g)))
            status = STATUS_ACCESS_VIOLATION;
        else
            status = g.group ? STATUS_INVALID_PARAMETER : set_affinity(target, g.mask);
        break;
    }
    case ThreadIdealProcessorEx: {
        struct processor_number p, was = {0, (UCHAR)m->ideal_processor, 0};
        if (!guest_read(&p, ThreadInformation, sizeof(p)))
            status = STATUS_ACCESS_VIOLATION;
        else if (p.group || p.number >= nt_processor_count())
            status = STATUS_INVALID_PARAMETER;
        else {
            m->ideal_processor = p.number;
            /* The old one comes back in the same place. */
            if (!guest_write((void *)ThreadInformation, &was, sizeof(was)))
                status = STATUS_ACCESS_VIOLATION;
        }
        break;
    }
    case ThreadQuerySetWin32StartAddress: {
        uint64_t start;
        if (!guest_read(&start, ThreadInformation, sizeof(start)))
            status = STATUS_ACCESS_VIOLATION;
        else
            m->win32_start = start;
        break;
    }
    case ThreadImpersonationToken: {
        uint64_t token;
        if (!guest_read(&token, ThreadInformation, sizeof(token)))
            status = STATUS_ACCESS_VIOLATION;
        else
            status = nt_token_impersonate(target, (HANDLE)(uintptr_t)token);
        break;
    }
    case ThreadNameInformation:
        status = set_name(target, ThreadInformation);
        break;
    case ThreadHideFromDebugger:
        m->hidden = true;
        break;
    case ThreadPowerThrottlingState: {
        ULONG v[3]; /* version, control, state: a hint, which changes nothing here */
        if (!guest_read(v, ThreadInformation, sizeof(v)))
            status = STATUS_ACCESS_VIOLATION;
        else if (v[0] != 1 || (v[1] & ~1u) || (v[2] & ~v[1]))
            status = STATUS_INVALID_PARAMETER;
        break;
    }
    default:
        status = guest_read(&number, ThreadInformation, sizeof(number))
                     ? set_number(target, ThreadInformationClass, number)
                     : STATUS_ACCESS_VIOLATION;
        break;
    }
    nt_object_release(&target->object);
    return status;
}

/* --- finding threads ----------------------------------------------------------------------- */

NTSTATUS NtOpenThread(struct nt_thread *t, HANDLE *ThreadHandle, ACCESS_MASK DesiredAccess,
                      const OBJECT_ATTRIBUTES *ObjectAttributes, const CLIENT_ID *ClientId)
{
    struct nt_oattr oa;
    CLIENT_ID id;

    (void)t;
    if (!ClientId)
        return STATUS_INVALID_PARAMETER_MIX;
    if (!guest_get(&id, ClientId))
        return STATUS_ACCESS_VIOLATION;
    NTSTATUS status = nt_oattr_get(ObjectAttributes, &oa);
    if (!NT_SUCCESS(status))
        return status;
    bool named = oa.name;
    nt_oattr_free(&oa);
    if (named)
        return STATUS_INVALID_PARAMETER_MIX;
    struct nt_thread *target = nt_thread_by_id((uintptr_t)id.UniqueThread);
    if (!target)
        target = nt_other_thread_by_id((uintptr_t)id.UniqueThread);
    if (!target)
        return STATUS_INVALID_CID;
    uint32_t process = target->process ? (uint32_t)nt_process_host_pid(target->process) * 4
                                       : nt_process.id;
    if (id.UniqueProcess && (uintptr_t)id.UniqueProcess != process) {
        nt_object_release(&target->object);
        return STATUS_INVALID_CID;
    }
    return nt_handle_return(&target->object, &nt_thread_type, DesiredAccess, oa.attributes,
                            ThreadHandle);
}

NTSTATUS NtGetNextThread(struct nt_thread *t, HANDLE ProcessHandle, HANDLE ThreadHandle,
                         ACCESS_MASK DesiredAccess, ULONG HandleAttributes, ULONG Flags,
                         HANDLE *NewThreadHandle)
{
    struct nt_object *o;
    uint32_t after = 0;

    (void)t;
    if (Flags)
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status =
        nt_handle_get(ProcessHandle, &nt_process_type, PROCESS_QUERY_INFORMATION, &o, NULL);
    if (!NT_SUCCESS(status))
        return status;
    bool own = o == nt_process_self();
    nt_object_release(o);
    if (!own)
        return STATUS_NOT_SUPPORTED;
    if (ThreadHandle) {
        status = nt_handle_get(ThreadHandle, &nt_thread_type, 0, &o, NULL);
        if (!NT_SUCCESS(status))
            return status;
        after = ((struct nt_thread *)o)->id;
        nt_object_release(o);
    }
    struct nt_thread *next = nt_thread_next(after);
    if (!next)
        return STATUS_NO_MORE_ENTRIES;
    return nt_handle_return(&next->object, &nt_thread_type, DesiredAccess, HandleAttributes,
                            NewThreadHandle);
}

/* --- processors ---------------------------------------------------------------------------- */

NTSTATUS NtGetCurrentProcessorNumber(struct nt_thread *t)
{
    (void)t;
    return (NTSTATUS)nt_current_processor();
}

NTSTATUS NtGetCurrentProcessorNumberEx(struct nt_thread *t, void *ProcessorNumber)
{
    struct processor_number p = {0, (UCHAR)(nt_current_processor() % 64), 0};

    (void)t;
    if (ProcessorNumber && !guest_write(ProcessorNumber, &p, sizeof(p)))
        return STATUS_ACCESS_VIOLATION;
    return p.number;
}

NTSTATUS NtFlushProcessWriteBuffers(struct nt_thread *t)
{
    static _Atomic int registered;

    (void)t;
    if (!atomic_load(&registered) &&
        syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0)
        atomic_store(&registered, 1);
    if (atomic_load(&registered) &&
        syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0)
        return STATUS_SUCCESS;
    /* The slow way, which every kernel with the call has. */
    return syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) == 0 ? STATUS_SUCCESS
                                                                     : STATUS_NOT_SUPPORTED;
}
