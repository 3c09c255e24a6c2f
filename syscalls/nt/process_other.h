/*
 * Objects for processes other than this one: children, foreign or native, and other guests of the
 * session.
 */
#ifndef SYSCALLS_NT_PROCESS_OTHER_H
#define SYSCALLS_NT_PROCESS_OTHER_H

#include <pthread.h>

#include "syscalls/nt/async.h"
#include "syscalls/nt/child.h"
#include "syscalls/nt/process.h"

struct nt_slot;

struct nt_other {
    struct nt_object object; /* type nt_process_type */
    struct nt_other *next;   /* all of them, under process_other.c's lock */
    int pid, pidfd;
    bool child, native;
    struct nt_process_page *page; /* a native program's is private to us */
    pthread_mutex_t lock;         /* guards what follows */
    bool exited;
    NTSTATUS exit_status;
    int64_t exit_time, kernel_time, user_time; /* 100 ns; times of children only */
    uint32_t arena_process; /* number in the session arena + 1, until it is known to have joined */
    struct nt_async watch;
    bool watching;
    struct nt_slot *slot; /* what waits wait for; made by the first */
};

/* NULL: o is this process's object. */
struct nt_other *nt_other_of(struct nt_object *o);

/* A child that has just been started; owns pidfd and page. It has one reference for the caller;
 * another one lives as long as the child does. NULL without memory (and the child goes on). */
struct nt_other *nt_other_child(int pid, int pidfd, struct nt_process_page *page, bool native);

/* Looks whether it has ended, and reaps it. */
bool nt_other_exited(struct nt_other *p);

NTSTATUS nt_other_terminate(struct nt_other *p, NTSTATUS status);

/* Has the I/O thread look for its end. */
void nt_other_watch(struct nt_other *p);

/* What waits on a process wait for; NULL without memory. */
struct nt_slot *nt_process_slot(struct nt_object *o);

/* The first thread's id follows from the process's. */
static inline uint32_t nt_first_thread_id(uint32_t process_id)
{
    return 0x02000000u + process_id;
}

/* The object of a process id, with a reference. STATUS_INVALID_CID. */
NTSTATUS nt_process_of_id(uint64_t id, struct nt_object **o);

/* Only one that there is an object for already. */
bool nt_process_known(uint64_t id, struct nt_object **o);

/* The first thread of another process, as a thread object (nt_thread.process is set). */
struct nt_thread *nt_other_thread_new(struct nt_other *p, uint32_t thread_id);
void nt_other_thread_free(struct nt_thread *t);
/* The same by its id; NULL: no such thread, or no memory. */
struct nt_thread *nt_other_thread_by_id(uint64_t id);
/* NtResumeThread and NtSuspendThread on it, for as long as it has not started: later there is
 * nothing to resume, and STATUS_NOT_SUPPORTED for suspending and ending. The count before. */
ULONG nt_other_thread_resume(struct nt_thread *t);
NTSTATUS nt_other_thread_suspend(struct nt_thread *t, ULONG *previous);
NTSTATUS nt_other_thread_terminate(struct nt_thread *t, NTSTATUS status);
NTSTATUS nt_other_thread_query(struct nt_thread *t, ULONG class, void *out, ULONG n,
                               ULONG *returned);

/* NtSuspendProcess and NtResumeProcess. */
NTSTATUS nt_other_stop(struct nt_other *p, bool stop);

#endif
