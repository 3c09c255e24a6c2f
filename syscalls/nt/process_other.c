/* Other processes: finding, waiting, ending, asking. */
#define _GNU_SOURCE 1
#include "syscalls/nt/process_other.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "syscalls/nt/job.h"
#include "syscalls/nt/slot.h"
#include "syscalls/nt/system.h"
#include "syscalls/nt/thread.h"
#include "syscalls/nt/wait.h"
#include "nt_handlers.h"

#define PAGE 4096u

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards the list */
static struct nt_other *all;

struct nt_other *nt_other_of(struct nt_object *o)
{
    return o == nt_process_self() ? NULL : (struct nt_other *)o;
}

/* ---- Life ---- */

static struct nt_other *other_new(int pid, int pidfd, struct nt_process_page *page)
{
    struct nt_other *p = calloc(1, sizeof(*p));

    if (!p)
        return NULL;
    nt_object_init(&p->object, &nt_process_type);
    pthread_mutex_init(&p->lock, NULL);
    p->pid = pid;
    p->pidfd = pidfd;
    p->page = page;
    return p;
}

static void enlist(struct nt_other *p)
{
    pthread_mutex_lock(&lock);
    p->next = all;
    all = p;
    pthread_mutex_unlock(&lock);
}

struct nt_other *nt_other_child(int pid, int pidfd, struct nt_process_page *page, bool native)
{
    struct nt_other *p = other_new(pid, pidfd, page);

    if (!p)
        return NULL;
    p->child = true;
    p->native = native;
    nt_object_ref(&p->object); /* dropped when it has been reaped */
    enlist(p);
    return p;
}

void nt_process_destroy(struct nt_object *o)
{
    struct nt_other *p = nt_other_of(o);

    if (!p)
        return;
    pthread_mutex_lock(&lock);
    struct nt_other **link = &all;
    while (*link && *link != p)
        link = &(*link)->next;
    if (*link)
        *link = p->next;
    pthread_mutex_unlock(&lock);
    nt_async_end(&p->watch);
    if (p->slot)
        nt_slot_free(p->slot);
    if (p->pidfd >= 0)
        close(p->pidfd);
    if (p->page)
        munmap(p->page, PAGE);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

/* A reference, unless the last one has just gone. */
static bool revive(struct nt_object *o)
{
    uint32_t n = __atomic_load_n(&o->refs, __ATOMIC_RELAXED);

    while (n && !__atomic_compare_exchange_n(&o->refs, &n, n + 1, true, __ATOMIC_ACQ_REL,
                                             __ATOMIC_RELAXED))
        ;
    return n != 0;
}

static struct nt_other *find(int pid)
{
    pthread_mutex_lock(&lock);
    struct nt_other *p = all;
    while (p && (p->pid != pid || !revive(&p->object)))
        p = p->next;
    pthread_mutex_unlock(&lock);
    return p;
}

/* ---- The end ---- */

static int64_t of_timeval(struct timeval tv)
{
    return tv.tv_sec * 10000000ll + tv.tv_usec * 10;
}

/* A status that was written down by the process, or by who ended it, goes before what the host
 * knows: that has 8 bits. */
static NTSTATUS status_of(struct nt_other *p, const siginfo_t *si)
{
    if (atomic_load(&p->page->exit_state) == NT_EXIT_SET)
        return atomic_load(&p->page->exit_status);
    if (!si || si->si_code == CLD_EXITED)
        return si ? si->si_status : 1;
    return 128 + si->si_status;
}

bool nt_other_exited(struct nt_other *p)
{
    bool now = false, exited;

    pthread_mutex_lock(&p->lock);
    if (!p->exited && p->child) {
        siginfo_t si = {0};
        struct rusage ru;
        long r;
        do
            r = syscall(SYS_waitid, P_PIDFD, p->pidfd, &si, WEXITED | WNOHANG, &ru);
        while (r < 0 && errno == EINTR);
        if (r == 0 && si.si_pid) {
            p->exit_status = status_of(p, &si);
            p->kernel_time = of_timeval(ru.ru_stime);
            p->user_time = of_timeval(ru.ru_utime);
            now = true;
        } else if (r < 0 && errno == ECHILD) {
            p->exit_status = status_of(p, NULL); /* somebody else's SIGCHLD has taken it */
            now = true;
        }
    } else if (!p->exited) {
        struct pollfd pfd = {.fd = p->pidfd, .events = POLLIN};
        if (poll(&pfd, 1, 0) > 0) {
            p->exit_status = status_of(p, NULL);
            now = true;
        }
    }
    if (now) {
        p->exited = true;
        p->exit_time = nt_system_time();
        if (p->slot)
            nt_slot_event_set(p->slot);
        if (p->arena_process && !atomic_load(&p->page->joined))
            nt_arena_child_failed(p->arena_process - 1, p->exit_status);
    }
    exited = p->exited;
    pthread_mutex_unlock(&p->lock);
    if (now)
        nt_job_process_ended(p, p->exit_status);
    if (now && p->child)
        nt_object_release(&p->object);
    return exited;
}

static void on_exit_seen(struct nt_async *a, uint32_t events)
{
    struct nt_other *p = (struct nt_other *)((char *)a - offsetof(struct nt_other, watch));

    (void)events;
    nt_other_exited(p);
    nt_object_release(&p->object);
}

/* Lets the I/O thread see the end: for waits, and so that a child whose handles are closed does
 * not stay as a zombie. */
void nt_other_watch(struct nt_other *p)
{
    bool arm;

    pthread_mutex_lock(&p->lock);
    arm = !p->exited && !p->watching;
    p->watching |= arm;
    pthread_mutex_unlock(&p->lock);
    if (!arm)
        return;
    nt_async_begin(&p->watch, p->pidfd, on_exit_seen);
    nt_object_ref(&p->object);
    if (!nt_async_arm(&p->watch, EPOLLIN)) {
        pthread_mutex_lock(&p->lock);
        p->watching = false;
        pthread_mutex_unlock(&p->lock);
        nt_object_release(&p->object);
    }
}

struct nt_slot *nt_process_slot(struct nt_object *o)
{
    struct nt_other *p = nt_other_of(o);

    if (!p)
        return nt_arena_need() ? nt_arena_exit_slot() : NULL;
    pthread_mutex_lock(&p->lock);
    if (!p->slot)
        p->slot = nt_slot_event_new(true, p->exited);
    struct nt_slot *s = p->slot;
    pthread_mutex_unlock(&p->lock);
    if (s && !nt_other_exited(p))
        nt_other_watch(p);
    return s;
}

const struct nt_wait_ops nt_process_wait_ops = {nt_process_slot};

void nt_process_last_handle(struct nt_object *o)
{
    struct nt_other *p = nt_other_of(o);

    if (p && p->child && !nt_other_exited(p))
        nt_other_watch(p);
}

NTSTATUS nt_other_terminate(struct nt_other *p, NTSTATUS status)
{
    if (nt_other_exited(p))
        return STATUS_PROCESS_IS_TERMINATING;
    nt_process_page_exit(p->page, status);
    if (syscall(SYS_pidfd_send_signal, p->pidfd, SIGKILL, NULL, 0) != 0)
        return errno == ESRCH ? STATUS_SUCCESS : nt_status_of_errno(errno);
    return STATUS_SUCCESS;
}

/* ---- Finding ---- */

/* The page of a guest: one of its descriptors is a memfd of that name. */
static struct nt_process_page *page_of(int pid)
{
    struct nt_process_page *page = NULL;
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/fd", pid);
    DIR *d = opendir(path);
    if (!d)
        return NULL;
    for (struct dirent *e; !page && (e = readdir(d));) {
        static const char wanted[] = "/memfd:" NT_PROCESS_MEMFD " (deleted)";
        char link[sizeof(wanted) + 1];
        struct stat st;
        ssize_t n = readlinkat(dirfd(d), e->d_name, link, sizeof(link));
        if (n != sizeof(wanted) - 1 || memcmp(link, wanted, sizeof(wanted) - 1) != 0)
            continue;
        int fd = openat(dirfd(d), e->d_name, O_RDWR | O_CLOEXEC);
        if (fd < 0)
            continue;
        if (fstat(fd, &st) == 0 && st.st_size >= (off_t)PAGE) {
            void *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
            page = p == MAP_FAILED ? NULL : p;
            /* A parent has the pages of its children open for a moment. */
            if (page && (page->magic != NT_PROCESS_MAGIC || page->id != (uint32_t)pid * 4)) {
                munmap(page, PAGE);
                page = NULL;
            }
        }
        close(fd);
    }
    closedir(d);
    return page;
}

NTSTATUS nt_process_of_id(uint64_t id, struct nt_object **o)
{
    uint64_t wanted = id >> 2; /* as of handles, the two low bits do not count */

    if (wanted == 0 || wanted > INT_MAX / 4)
        return STATUS_INVALID_CID;
    int pid = (int)wanted;
    if (pid == getpid()) {
        *o = nt_object_ref(nt_process_self());
        return STATUS_SUCCESS;
    }
    struct nt_other *p = find(pid);
    if (p) {
        *o = &p->object;
        return STATUS_SUCCESS;
    }
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (pidfd < 0)
        return STATUS_INVALID_CID;
    struct nt_process_page *page = page_of(pid);
    struct pollfd alive = {.fd = pidfd, .events = POLLIN};
    /* Still alive after the look: so the page is that process's and not a successor's. */
    bool good = page && poll(&alive, 1, 0) == 0 &&
                memcmp(page->session, nt_process_page->session, NT_SESSION_MAX) == 0;
    p = good ? other_new(pid, pidfd, page) : NULL;
    if (!p) {
        if (page)
            munmap(page, PAGE);
        close(pidfd);
        return good ? STATUS_NO_MEMORY : STATUS_INVALID_CID;
    }
    enlist(p);
    *o = &p->object;
    return STATUS_SUCCESS;
}

bool nt_process_known(uint64_t id, struct nt_object **o)
{
    struct nt_other *p = id / 4 <= INT_MAX / 4 ? find((int)(id / 4)) : NULL;

    if (p)
        *o = &p->object;
    return p != NULL;
}

NTSTATUS NtOpenProcess(struct nt_thread *t, HANDLE *ProcessHandle, ACCESS_MASK DesiredAccess,
                       const OBJECT_ATTRIBUTES *ObjectAttributes, const CLIENT_ID *ClientId)
{
    OBJECT_ATTRIBUTES oa;
    CLIENT_ID id;
    struct nt_object *o;

    (void)t;
    if (!guest_get(&oa, ObjectAttributes) || (ClientId && !guest_get(&id, ClientId)))
        return STATUS_ACCESS_VIOLATION;
    if (oa.ObjectName)
        return ClientId ? STATUS_INVALID_PARAMETER_MIX : STATUS_OBJECT_NAME_NOT_FOUND;
    if (!ClientId)
        return STATUS_INVALID_PARAMETER_MIX;
    NTSTATUS status = nt_process_of_id((uintptr_t)id.UniqueProcess, &o);
    if (!NT_SUCCESS(status))
        return status;
    return nt_handle_return(o, &nt_process_type, DesiredAccess, oa.Attributes, ProcessHandle);
}

/* ---- Threads ---- */

struct nt_thread *nt_other_thread_new(struct nt_other *p, uint32_t thread_id)
{
    struct nt_thread *t = calloc(1, sizeof(*t));

    if (!t)
        return NULL;
    nt_object_init(&t->object, &nt_thread_type);
    t->process = nt_object_ref(&p->object);
    t->id = thread_id;
    t->exit_status = STATUS_PENDING;
    return t;
}

void nt_other_thread_free(struct nt_thread *t)
{
    nt_object_release(t->process);
    free(t);
}

struct nt_thread *nt_other_thread_by_id(uint64_t id)
{
    uint64_t process = id - nt_first_thread_id(0);
    struct nt_thread *t = NULL;
    struct nt_object *o;

    if (id < nt_first_thread_id(0) || process == nt_process.id ||
        !NT_SUCCESS(nt_process_of_id(process, &o)))
        return NULL;
    struct nt_other *p = nt_other_of(o);
    if (p && !nt_other_exited(p))
        t = nt_other_thread_new(p, (uint32_t)id);
    nt_object_release(o);
    return t;
}

ULONG nt_other_thread_resume(struct nt_thread *t)
{
    struct nt_process_page *page = nt_other_of(t->process)->page;
    uint32_t n = atomic_load(&page->suspended);

    while (n && !atomic_compare_exchange_weak(&page->suspended, &n, n - 1))
        ;
    if (n == 1)
        syscall(SYS_futex, &page->suspended, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
    return n;
}

NTSTATUS nt_other_thread_suspend(struct nt_thread *t, ULONG *previous)
{
    struct nt_process_page *page = nt_other_of(t->process)->page;
    uint32_t n = atomic_load(&page->suspended);

    while (n && !atomic_compare_exchange_weak(&page->suspended, &n, n + 1))
        ;
    *previous = n;
    return n ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED;
}

NTSTATUS nt_other_thread_terminate(struct nt_thread *t, NTSTATUS status)
{
    struct nt_other *p = nt_other_of(t->process);

    if (nt_other_exited(p))
        return STATUS_SUCCESS;
    /* Before it starts it is the only one, and the process ends with it. */
    return atomic_load(&p->page->suspended) ? nt_other_terminate(p, status) : STATUS_NOT_SUPPORTED;
}

NTSTATUS nt_other_stop(struct nt_other *p, bool stop)
{
    if (nt_other_exited(p))
        return STATUS_PROCESS_IS_TERMINATING;
    if (syscall(SYS_pidfd_send_signal, p->pidfd, stop ? SIGSTOP : SIGCONT, NULL, 0) != 0)
        return nt_status_of_errno(errno);
    return STATUS_SUCCESS;
}

/* ---- Questions ---- */

int nt_process_host_pid(const struct nt_object *o)
{
    return o == nt_process_self() ? getpid() : ((const struct nt_other *)o)->pid;
}

static NTSTATUS answer_string(const uint16_t *text, ULONG bytes, void *out, ULONG length,
                              ULONG *returned)
{
    UNICODE_STRING us = {(USHORT)bytes, (USHORT)(bytes + 2), (WCHAR *)((char *)out + sizeof(us))};
    ULONG need = (ULONG)sizeof(us) + bytes + 2;
    uint16_t zero = 0;

    if (returned && !guest_put(returned, need))
        return STATUS_ACCESS_VIOLATION;
    if (length < need)
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!guest_write(out, &us, sizeof(us)) || !guest_write(us.Buffer, text, bytes) ||
        !guest_write((char *)us.Buffer + bytes, &zero, 2))
        return STATUS_ACCESS_VIOLATION;
    return STATUS_SUCCESS;
}

NTSTATUS nt_other_thread_query(struct nt_thread *t, ULONG class, void *out, ULONG n,
                               ULONG *returned)
{
    struct nt_other *p = nt_other_of(t->process);

    switch (class) {
    case ThreadBasicInformation: {
        THREAD_BASIC_INFORMATION i = {
            .ExitStatus = nt_other_exited(p) ? p->exit_status : STATUS_PENDING,
            .ClientId = {(HANDLE)((uintptr_t)p->pid * 4), (HANDLE)(uintptr_t)t->id},
            .AffinityMask = nt_affinity_process(p->page),
            .Priority = 8,
        };
        return nt_process_answer(&i, sizeof(i), out, n, returned);
    }
    case ThreadIsTerminated: {
        ULONG ended = nt_other_exited(p);
        return nt_process_answer(&ended, sizeof(ended), out, n, returned);
    }
    case ThreadSuspendCount: {
        ULONG count = atomic_load(&p->page->suspended);
        return nt_process_answer(&count, sizeof(count), out, n, returned);
    }
    default:
        return STATUS_NOT_SUPPORTED;
    }
}

/* The text of a file in /proc/PID, terminated. */
static bool proc_text(int pid, const char *name, char *text, size_t size)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, text, size - 1);
    close(fd);
    text[n > 0 ? n : 0] = 0;
    return n > 0;
}

static NTSTATUS query_times(struct nt_other *p, void *out, ULONG n, ULONG *returned)
{
    KERNEL_USER_TIMES i = {0};
    char text[1024], *s;
    unsigned long long user, kernel;

    i.CreateTime.QuadPart = (int64_t)p->page->create_time;
    if (nt_other_exited(p)) {
        i.ExitTime.QuadPart = p->exit_time;
        i.KernelTime.QuadPart = p->kernel_time;
        i.UserTime.QuadPart = p->user_time;
    } else if (proc_text(p->pid, "stat", text, sizeof(text)) && (s = strrchr(text, ')')) &&
               sscanf(s + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &user,
                      &kernel) == 2) {
        uint64_t tick = 10000000u / (uint64_t)sysconf(_SC_CLK_TCK);
        i.KernelTime.QuadPart = (int64_t)(kernel * tick);
        i.UserTime.QuadPart = (int64_t)(user * tick);
    }
    return nt_process_answer(&i, sizeof(i), out, n, returned);
}

static uint64_t kib(const char *text, const char *key)
{
    const char *p = strstr(text, key);

    return p ? strtoull(p + strlen(key), NULL, 10) * 1024 : 0;
}

static NTSTATUS query_memory(struct nt_other *p, void *out, ULONG n, ULONG *returned)
{
    SIZE_T i[12] = {0}; /* VM_COUNTERS_EX; the third member is a ULONG with padding */
    char text[4096];

    if (nt_other_exited(p) || !proc_text(p->pid, "status", text, sizeof(text)))
        text[0] = 0;
    i[0] = kib(text, "VmPeak:");
    i[1] = kib(text, "VmSize:");
    i[3] = kib(text, "VmHWM:");
    i[4] = kib(text, "VmRSS:");
    i[9] = i[10] = i[11] = kib(text, "RssAnon:") + kib(text, "VmSwap:");
    return nt_process_answer(i, n == sizeof(i) ? sizeof(i) : sizeof(i) - sizeof(SIZE_T), out, n, returned);
}

static NTSTATUS query_io(struct nt_other *p, void *out, ULONG n, ULONG *returned)
{
    static const char *const keys[] = {"syscr: ", "syscw: ", NULL, "rchar: ", "wchar: ", NULL};
    ULONGLONG i[6] = {0};
    char text[512];

    if (!nt_other_exited(p) && proc_text(p->pid, "io", text, sizeof(text)))
        for (int k = 0; k < 6; k++) {
            const char *at = keys[k] ? strstr(text, keys[k]) : NULL;
            i[k] = at ? strtoull(at + strlen(keys[k]), NULL, 10) : 0;
        }
    return nt_process_answer(i, sizeof(i), out, n, returned);
}

static ULONG_PTR parent_of(struct nt_other *p)
{
    char text[1024], *s;
    int parent;

    if (p->page->parent_id || !proc_text(p->pid, "stat", text, sizeof(text)) ||
        !(s = strrchr(text, ')')) || sscanf(s + 1, " %*c %d", &parent) != 1)
        return p->page->parent_id;
    return (ULONG_PTR)parent * 4;
}

/* Through the other's memory: the parameters belong to the program, which may have changed them. */
static bool read_other(struct nt_other *p, uint64_t at, void *to, size_t n)
{
    struct iovec here = {to, n}, there = {(void *)(uintptr_t)at, n};

    return process_vm_readv(p->pid, &here, 1, &there, 1, 0) == (ssize_t)n;
}

static NTSTATUS query_command_line(struct nt_other *p, void *out, ULONG n, ULONG *returned)
{
    uint64_t peb = atomic_load(&p->page->peb), parameters;
    UNICODE_STRING us;
    NTSTATUS status = STATUS_PARTIAL_COPY;

    if (p->native || !peb)
        return STATUS_NOT_SUPPORTED;
    if (!read_other(p, peb + offsetof(PEB, ProcessParameters), &parameters, 8) ||
        !read_other(p, parameters + offsetof(RTL_USER_PROCESS_PARAMETERS, CommandLine), &us,
                    sizeof(us)))
        return status;
    uint16_t *text = malloc(us.Length + 2u);
    if (!text)
        return STATUS_NO_MEMORY;
    if (read_other(p, (uintptr_t)us.Buffer, text, us.Length))
        status = answer_string(text, us.Length, out, n, returned);
    free(text);
    return status;
}

NTSTATUS nt_process_query_other(struct nt_object *o, ULONG class, void *out, ULONG n,
                                ULONG *returned)
{
    struct nt_other *p = nt_other_of(o);
    struct nt_process_page *page = p->page;
    ULONG_PTR pointer = 0;
    ULONG word;

    switch (class) {
    case ProcessBasicInformation: {
        PROCESS_BASIC_INFORMATION i = {
            .ExitStatus = nt_other_exited(p) ? p->exit_status : STATUS_PENDING,
            .PebBaseAddress = (PEB *)(uintptr_t)atomic_load(&page->peb),
            .AffinityMask = nt_affinity_process(p->page),
            .BasePriority = 8,
            .UniqueProcessId = (ULONG_PTR)p->pid * 4,
            .InheritedFromUniqueProcessId = parent_of(p),
        };
        return nt_process_answer(&i, sizeof(i), out, n, returned);
    }
    case ProcessTimes:
        return query_times(p, out, n, returned);
    case ProcessVmCounters:
        return query_memory(p, out, n, returned);
    case ProcessIoCounters:
        return query_io(p, out, n, returned);
    case ProcessDebugPort:
    case ProcessWow64Information:
    case ProcessConsoleHostProcess:
        return nt_process_answer(&pointer, sizeof(pointer), out, n, returned);
    case ProcessDefaultHardErrorMode:
        word = atomic_load(&page->error_mode);
        return nt_process_answer(&word, sizeof(word), out, n, returned);
    case ProcessPriorityClass: {
        UCHAR i[2] = {FALSE, (UCHAR)atomic_load(&page->priority_class)};
        return nt_process_answer(i, sizeof(i), out, n, returned);
    }
    case ProcessHandleCount: {
        ULONG count = nt_other_exited(p) ? 0 : atomic_load(&page->handle_count);
        ULONG i[2] = {count, count};
        return nt_process_answer(i, n == sizeof(i) ? sizeof(i) : sizeof(i[0]), out, n, returned);
    }
    case ProcessAffinityMask:
        pointer = nt_affinity_process(p->page);
        return nt_process_answer(&pointer, sizeof(pointer), out, n, returned);
    case ProcessSessionInformation:
    case ProcessDebugFlags:
        word = 1;
        return nt_process_answer(&word, sizeof(word), out, n, returned);
    case ProcessPriorityBoost:
    case ProcessBreakOnTermination:
    case ProcessSubsystemInformation:
        word = 0;
        return nt_process_answer(&word, sizeof(word), out, n, returned);
    case ProcessImageFileName:
    case ProcessImageFileNameWin32: {
        uint16_t name[4 + sizeof(page->name) / 2] = {'\\', '?', '?', '\\'};
        uint32_t bytes = page->name_length < sizeof(page->name) ? page->name_length & ~1u
                                                                 : sizeof(page->name);
        memcpy(name + 4, page->name, bytes);
        if (class == ProcessImageFileNameWin32)
            return answer_string(name + 4, bytes, out, n, returned);
        return answer_string(name, bytes + 8, out, n, returned);
    }
    case ProcessImageInformation:
        if (p->native)
            return STATUS_NOT_SUPPORTED;
        return nt_process_answer(&page->image, sizeof(page->image), out, n, returned);
    case ProcessCommandLineInformation:
        return query_command_line(p, out, n, returned);
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

NTSTATUS nt_process_set_other(struct nt_object *o, ULONG class, const void *in, ULONG n)
{
    static const int nice_of[] = {0, 19, 0, -10, -15, 10, -5};
    struct nt_other *p = nt_other_of(o);
    UCHAR i[2];

    if (nt_other_exited(p))
        return STATUS_PROCESS_IS_TERMINATING;
    switch (class) {
    case ProcessPriorityClass:
        if (n != sizeof(i))
            return STATUS_INFO_LENGTH_MISMATCH;
        if (!guest_read(i, in, n))
            return STATUS_ACCESS_VIOLATION;
        if (i[1] == 0 || i[1] > 6)
            return STATUS_INVALID_PARAMETER;
        atomic_store(&p->page->priority_class, i[1]);
        if (setpriority(PRIO_PROCESS, (id_t)p->pid, nice_of[i[1]]) != 0 && errno != EACCES &&
            errno != EPERM && errno != ESRCH)
            return nt_status_of_errno(errno);
        return STATUS_SUCCESS;
    case ProcessAffinityMask: {
        KAFFINITY mask;
        if (n != sizeof(mask))
            return STATUS_INFO_LENGTH_MISMATCH;
        if (!guest_read(&mask, in, n))
            return STATUS_ACCESS_VIOLATION;
        return nt_affinity_bind_process(p->pid, p->page, mask);
    }
    default:
        return STATUS_NOT_SUPPORTED;
    }
}
