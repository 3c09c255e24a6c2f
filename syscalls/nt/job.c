/* Job objects. */
#define _GNU_SOURCE 1
#include "syscalls/nt/job.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscalls/nt/io.h"
#include "syscalls/nt/process_other.h"
#include "syscalls/nt/sync.h"
#include "nt_handlers.h"

#define JOB_MAGIC 0x6a6e7463u
#define JOB_PAGE 8192u
#define JOB_MEMBERS 1900u

/* Limit flags (winnt.h) */
#define LIMIT_ACTIVE_PROCESS 0x0008u
#define LIMIT_DIE_ON_UNHANDLED 0x0400u
#define LIMIT_BREAKAWAY_OK 0x0800u
#define LIMIT_SILENT_BREAKAWAY_OK 0x1000u
#define LIMIT_KILL_ON_CLOSE 0x2000u
#define LIMITS_KEPT                                                                                \
    (LIMIT_ACTIVE_PROCESS | LIMIT_DIE_ON_UNHANDLED | LIMIT_BREAKAWAY_OK |                          \
     LIMIT_SILENT_BREAKAWAY_OK | LIMIT_KILL_ON_CLOSE)

/* Information classes */
enum {
    JOB_BASIC_ACCOUNTING = 1,
    JOB_BASIC_LIMITS = 2,
    JOB_PROCESS_LIST = 3,
    JOB_UI_RESTRICTIONS = 4,
    JOB_END_OF_TIME = 6,
    JOB_PORT = 7,
    JOB_ACCOUNTING_AND_IO = 8,
    JOB_EXTENDED_LIMITS = 9,
};

/* What a completion port is told */
enum {
    MSG_ACTIVE_PROCESS_LIMIT = 3,
    MSG_ACTIVE_PROCESS_ZERO = 4,
    MSG_NEW_PROCESS = 6,
    MSG_EXIT_PROCESS = 7,
    MSG_ABNORMAL_EXIT = 8,
};

struct basic_limits {
    int64_t process_time, job_time;
    uint32_t flags;
    SIZE_T minimum_working_set, maximum_working_set;
    uint32_t active_processes;
    ULONG_PTR affinity;
    uint32_t priority, scheduling;
};
_Static_assert(sizeof(struct basic_limits) == 64, "JOBOBJECT_BASIC_LIMIT_INFORMATION");

struct extended_limits {
    struct basic_limits basic;
    uint64_t io[6];
    SIZE_T process_memory, job_memory, peak_process_memory, peak_job_memory;
};
_Static_assert(sizeof(struct extended_limits) == 144, "JOBOBJECT_EXTENDED_LIMIT_INFORMATION");

struct accounting {
    int64_t user, kernel, period_user, period_kernel; /* 100 ns */
    uint32_t page_faults, total, active, terminated;
    uint64_t io[6];
};

/* Shared by all who are in the job or have a handle. */
struct job_page {
    uint32_t magic;
    _Atomic uint32_t holders; /* processes with handles */
    uint64_t key;
    _Atomic uint32_t flags, active_limit, ui_restrictions;
    _Atomic uint32_t total, terminated;
    _Atomic int64_t user, kernel; /* of members that have ended */
    _Atomic uint32_t member[JOB_MEMBERS]; /* NT process ids; 0: free */
};
_Static_assert(sizeof(struct job_page) <= JOB_PAGE, "job page");

struct nt_job {
    struct nt_object object;
    struct nt_job *next;
    struct job_page *page;
    int fd;
    bool mine; /* this process is in it */
    bool holds; /* counted in page->holders */
    pthread_mutex_t lock; /* guards the port */
    struct nt_object *port;
    PVOID port_key;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards the list, `mine` and `holds` */
static struct nt_job *all;

static void terminate(struct nt_job *j, NTSTATUS status);

static void last_handle(struct nt_object *o)
{
    struct nt_job *j = (struct nt_job *)o;

    pthread_mutex_lock(&lock);
    bool held = j->holds;
    j->holds = false;
    pthread_mutex_unlock(&lock);
    if (held && atomic_fetch_sub(&j->page->holders, 1) == 1 &&
        (atomic_load(&j->page->flags) & LIMIT_KILL_ON_CLOSE))
        terminate(j, STATUS_SUCCESS);
}

static void destroy(struct nt_object *o)
{
    struct nt_job *j = (struct nt_job *)o;

    pthread_mutex_lock(&lock);
    struct nt_job **link = &all;
    while (*link && *link != j)
        link = &(*link)->next;
    if (*link)
        *link = j->next;
    pthread_mutex_unlock(&lock);
    if (j->port)
        nt_object_release(j->port);
    munmap(j->page, JOB_PAGE);
    close(j->fd);
    pthread_mutex_destroy(&j->lock);
    free(j);
}

static bool job_export(struct nt_object *o, struct nt_export *e)
{
    *e = (struct nt_export){.kind = NT_TRAVEL_JOB, .fd = ((struct nt_job *)o)->fd};
    return true;
}

const struct nt_object_type nt_job_type = {
    .name = "Job",
    .map = {0x00020004, 0x0002000b, 0x00120000, JOB_OBJECT_ALL_ACCESS},
    .destroy = destroy,
    .last_handle = last_handle,
    .export_to = job_export,
};

int nt_job_fd(const struct nt_object *job)
{
    return ((const struct nt_job *)job)->fd;
}

/* The object of a page, a new one or the one that is there; takes fd. */
static struct nt_job *job_of_fd(int fd)
{
    struct stat st;

    fcntl(fd, F_SETFD, FD_CLOEXEC);
    struct job_page *page = MAP_FAILED;
    if (fstat(fd, &st) == 0 && st.st_size >= (off_t)JOB_PAGE)
        page = mmap(NULL, JOB_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    struct nt_job *j = NULL;
    if (page != MAP_FAILED && page->magic == JOB_MAGIC)
        j = calloc(1, sizeof(*j));
    if (!j)
        goto fail;
    pthread_mutex_lock(&lock);
    for (struct nt_job *k = all; k; k = k->next)
        if (k->page->key == page->key) {
            nt_object_ref(&k->object);
            pthread_mutex_unlock(&lock);
            munmap(page, JOB_PAGE);
            close(fd);
            free(j);
            return k;
        }
    nt_object_init(&j->object, &nt_job_type);
    pthread_mutex_init(&j->lock, NULL);
    j->page = page;
    j->fd = fd;
    j->next = all;
    all = j;
    pthread_mutex_unlock(&lock);
    return j;
fail:
    if (page != MAP_FAILED)
        munmap(page, JOB_PAGE);
    close(fd);
    return NULL;
}

/* A handle to it is about to be made in this process. */
static void hold(struct nt_job *j)
{
    pthread_mutex_lock(&lock);
    if (!j->holds)
        atomic_fetch_add(&j->page->holders, 1);
    j->holds = true;
    pthread_mutex_unlock(&lock);
}

struct nt_object *nt_import_job(const struct nt_export *e)
{
    struct nt_job *j = job_of_fd(e->fd);

    if (j)
        hold(j);
    return j ? &j->object : NULL;
}

static void join(struct nt_job *j)
{
    pthread_mutex_lock(&lock);
    if (!j->mine)
        nt_object_ref(&j->object); /* for as long as the process lives */
    j->mine = true;
    pthread_mutex_unlock(&lock);
}

void nt_job_join(int fd)
{
    struct nt_job *j = job_of_fd(fd);

    if (!j)
        return;
    join(j);
    nt_object_release(&j->object);
}

/* ---- Members ---- */

static bool is_member(const struct nt_job *j, uint32_t id)
{
    for (unsigned i = 0; i < JOB_MEMBERS; i++)
        if (atomic_load(&j->page->member[i]) == id)
            return true;
    return false;
}

static uint32_t active(const struct nt_job *j)
{
    uint32_t n = 0;

    for (unsigned i = 0; i < JOB_MEMBERS; i++)
        n += atomic_load(&j->page->member[i]) != 0;
    return n;
}

/* Forgets members that were killed together with the one who would have noticed. */
static void prune(struct nt_job *j)
{
    for (unsigned i = 0; i < JOB_MEMBERS; i++) {
        uint32_t id = atomic_load(&j->page->member[i]);
        if (id && kill((pid_t)(id / 4), 0) != 0 && errno == ESRCH)
            atomic_compare_exchange_strong(&j->page->member[i], &id, 0);
    }
}

static void tell(struct nt_job *j, uint32_t message, uint32_t id)
{
    pthread_mutex_lock(&j->lock);
    struct nt_object *port = j->port ? nt_object_ref(j->port) : NULL;
    PVOID key = j->port_key;
    pthread_mutex_unlock(&j->lock);
    if (!port)
        return;
    /* The message takes the place of the byte count, the id that of the OVERLAPPED. */
    nt_io_port_post(port, key, (PVOID)(uintptr_t)id, STATUS_SUCCESS, message);
    nt_object_release(port);
}

static NTSTATUS room_for_one(struct nt_job *j)
{
    if (!(atomic_load(&j->page->flags) & LIMIT_ACTIVE_PROCESS))
        return STATUS_SUCCESS;
    prune(j);
    if (active(j) < atomic_load(&j->page->active_limit))
        return STATUS_SUCCESS;
    tell(j, MSG_ACTIVE_PROCESS_LIMIT, 0);
    return STATUS_QUOTA_EXCEEDED;
}

static NTSTATUS add_member(struct nt_job *j, uint32_t id)
{
    for (int round = 0; round < 2; round++) {
        for (unsigned i = 0; i < JOB_MEMBERS; i++) {
            uint32_t none = 0;
            if (atomic_compare_exchange_strong(&j->page->member[i], &none, id)) {
                atomic_fetch_add(&j->page->total, 1);
                tell(j, MSG_NEW_PROCESS, id);
                return STATUS_SUCCESS;
            }
        }
        prune(j);
    }
    return STATUS_QUOTA_EXCEEDED;
}

NTSTATUS nt_job_inherit(struct nt_object **jobs, unsigned *n, unsigned room, bool breakaway)
{
    NTSTATUS status = STATUS_SUCCESS;

    /* Somebody may have put this process into a job since it was started. */
    uint64_t where = nt_process_page ? atomic_load(&nt_process_page->job_at) : 0;
    if (where) {
        char path[64];
        snprintf(path, sizeof(path), "/proc/%u/fd/%u", (unsigned)(where >> 32), (unsigned)where);
        int fd = open(path, O_RDWR | O_CLOEXEC);
        if (fd >= 0)
            nt_job_join(fd);
    }
    pthread_mutex_lock(&lock);
    for (struct nt_job *j = all; j && NT_SUCCESS(status); j = j->next) {
        uint32_t flags = atomic_load(&j->page->flags);
        bool there = false;
        if (!j->mine || (flags & LIMIT_SILENT_BREAKAWAY_OK))
            continue;
        if (breakaway && (flags & LIMIT_BREAKAWAY_OK))
            continue;
        for (unsigned i = 0; i < *n; i++)
            there |= jobs[i] == &j->object;
        if (breakaway)
            status = STATUS_ACCESS_DENIED;
        else if (!there && *n < room)
            jobs[(*n)++] = nt_object_ref(&j->object);
        else if (!there)
            status = STATUS_QUOTA_EXCEEDED;
    }
    pthread_mutex_unlock(&lock);
    return status;
}

NTSTATUS nt_job_before_start(struct nt_object *const *jobs, unsigned n)
{
    NTSTATUS status = STATUS_SUCCESS;

    for (unsigned i = 0; i < n && NT_SUCCESS(status); i++)
        status = room_for_one((struct nt_job *)jobs[i]);
    return status;
}

NTSTATUS nt_job_started(struct nt_object *const *jobs, unsigned n, struct nt_other *p)
{
    NTSTATUS status = STATUS_SUCCESS;

    for (unsigned i = 0; i < n && NT_SUCCESS(status); i++) {
        struct nt_job *j = (struct nt_job *)jobs[i];
        status = add_member(j, (uint32_t)p->pid * 4);
        atomic_store(&p->page->job, j->page->key);
    }
    if (n && !nt_other_exited(p))
        nt_other_watch(p);
    return status;
}

void nt_job_process_ended(struct nt_other *p, NTSTATUS status)
{
    struct nt_job *found[16];
    uint32_t id = (uint32_t)p->pid * 4;
    unsigned n = 0;

    pthread_mutex_lock(&lock);
    for (struct nt_job *j = all; j && n < sizeof(found) / sizeof(found[0]); j = j->next) {
        for (unsigned i = 0; i < JOB_MEMBERS; i++) {
            uint32_t want = id;
            if (!atomic_compare_exchange_strong(&j->page->member[i], &want, 0))
                continue;
            atomic_fetch_add(&j->page->user, p->user_time);
            atomic_fetch_add(&j->page->kernel, p->kernel_time);
            uint32_t refs = __atomic_load_n(&j->object.refs, __ATOMIC_RELAXED);
            while (refs && !__atomic_compare_exchange_n(&j->object.refs, &refs, refs + 1, true,
                                                        __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
                ;
            if (refs)
                found[n++] = j;
            break;
        }
    }
    pthread_mutex_unlock(&lock);
    for (unsigned i = 0; i < n; i++) {
        /* An exception's number as exit code is no ordinary end. */
        tell(found[i], NT_ERROR(status) ? MSG_ABNORMAL_EXIT : MSG_EXIT_PROCESS, id);
        if (active(found[i]) == 0)
            tell(found[i], MSG_ACTIVE_PROCESS_ZERO, 0);
        nt_object_release(&found[i]->object);
    }
}

static void terminate(struct nt_job *j, NTSTATUS status)
{
    bool self = false;

    for (unsigned i = 0; i < JOB_MEMBERS; i++) {
        uint32_t id = atomic_load(&j->page->member[i]);
        struct nt_object *o;
        if (id == nt_process.id)
            self = true;
        /* Only a process that says itself that it is in a job: numbers are used again. */
        if (!id || id == nt_process.id || !NT_SUCCESS(nt_process_of_id(id, &o)))
            continue;
        struct nt_other *p = nt_other_of(o);
        if (p && atomic_load(&p->page->job) && NT_SUCCESS(nt_other_terminate(p, status)))
            atomic_fetch_add(&j->page->terminated, 1);
        nt_object_release(o);
    }
    if (self)
        nt_exit_process(status);
}

/* ---- Calls ---- */

NTSTATUS NtCreateJobObject(struct nt_thread *t, HANDLE *JobHandle, ACCESS_MASK DesiredAccess,
                           const OBJECT_ATTRIBUTES *ObjectAttributes)
{
    struct nt_oattr oa;
    uint64_t key;

    (void)t;
    NTSTATUS status = nt_oattr_get(ObjectAttributes, &oa);
    if (!NT_SUCCESS(status))
        return status;
    bool named = oa.name;
    nt_oattr_free(&oa);
    if (named)
        return STATUS_NOT_SUPPORTED;
    int fd = memfd_create("compatrun-job", MFD_CLOEXEC);
    if (fd < 0)
        return nt_status_of_errno(errno);
    struct job_page first = {.magic = JOB_MAGIC};
    if (getrandom(&key, sizeof(key), 0) != sizeof(key) || ftruncate(fd, JOB_PAGE) != 0) {
        close(fd);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    first.key = key | 1;
    ssize_t written = pwrite(fd, &first, offsetof(struct job_page, member), 0);
    struct nt_job *j = written > 0 ? job_of_fd(fd) : (close(fd), NULL);
    if (!j)
        return STATUS_INSUFFICIENT_RESOURCES;
    hold(j);
    return nt_handle_return(&j->object, &nt_job_type, DesiredAccess, oa.attributes, JobHandle);
}

NTSTATUS NtAssignProcessToJobObject(struct nt_thread *t, HANDLE JobHandle, HANDLE ProcessHandle)
{
    struct nt_object *job, *process;
    NTSTATUS status = nt_handle_get(JobHandle, &nt_job_type, JOB_OBJECT_ASSIGN_PROCESS, &job, NULL);

    (void)t;
    if (!NT_SUCCESS(status))
        return status;
    struct nt_job *j = (struct nt_job *)job;
    status = nt_handle_get(ProcessHandle, &nt_process_type, PROCESS_SET_QUOTA | PROCESS_TERMINATE,
                           &process, NULL);
    if (!NT_SUCCESS(status)) {
        nt_object_release(job);
        return status;
    }
    struct nt_other *p = nt_other_of(process);
    if (p && nt_other_exited(p))
        status = STATUS_PROCESS_IS_TERMINATING;
    else if (is_member(j, p ? (uint32_t)p->pid * 4 : nt_process.id))
        status = STATUS_ACCESS_DENIED;
    else
        status = room_for_one(j);
    if (NT_SUCCESS(status) && p) {
        /* Where it finds the job when it starts processes itself. */
        if (atomic_load(&p->page->job) == 0)
            atomic_store(&p->page->job_at, (uint64_t)getpid() << 32 | (uint32_t)j->fd);
        status = nt_job_started(&job, 1, p);
    } else if (NT_SUCCESS(status)) {
        status = add_member(j, nt_process.id);
        atomic_store(&nt_process_page->job, j->page->key);
        join(j);
    }
    nt_object_release(process);
    nt_object_release(job);
    return status;
}

NTSTATUS NtIsProcessInJob(struct nt_thread *t, HANDLE ProcessHandle, HANDLE JobHandle)
{
    struct nt_object *job = NULL, *process;
    NTSTATUS status = nt_handle_get(ProcessHandle, &nt_process_type,
                                    PROCESS_QUERY_LIMITED_INFORMATION, &process, NULL);

    (void)t;
    if (!NT_SUCCESS(status))
        return status;
    struct nt_other *p = nt_other_of(process);
    if (JobHandle) {
        status = nt_handle_get(JobHandle, &nt_job_type, JOB_OBJECT_QUERY, &job, NULL);
        if (NT_SUCCESS(status))
            status = is_member((struct nt_job *)job, p ? (uint32_t)p->pid * 4 : nt_process.id)
                         ? STATUS_PROCESS_IN_JOB
                         : STATUS_PROCESS_NOT_IN_JOB;
    } else {
        status = atomic_load(&(p ? p->page : nt_process_page)->job) ? STATUS_PROCESS_IN_JOB
                                                                    : STATUS_PROCESS_NOT_IN_JOB;
    }
    nt_object_release(process);
    if (job)
        nt_object_release(job);
    return status;
}

NTSTATUS NtTerminateJobObject(struct nt_thread *t, HANDLE JobHandle, NTSTATUS ExitStatus)
{
    struct nt_object *job;
    NTSTATUS status = nt_handle_get(JobHandle, &nt_job_type, JOB_OBJECT_TERMINATE, &job, NULL);

    (void)t;
    if (!NT_SUCCESS(status))
        return status;
    terminate((struct nt_job *)job, ExitStatus);
    nt_object_release(job);
    return STATUS_SUCCESS;
}

static void account(struct nt_job *j, struct accounting *a)
{
    *a = (struct accounting){.user = atomic_load(&j->page->user),
                             .kernel = atomic_load(&j->page->kernel),
                             .total = atomic_load(&j->page->total),
                             .terminated = atomic_load(&j->page->terminated)};
    prune(j);
    a->active = active(j);
    a->period_user = a->user;
    a->period_kernel = a->kernel;
}

/* JOBOBJECT_BASIC_PROCESS_ID_LIST: two counts, then the ids, as many as there is room for. */
static NTSTATUS query_list(struct nt_job *j, char *out, ULONG n, ULONG *returned)
{
    ULONG counts[2] = {0, 0}, room = n < 8 ? 0 : (ULONG)((n - 8) / sizeof(ULONG_PTR));

    if (n < 8 + sizeof(ULONG_PTR))
        return STATUS_INFO_LENGTH_MISMATCH;
    prune(j);
    for (unsigned i = 0; i < JOB_MEMBERS; i++) {
        ULONG_PTR id = atomic_load(&j->page->member[i]);
        if (!id)
            continue;
        if (counts[1] < room) {
            if (!guest_write(out + 8 + counts[1] * sizeof(id), &id, sizeof(id)))
                return STATUS_ACCESS_VIOLATION;
            counts[1]++;
        }
        counts[0]++;
    }
    if (!guest_write(out, counts, sizeof(counts)) ||
        (returned && !guest_put(returned, (ULONG)(8 + counts[1] * sizeof(ULONG_PTR)))))
        return STATUS_ACCESS_VIOLATION;
    return counts[1] < counts[0] ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

NTSTATUS NtQueryInformationJobObject(struct nt_thread *t, HANDLE JobHandle,
                                     ULONG JobObjectInformationClass, void *JobObjectInformation,
                                     ULONG JobObjectInformationLength, ULONG *ReturnLength)
{
    struct nt_object *job = NULL;
    struct extended_limits limits = {.basic = {.flags = 0}};
    struct accounting a;
    NTSTATUS status = STATUS_SUCCESS;
    const void *from = NULL;
    size_t size = 0;
    ULONG word;

    (void)t;
    if (JobHandle) {
        status = nt_handle_get(JobHandle, &nt_job_type, JOB_OBJECT_QUERY, &job, NULL);
    } else {
        /* Without a handle: the job of the caller. */
        pthread_mutex_lock(&lock);
        for (struct nt_job *j = all; j && !job; j = j->next)
            if (j->mine)
                job = nt_object_ref(&j->object);
        pthread_mutex_unlock(&lock);
        if (!job)
            status = STATUS_ACCESS_DENIED;
    }
    if (!NT_SUCCESS(status))
        return status;
    struct nt_job *j = (struct nt_job *)job;
    limits.basic.flags = atomic_load(&j->page->flags);
    limits.basic.active_processes = atomic_load(&j->page->active_limit);
    switch (JobObjectInformationClass) {
    case JOB_BASIC_ACCOUNTING:
    case JOB_ACCOUNTING_AND_IO:
        account(j, &a);
        from = &a;
        size = JobObjectInformationClass == JOB_BASIC_ACCOUNTING ? offsetof(struct accounting, io)
                                                                 : sizeof(a);
        break;
    case JOB_BASIC_LIMITS:
        from = &limits.basic;
        size = sizeof(limits.basic);
        break;
    case JOB_EXTENDED_LIMITS:
        from = &limits;
        size = sizeof(limits);
        break;
    case JOB_UI_RESTRICTIONS:
        word = atomic_load(&j->page->ui_restrictions);
        from = &word;
        size = sizeof(word);
        break;
    case JOB_PROCESS_LIST:
        status = query_list(j, JobObjectInformation, JobObjectInformationLength, ReturnLength);
        break;
    default:
        status = STATUS_INVALID_INFO_CLASS;
        break;
    }
    if (from) {
        if (JobObjectInformationLength != size)
            status = STATUS_INFO_LENGTH_MISMATCH;
        else
            status = nt_info_return(from, size, JobObjectInformation, JobObjectInformationLength,
                                    ReturnLength);
    }
    nt_object_release(job);
    return status;
}

static NTSTATUS set_limits(struct nt_job *j, const struct basic_limits *b, bool extended)
{
    if (b->flags & ~LIMITS_KEPT)
        return STATUS_NOT_SUPPORTED; /* memory, time, affinity: nothing here would hold them */
    if (!extended && (b->flags & ~LIMIT_ACTIVE_PROCESS))
        return STATUS_INVALID_PARAMETER;
    if ((b->flags & LIMIT_ACTIVE_PROCESS) && b->active_processes == 0)
        return STATUS_INVALID_PARAMETER;
    atomic_store(&j->page->active_limit, b->flags & LIMIT_ACTIVE_PROCESS ? b->active_processes : 0);
    atomic_store(&j->page->flags, b->flags);
    return STATUS_SUCCESS;
}

static NTSTATUS set_port(struct nt_job *j, const void *in)
{
    struct {
        PVOID key;
        HANDLE port;
    } v;
    struct nt_object *port = NULL;

    if (!guest_read(&v, in, sizeof(v)))
        return STATUS_ACCESS_VIOLATION;
    if (v.port) {
        NTSTATUS status = nt_io_port_get(v.port, &port);
        if (!NT_SUCCESS(status))
            return status;
    }
    pthread_mutex_lock(&j->lock);
    struct nt_object *before = j->port;
    bool refused = before && port;
    if (!refused) {
        j->port = port;
        j->port_key = v.key;
    }
    pthread_mutex_unlock(&j->lock);
    if (refused) {
        nt_object_release(port);
        return STATUS_INVALID_PARAMETER;
    }
    if (before)
        nt_object_release(before);
    /* Those who are in it already are reported as well. */
    for (unsigned i = 0; port && i < JOB_MEMBERS; i++) {
        uint32_t id = atomic_load(&j->page->member[i]);
        if (id)
            tell(j, MSG_NEW_PROCESS, id);
    }
    return STATUS_SUCCESS;
}

NTSTATUS NtSetInformationJobObject(struct nt_thread *t, HANDLE JobHandle,
                                   ULONG JobObjectInformationClass,
                                   const void *JobObjectInformation,
                                   ULONG JobObjectInformationLength)
{
    struct nt_object *job;
    struct extended_limits limits;
    ULONG n = JobObjectInformationLength;
    NTSTATUS status = nt_handle_get(JobHandle, &nt_job_type, JOB_OBJECT_SET_ATTRIBUTES, &job, NULL);

    (void)t;
    if (!NT_SUCCESS(status))
        return status;
    struct nt_job *j = (struct nt_job *)job;
    switch (JobObjectInformationClass) {
    case JOB_BASIC_LIMITS:
    case JOB_EXTENDED_LIMITS: {
        bool extended = JobObjectInformationClass == JOB_EXTENDED_LIMITS;
        status = n != (extended ? sizeof(limits) : sizeof(limits.basic))
                     ? STATUS_INFO_LENGTH_MISMATCH
                 : !guest_read(&limits, JobObjectInformation, n)
                     ? STATUS_ACCESS_VIOLATION
                     : set_limits(j, &limits.basic, extended);
        break;
    }
    case JOB_PORT:
        status = n != 16 ? STATUS_INFO_LENGTH_MISMATCH : set_port(j, JobObjectInformation);
        break;
    default:
        status = STATUS_INVALID_INFO_CLASS;
        break;
    }
    nt_object_release(job);
    return status;
}
