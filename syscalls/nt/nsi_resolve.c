/*
 * \Device\Nsi: names of the network. The runner has no dynamic linker, so it cannot load what the
 * host's /etc/nsswitch.conf names; a small program beside it can (syscalls/resolver/). One process
 * answers one question and ends. A request that is cancelled kills it, and it ends by itself when
 * this process goes away.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config.h"
#include "syscalls/nt/async.h"
#include "syscalls/nt/nsi.h"

#define HELPER "compatrun-resolver"
#define MAX_QUESTIONS 256 /* processes at a time */

struct question {
    struct question *next;
    struct nt_io io;
    struct nt_file *file; /* a reference */
    void *out;
    uint32_t out_n;
    pid_t pid;
    int fd;
    struct nt_async async;
    bool taken; /* somebody completes it */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct question *questions; /* under the lock */
static unsigned question_count;    /* under the lock */

/* Beside the executable in a build tree, in the library folder relative to it, or as configured. */
static bool helper_path(char *path, size_t size)
{
    static const char *const beside[] = {"/" HELPER, "/../libexec/" PACKAGE "/" HELPER,
                                         "/../../libexec/" PACKAGE "/" HELPER};
    char exe[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
    char *slash = NULL;

    if (n > 0) {
        exe[n] = 0;
        slash = strrchr(exe, '/');
    }
    if (slash)
        *slash = 0;
    for (size_t i = 0; slash && i < sizeof(beside) / sizeof(beside[0]); i++)
        if ((size_t)snprintf(path, size, "%s%s", exe, beside[i]) < size && access(path, X_OK) == 0)
            return true;
    return (size_t)snprintf(path, size, "%s/" HELPER, PKGLIBEXECDIR) < size &&
           access(path, X_OK) == 0;
}

static NTSTATUS start(struct question *q, const NSI_QUESTION *what)
{
    extern char **environ;
    char path[PATH_MAX], *argv[] = {(char *)HELPER, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t signals;
    int pair[2];

    if (!helper_path(path, sizeof(path))) {
        nt_warn("%s is not installed: names cannot be resolved", HELPER);
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return nt_status_of_errno(errno);
    signal(SIGCHLD, SIG_DFL); /* an inherited SIG_IGN would reap before we look */
    int error = posix_spawn_file_actions_init(&actions);
    if (!error)
        error = posix_spawn_file_actions_adddup2(&actions, pair[1], 0);
    if (!error)
        error = posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_RDWR, 0);
    posix_spawnattr_init(&attr);
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attr, &signals);
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attr, &signals);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (!error)
        error = posix_spawn(&q->pid, path, &actions, &attr, argv, environ);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    close(pair[1]);
    if (error) {
        close(pair[0]);
        return nt_status_of_errno(error);
    }
    q->fd = pair[0];
    /* If it has ended already, the answer's end of file will tell. */
    send(q->fd, what, offsetof(NSI_QUESTION, Name) + what->NameLength, MSG_NOSIGNAL);
    return STATUS_SUCCESS;
}

static void stop(struct question *q)
{
    kill(q->pid, SIGKILL);
    while (waitpid(q->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    close(q->fd);
}

static NTSTATUS answer(struct question *q, ULONG_PTR *information)
{
    NTSTATUS status = STATUS_SUCCESS;
    char *bytes = malloc(NSI_ANSWER_MAX);
    ssize_t n;

    if (!bytes)
        return STATUS_INSUFFICIENT_RESOURCES;
    do
        n = recv(q->fd, bytes, NSI_ANSWER_MAX, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n < (ssize_t)sizeof(NSI_ANSWER))
        status = STATUS_UNSUCCESSFUL; /* it has died */
    else if ((size_t)n > q->out_n)
        status = STATUS_BUFFER_TOO_SMALL;
    else if (!guest_write(q->out, bytes, (size_t)n))
        status = STATUS_ACCESS_VIOLATION;
    else
        *information = (ULONG_PTR)n;
    free(bytes);
    return status;
}

/* Under the lock. False: somebody else completes it. */
static bool take(struct question *q)
{
    struct question **link = &questions;

    if (q->taken)
        return false;
    q->taken = true;
    while (*link != q)
        link = &(*link)->next;
    *link = q->next;
    question_count--;
    return true;
}

static void complete(struct question *q, NTSTATUS status)
{
    struct nt_file *f = q->file;
    struct nt_thread *t = q->io.thread;
    ULONG_PTR information = 0;

    nt_async_end(&q->async);
    if (NT_SUCCESS(status))
        status = answer(q, &information);
    stop(q);
    nt_io_complete_pending(f, &q->io, status, information);
    free(q);
    nt_object_release(&t->object);
    nt_file_release(f);
}

static void ready(struct nt_async *a, uint32_t events)
{
    struct question *q = (struct question *)(void *)((char *)a - offsetof(struct question, async));

    (void)events;
    pthread_mutex_lock(&lock);
    bool mine = take(q);
    pthread_mutex_unlock(&lock);
    if (mine)
        complete(q, STATUS_SUCCESS);
}

NTSTATUS nsi_resolve_cancel(struct nt_file *f, const IO_STATUS_BLOCK *iosb)
{
    struct question *mine = NULL;

    pthread_mutex_lock(&lock);
    for (struct question *q = questions, *next; q; q = next) {
        next = q->next;
        if (q->file == f && (!iosb || q->io.iosb == iosb) && take(q)) {
            q->next = mine;
            mine = q;
        }
    }
    pthread_mutex_unlock(&lock);
    if (!mine)
        return STATUS_NOT_FOUND;
    while (mine) {
        struct question *q = mine;
        mine = q->next;
        complete(q, STATUS_CANCELLED);
    }
    return STATUS_SUCCESS;
}

NTSTATUS nsi_resolve(struct nt_file *f, struct nt_io *io, const void *in, uint32_t in_n, void *out,
                     uint32_t out_n, ULONG_PTR *information)
{
    const uint32_t head_n = offsetof(NSI_QUESTION, Name);
    NSI_QUESTION what;

    (void)information;
    if (in_n < head_n || out_n < sizeof(NSI_ANSWER))
        return STATUS_INVALID_PARAMETER;
    if (!guest_read(&what, in, in_n < sizeof(what) ? in_n : sizeof(what)))
        return STATUS_ACCESS_VIOLATION;
    if (what.NameLength > NSI_NAME_MAX || what.NameLength > in_n - head_n)
        return STATUS_INVALID_PARAMETER;
    if (f->options & NT_FILE_SYNC)
        return STATUS_INVALID_PARAMETER;
    struct question *q = calloc(1, sizeof(*q));
    if (!q)
        return STATUS_INSUFFICIENT_RESOURCES;
    q->io = *io;
    q->file = f;
    q->out = out;
    q->out_n = out_n;
    pthread_mutex_lock(&lock);
    bool room = question_count < MAX_QUESTIONS;
    question_count += room;
    pthread_mutex_unlock(&lock);
    NTSTATUS status = room ? start(q, &what) : STATUS_INSUFFICIENT_RESOURCES;
    if (!NT_SUCCESS(status)) {
        pthread_mutex_lock(&lock);
        question_count -= room;
        pthread_mutex_unlock(&lock);
        free(q);
        return status;
    }
    nt_object_ref(&f->object);
    nt_object_ref(&io->thread->object);
    nt_async_begin(&q->async, q->fd, ready);
    pthread_mutex_lock(&lock);
    q->next = questions;
    questions = q;
    bool armed = nt_async_arm(&q->async, EPOLLIN);
    bool mine = !armed && take(q);
    pthread_mutex_unlock(&lock);
    if (mine)
        complete(q, STATUS_INSUFFICIENT_RESOURCES);
    return STATUS_PENDING;
}
