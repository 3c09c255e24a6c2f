/*
 * I/O requests: what NtReadFile and its like were given, and how they end.
 */
#ifndef SYSCALLS_NT_IO_H
#define SYSCALLS_NT_IO_H

#include <stdbool.h>

#include "syscalls/nt/nt.h"

struct nt_file;

/* One request. Lives on the stack of a call that ends at once; a device that answers
 * STATUS_PENDING has copied it, and holds references on the file and the thread until it calls
 * nt_io_complete. */
struct nt_io {
    struct nt_thread *thread;
    const struct nt_file *file; /* not a reference: the call holds one */
    struct nt_object *event;    /* one reference; NULL */
    PVOID apc_routine, apc_context;
    IO_STATUS_BLOCK *iosb; /* guest */
};

/* Takes what a call was given and resets the event. STATUS_INVALID_PARAMETER: an APC on a file
 * with a completion port. */
NTSTATUS nt_io_begin(struct nt_thread *t, struct nt_file *f, HANDLE event, PVOID apc_routine,
                     PVOID apc_context, IO_STATUS_BLOCK *iosb, struct nt_io *io);

/* Ends a request that did not pend: errors leave everything as it was but for the reference;
 * anything else is stored in the status block, sets the event (or signals the file), queues the
 * APC and posts to the completion port. Returns status, or STATUS_ACCESS_VIOLATION. */
NTSTATUS nt_io_complete(struct nt_file *f, struct nt_io *io, NTSTATUS status,
                        ULONG_PTR information);

/* The same for a request that has answered STATUS_PENDING: errors complete it as well. Any thread
 * that can write guest memory; releases io's event, not the file nor the thread. */
void nt_io_complete_pending(struct nt_file *f, struct nt_io *io, NTSTATUS status,
                            ULONG_PTR information);

/* Waits until a descriptor is ready (POLLIN, POLLOUT) or the thread has something else to do.
 * 0: ready. STATUS_THREAD_IS_TERMINATING, or STATUS_CANCELLED when nt_io_cancel_thread or
 * nt_io_cancel_file asked for it; a suspension is served on the way. */
NTSTATUS nt_io_wait_fd(const struct nt_io *io, int fd, short events);

/* A blocking host call (three arguments) in the same circumstances: what it returns, errors as
 * -errno; *status is an error when it was not made, or interrupted for good. STATUS_CANCELLED can
 * come with a result: what was done before. */
long nt_io_block(const struct nt_io *io, NTSTATUS *status, long number, long a, long b, long c);

/* Makes a blocking nt_io_wait_fd or nt_io_block of that thread end with STATUS_CANCELLED. False: it
 * is not in one (or the request has another status block). */
bool nt_io_cancel_thread(struct nt_thread *t, const IO_STATUS_BLOCK *iosb);

/* The same for all of a file's, of whatever thread. */
bool nt_io_cancel_file(const struct nt_file *f, const IO_STATUS_BLOCK *iosb);

/* Events, APCs and completion ports, as requests need them (io_sync.c). */
NTSTATUS nt_io_event_get(HANDLE event, struct nt_object **o); /* EVENT_MODIFY_STATE */
void nt_io_event_reset(struct nt_object *event);
void nt_io_event_set(struct nt_object *event);
NTSTATUS nt_io_queue_apc(struct nt_thread *t, PVOID routine, PVOID context, IO_STATUS_BLOCK *iosb);
NTSTATUS nt_io_port_get(HANDLE port, struct nt_object **o); /* IO_COMPLETION_MODIFY_STATE */
NTSTATUS nt_io_port_post(struct nt_object *port, PVOID key, PVOID context, NTSTATUS status,
                         ULONG_PTR information);
void nt_io_file_signal(struct nt_file *f, bool signalled); /* waits on the file handle itself */

#endif
