/* The host's side of NtCreateUserProcess: the message, the page, the new process. */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "syscalls/nt/drive.h"
#include "syscalls/nt/job.h"
#include "syscalls/nt/native.h"
#include "syscalls/nt/process_create.h"
#include "syscalls/nt/system.h"

#define PAGE 4096u

/* The descriptor of a standard handle that the child gets; -1: none. */
static int standard_fd(const struct creation *c, HANDLE h)
{
    for (size_t i = 0; i < c->handle_n; i++)
        if (c->handles[i].value == ((uintptr_t)h & ~(uintptr_t)3))
            return c->handles[i].what.fd;
    return -1;
}

/* ---- The message ---- */

static size_t aligned(size_t n)
{
    return (n + 7) & ~(size_t)7;
}

static NTSTATUS write_message(const struct creation *c, int fd)
{
    size_t size = aligned(sizeof(struct nt_child_message)), at;
    const RTL_USER_PROCESS_PARAMETERS *p = &c->parameters;

    for (int i = 0; i < NT_CHILD_TEXTS; i++)
        size += aligned(c->text[i].n);
    at = size;
    size += c->handle_n * sizeof(struct nt_child_handle);
    char *bytes = calloc(1, size);
    if (!bytes)
        return STATUS_NO_MEMORY;
    struct nt_child_message *m = (struct nt_child_message *)bytes;
    m->magic = NT_CHILD_MAGIC;
    m->size = (uint32_t)size;
    m->arena_fd = c->has_arena ? nt_arena_fd() : -1;
    m->arena_process = c->arena_process;
    m->handle_count = (uint32_t)c->handle_n;
    m->handle_offset = (uint32_t)at;
    if (c->handle_n)
        memcpy(bytes + at, c->handles, c->handle_n * sizeof(*c->handles));
    const char *drive = nt_system_drive_path();
    if (drive && strlen(drive) < sizeof(m->system_drive))
        strcpy(m->system_drive, drive);
    m->console = (uintptr_t)p->ConsoleHandle;
    m->console_flags = p->ConsoleFlags;
    m->process_group = p->ProcessGroupId;
    m->debug_flags = p->DebugFlags;
    m->input = (uintptr_t)p->StandardInput;
    m->output = (uintptr_t)p->StandardOutput;
    m->error = (uintptr_t)p->StandardError;
    for (unsigned i = 0; i < sizeof(m->job) / sizeof(m->job[0]); i++)
        m->job[i] = i < c->job_n ? nt_job_fd(c->jobs[i]) : -1;
    memcpy(m->window, &p->StartingX, sizeof(m->window));
    at = aligned(sizeof(*m));
    for (int i = 0; i < NT_CHILD_TEXTS; i++) {
        m->text[i] = (struct nt_child_text){(uint32_t)at, c->text[i].n};
        if (c->text[i].n)
            memcpy(bytes + at, c->text[i].bytes, c->text[i].n);
        at += aligned(c->text[i].n);
    }
    NTSTATUS status = STATUS_SUCCESS;
    for (size_t done = 0; done < size;) {
        ssize_t n = pwrite(fd, bytes + done, size - done, (off_t)(PAGE + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            status = STATUS_NO_MEMORY;
            break;
        }
        done += (size_t)n;
    }
    free(bytes);
    return status;
}

static struct nt_process_page *make_page(const struct creation *c, int fd, bool suspended)
{
    struct nt_process_page *page;

    if (fd >= 0 && ftruncate(fd, PAGE) != 0)
        return NULL;
    page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
                fd >= 0 ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS, fd, 0);
    if (page == MAP_FAILED)
        return NULL;
    page->magic = NT_PROCESS_MAGIC;
    page->parent_id = nt_process.id;
    page->suspended = suspended;
    /* The class is inherited when it is lower than normal. */
    uint32_t own = atomic_load(&nt_process_page->priority_class);
    page->priority_class = c->priority ? c->priority : own == 1 || own == 5 ? own : 2;
    page->error_mode = c->has_error_mode ? c->error_mode : 1;
    page->create_time = (uint64_t)nt_system_time();
    nt_affinity_inherit(page);
    memcpy(page->session, nt_process_page->session, NT_SESSION_MAX);
    page->image = c->info;
    page->name_length = c->text[NT_CHILD_IMAGE].n < sizeof(page->name) ? c->text[NT_CHILD_IMAGE].n
                                                                       : sizeof(page->name);
    memcpy(page->name, c->text[NT_CHILD_IMAGE].bytes, page->name_length);
    return page;
}

/* ---- Starting ---- */

static const char **guest_arguments(const struct creation *c, char child[32], char trace[40],
                                    int memfd)
{
    size_t n = 0, options = 0;

    while (nt_child_options && nt_child_options[options])
        options++;
    const char **argv = calloc(options + 6, sizeof(*argv));
    if (!argv)
        return NULL;
    argv[n++] = "compatrun";
    for (size_t i = 0; i < options; i++)
        argv[n++] = nt_child_options[i];
    if (nt_child_trace_fd >= 0) {
        snprintf(trace, 40, "--trace-file=&%d", nt_child_trace_fd);
        argv[n++] = trace;
    }
    snprintf(child, 32, "--child=%d", memfd);
    argv[n++] = child;
    argv[n++] = c->path;
    return argv;
}

static NTSTATUS spawn(struct creation *c, int memfd, int *pid)
{
    extern char **environ;
    static const int nice_of[] = {0, 19, 0, -10, -15, 10, -5};
    const HANDLE std[] = {c->parameters.StandardInput, c->parameters.StandardOutput,
                          c->parameters.StandardError};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    char child[32], trace[40], **env = NULL, **argv;
    sigset_t signals;
    int error;

    if (c->native) {
        argv = nt_native_arguments(c->text[NT_CHILD_LINE].bytes, c->text[NT_CHILD_LINE].n / 2,
                                   c->path);
        env = nt_native_environment(c->text[NT_CHILD_ENVIRONMENT].bytes,
                                    c->text[NT_CHILD_ENVIRONMENT].n / 2);
    } else {
        argv = (char **)guest_arguments(c, child, trace, memfd);
    }
    if (!argv || (c->native && !env)) {
        if (c->native)
            nt_native_free(argv);
        else
            free(argv);
        nt_native_free(env);
        return STATUS_NO_MEMORY;
    }
    error = posix_spawn_file_actions_init(&actions);
    for (int i = 0; !error && i < 3; i++) {
        /* A guest uses its handles, and whoever reads from a pipe learns when it closes one. What
         * is left is for compatrun's own words. */
        int fd = c->native || i == 2 ? standard_fd(c, std[i]) : -1;
        error = fd >= 0 ? posix_spawn_file_actions_adddup2(&actions, fd, i)
                        : posix_spawn_file_actions_addopen(&actions, i, "/dev/null", O_RDWR, 0);
    }
    /* On the same number: that takes close-on-exec away. */
    for (size_t i = 0; !error && !c->native && i < c->handle_n; i++)
        if (c->handles[i].what.fd >= 0)
            error = posix_spawn_file_actions_adddup2(&actions, c->handles[i].what.fd,
                                                     c->handles[i].what.fd);
    if (!error && !c->native)
        error = posix_spawn_file_actions_adddup2(&actions, memfd, memfd);
    for (unsigned i = 0; !error && !c->native && i < c->job_n; i++)
        error = posix_spawn_file_actions_adddup2(&actions, nt_job_fd(c->jobs[i]),
                                                 nt_job_fd(c->jobs[i]));
    if (!error && c->has_arena)
        error = posix_spawn_file_actions_adddup2(&actions, nt_arena_fd(), nt_arena_fd());
    if (!error && !c->native && nt_child_trace_fd >= 0)
        error = posix_spawn_file_actions_adddup2(&actions, nt_child_trace_fd, nt_child_trace_fd);
    if (!error && c->directory >= 0)
        error = posix_spawn_file_actions_addfchdir_np(&actions, c->directory);
    posix_spawnattr_init(&attr);
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attr, &signals);
    sigaddset(&signals, SIGPIPE);
    posix_spawnattr_setsigdefault(&attr, &signals);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (!error)
        error = posix_spawn(pid, c->native ? c->path : "/proc/self/exe", &actions, &attr, argv,
                            env ? env : environ);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    if (c->native)
        nt_native_free(argv);
    else
        free(argv);
    nt_native_free(env);
    if (error)
        return error == ENOEXEC ? STATUS_INVALID_IMAGE_NOT_MZ : nt_status_of_errno(error);
    if (c->priority && nice_of[c->priority])
        setpriority(PRIO_PROCESS, (id_t)*pid, nice_of[c->priority]); /* as far as one may */
    return STATUS_SUCCESS;
}

NTSTATUS nt_process_start(struct creation *c, bool suspended, struct nt_other **out)
{
    int memfd = -1, pid, pidfd;
    NTSTATUS status = STATUS_SUCCESS;

    signal(SIGCHLD, SIG_DFL); /* an inherited SIG_IGN would reap before we look */
    if (!c->native) {
        memfd = memfd_create(NT_PROCESS_MEMFD, MFD_CLOEXEC);
        if (memfd < 0)
            return nt_status_of_errno(errno);
    }
    struct nt_process_page *page = make_page(c, memfd, suspended);
    if (!page)
        status = STATUS_NO_MEMORY;
    else if (!c->native)
        status = write_message(c, memfd);
    if (NT_SUCCESS(status))
        status = nt_job_before_start(c->jobs, c->job_n);
    if (NT_SUCCESS(status))
        status = spawn(c, memfd, &pid);
    if (memfd >= 0)
        close(memfd);
    if (!NT_SUCCESS(status)) {
        if (page)
            munmap(page, PAGE);
        return status;
    }
    page->id = (uint32_t)pid * 4;
    pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    *out = pidfd >= 0 ? nt_other_child(pid, pidfd, page, c->native) : NULL;
    if (!*out) {
        kill(pid, SIGKILL);
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            ;
        if (pidfd >= 0)
            close(pidfd);
        munmap(page, PAGE);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    if (c->has_arena) {
        (*out)->arena_process = c->arena_process + 1;
        c->has_arena = false; /* the process object looks after it from here */
    }
    return STATUS_SUCCESS;
}
