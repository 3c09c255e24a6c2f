#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "syscalls/nt/arena.h"
#include "syscalls/nt/drive.h"
#include "syscalls/nt/process_other.h"
#include "syscalls/nt/thread.h"
#include "syscalls/nt/thread_state.h"
#include "nt_handlers.h"

struct nt_process nt_process;
bool nt_died_of_missing;

const struct nt_object_type nt_process_type = {
    .name = "Process",
    .map = {0x00020410, 0x00020bea, 0x00121001, PROCESS_ALL_ACCESS},
    .destroy = nt_process_destroy,
    .last_handle = nt_process_last_handle,
    .wait = &nt_process_wait_ops,
};

static struct nt_object self = {&nt_process_type, 1, 0};

struct nt_object *nt_process_self(void)
{
    return &self;
}

void nt_warn(const char *format, ...)
{
    char line[1024];
    va_list ap;
    int n = snprintf(line, sizeof(line), "compatrun: ");

    va_start(ap, format);
    n += vsnprintf(line + n, sizeof(line) - (size_t)n - 1, format, ap);
    va_end(ap);
    if (n > (int)sizeof(line) - 2)
        n = (int)sizeof(line) - 2;
    line[n++] = '\n';
    if (write(STDERR_FILENO, line, (size_t)n) != n)
        return; /* nobody to tell */
}

void nt_exit_process_as(NTSTATUS status, int host_status)
{
    if (nt_process_page)
        nt_process_page_exit(nt_process_page, status);
    nt_handle_close_all();
    nt_system_drive_remove(); /* does nothing in a child */
    nt_arena_leave(status, nt_thread_count() <= 1);
    _exit(host_status);
}

void nt_exit_process(NTSTATUS status)
{
    int host = status & 0xff;

    /* A failure must never look like success to a shell. */
    if (status != 0 && host == 0)
        host = 1;
    if (status == STATUS_CONTROL_C_EXIT)
        host = 130; /* as a shell says of a program that SIGINT has ended */
    if (nt_died_of_missing && (status == STATUS_DLL_NOT_FOUND ||
                               status == STATUS_ENTRYPOINT_NOT_FOUND))
        host = 125;
    nt_exit_process_as(status, host);
}

NTSTATUS NtTerminateProcess(struct nt_thread *t, HANDLE ProcessHandle, NTSTATUS ExitStatus)
{
    struct nt_object *o;

    /* NULL: end all other threads; the caller goes on (as ExitProcess does first). */
    if (!ProcessHandle)
        return nt_thread_end_others(t, ExitStatus);
    NTSTATUS status = nt_handle_get(ProcessHandle, &nt_process_type, PROCESS_TERMINATE, &o, NULL);
    if (!NT_SUCCESS(status))
        return status;
    if (o == &self)
        nt_exit_process(ExitStatus);
    status = nt_other_terminate(nt_other_of(o), ExitStatus);
    nt_object_release(o);
    return status;
}

NTSTATUS nt_process_duplicate_remote(HANDLE source_process, HANDLE source, HANDLE target_process,
                                     HANDLE *target, ACCESS_MASK access, ULONG attributes,
                                     ULONG options)
{
    (void)source_process;
    (void)source;
    (void)target_process;
    (void)target;
    (void)access;
    (void)attributes;
    (void)options;
    return STATUS_NOT_SUPPORTED;
}
