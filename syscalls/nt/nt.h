/*
 * The NT personality inside: threads, the frame of a system call, the call table.
 *
 * A handler is an ordinary C function NTSTATUS NtXxx(struct nt_thread *t, arguments...), one for
 * each row of calls.tbl that is not at level none; its prototype is generated (nt_handlers.h). It
 * runs on the thread's host stack, may block, and touches guest memory only through guest_mem.h.
 * Host errors become statuses through nt_status_of_errno, at one place.
 */
#ifndef SYSCALLS_NT_NT_H
#define SYSCALLS_NT_NT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "abi/nt/nt.h"
#include "syscalls/host/guest_mem.h"
#include "syscalls/nt/object.h"

#define NT_MAX_ARGS 20

/* How the guest is gone back to */
enum {
    NT_RESTORE_NOTHING,     /* as a call returns: with the fields that the convention keeps */
    NT_RESTORE_CONTEXT,     /* with all of restore_context */
    NT_RESTORE_WITH_STATUS, /* the same, but rax is the status: it was set while the call waited */
};

/* The guest's state at a call; written and read by nt_gate_x64.S, which has the same offsets. */
struct nt_frame {
    uint64_t rip, rsp; /* where the guest goes on, and its stack pointer then */
    uint64_t rbx, rbp, rsi, rdi, r12, r13, r14, r15;
    _Alignas(16) uint8_t xmm[10][16]; /* xmm6 to xmm15 */
    uint32_t number;
    uint32_t mxcsr;
    uint64_t stack_args; /* guest address of the fifth argument */
    uint64_t args[NT_MAX_ARGS];
    uint64_t status;  /* goes to rax */
    uint32_t restore; /* NT_RESTORE_* */
    uint32_t direct;  /* entered by a call: the return address lies at rsp - 8 */
    _Alignas(16) CONTEXT restore_context;
    uint32_t wide; /* with restore: the upper halves of the vector registers are in `high` */
    _Alignas(16) uint8_t high[16][16];
};

_Static_assert(offsetof(struct nt_frame, rbx) == 0x10, "nt_gate_x64.S");
_Static_assert(offsetof(struct nt_frame, xmm) == 0x50, "nt_gate_x64.S");
_Static_assert(offsetof(struct nt_frame, number) == 0xf0, "nt_gate_x64.S");
_Static_assert(offsetof(struct nt_frame, stack_args) == 0xf8, "nt_gate_x64.S");
_Static_assert(offsetof(struct nt_frame, args) == 0x100, "nt_gate_x64.S");
_Static_assert(offsetof(struct nt_frame, status) == 0x1a0, "nt_gate_x64.S");
_Static_assert(offsetof(struct nt_frame, restore) == 0x1a8, "nt_gate_x64.S");
_Static_assert(offsetof(struct nt_frame, direct) == 0x1ac, "nt_gate_x64.S");
_Static_assert(offsetof(struct nt_frame, restore_context) == 0x1b0, "nt_gate_x64.S");
_Static_assert(offsetof(struct nt_frame, wide) == 0x680, "nt_gate_x64.S");
_Static_assert(offsetof(struct nt_frame, high) == 0x690, "nt_gate_x64.S");

/* Reasons to stop at the gate before going back to the guest */
#define NT_PENDING_SUSPEND 1u
#define NT_PENDING_APC 2u /* a user APC, deliverable in an alertable wait or NtTestAlert */
#define NT_PENDING_TERMINATE 4u
#define NT_PENDING_CONTEXT 8u /* somebody set the thread's context */

struct nt_thread {
    struct nt_object object; /* type nt_thread_type */
    TEB *teb;                /* guest address */
    struct nt_frame *frame;  /* of the call in progress; valid whenever the thread is in the host */
    atomic_uint pending;     /* NT_PENDING_* */
    uint32_t id;             /* NT thread id: a multiple of 4 */
    int tid;                 /* host thread id */
    uintptr_t stack_bottom, stack_top; /* the guest stack's reservation */
    uintptr_t exit_sp;                 /* host stack pointer that leaves the guest for good */
    NTSTATUS exit_status;
    struct nt_object *process; /* not NULL: a thread of that other process (process_other.h) */
    struct nt_thread_more *more; /* what thread.c and wait.c keep */
};

/* The calling thread's block; NULL in host-only threads. Valid in signal handlers. */
extern __thread struct nt_thread *nt_self_tls __attribute__((tls_model("local-exec")));
static inline struct nt_thread *nt_self(void)
{
    return nt_self_tls;
}

/* The process */
struct nt_process {
    PEB *peb;
    uint32_t id; /* NT process id: a multiple of 4 */
    RTL_USER_PROCESS_PARAMETERS *parameters;
    uintptr_t ntdll_base, image_base;
    uintptr_t ldr_initialize_thunk, user_exception_dispatcher, user_apc_dispatcher;
    uintptr_t user_thread_start;
    uint64_t qpc_origin;
};
extern struct nt_process nt_process;

/* The call table (generated from calls.tbl) */
struct nt_decoder_row {
    uint32_t value;
    const char *symbol;
};

struct nt_decoder {
    const char *name;
    bool flags;
    const struct nt_decoder_row *rows;
    unsigned count;
};

struct nt_call_arg {
    const char *name;
    const char *type; /* as in calls.tbl, without the decoder */
    const struct nt_decoder *decoder;
};

typedef NTSTATUS (*nt_thunk)(struct nt_thread *t, const uint64_t *args);

struct nt_call {
    const char *name; /* NULL: no such number */
    const char *group;
    uint32_t arg_count;
    const struct nt_call_arg *args;
    nt_thunk thunk; /* NULL: not implemented */
};

extern const struct nt_call nt_calls[];
extern const unsigned nt_call_count;

/* nt_gate_x64.S */
extern const char nt_gate_entry[];                 /* jumped to by ntdll's stubs */
extern const char nt_gate_raw_entry[];             /* gone to by a trap: rcx = return address */
extern const char nt_gate_entry_read[];            /* the load of the return address */
/* Up to saved, the return address is only where the guest left it; up to done, the guest's other
 * registers are still its own and the frame is not complete. */
extern const char nt_gate_entry_saved[], nt_gate_entry_done[];
extern const char nt_gate_exit_begin[], nt_gate_exit_end[], nt_gate_exit_check[];
void nt_gate_enter_guest(struct nt_thread *t, struct nt_frame *f); /* returns at thread exit */
void nt_gate_leave_guest(struct nt_thread *t) __attribute__((noreturn)); /* from a handler */

/* Called by the gate's assembly. */
NTSTATUS nt_dispatch(struct nt_thread *t, struct nt_frame *f);
void nt_exit_work(struct nt_thread *t, struct nt_frame *f); /* pending != 0 */

/* errno -> NTSTATUS, for file and most other calls (status.c) */
NTSTATUS nt_status_of_errno(int error);
const char *nt_status_name(NTSTATUS status); /* NULL: unknown */

/* Ends the process: runs what must run, then _exit with the host status of product.md. */
void nt_exit_process(NTSTATUS status) __attribute__((noreturn));
void nt_exit_process_as(NTSTATUS status, int host_status) __attribute__((noreturn));
/* The same for a foreign exception that nobody handled: prints the crash line. */
void nt_die_of_exception(const EXCEPTION_RECORD *record, const CONTEXT *context)
    __attribute__((noreturn));

/* compatrun's own messages on standard error: "compatrun: ..." */
void nt_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Time: 100 ns since 1601 UTC, and since start-up of the machine. */
int64_t nt_system_time(void);
uint64_t nt_interrupt_time(void);

/* Exceptions (exception.c): makes the thread go on in KiUserExceptionDispatcher with a record and
 * a context when it leaves the host; for handlers (NtRaiseException) and fault signals. */
NTSTATUS nt_dispatch_exception(struct nt_thread *t, const EXCEPTION_RECORD *record,
                               const CONTEXT *context, struct nt_frame *f);

/* The guest's context while it is in a call. */
void nt_context_of_frame(const struct nt_frame *f, CONTEXT *context);

#endif
