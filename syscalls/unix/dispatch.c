/* From the gate to the handlers, results and errors back, and the blocking host call. */
#include <sys/syscall.h>
#include <stdio.h>
#include <unistd.h>

#include "syscalls/unix/thread.h"
#include "syscalls/unix/trace.h"

long nt_block_call(const uint32_t *events, uint32_t mask, long number, long a, long b, long c,
                   long d, long e, long f);

UNIX_FAST int unix_errno_of_host(int host)
{
    if (host >= UNIX_FOREIGN_ERROR(0) && host < UNIX_ERESTART)
        return host - UNIX_FOREIGN_ERROR(0);
    if (host > 0 && (unsigned)host < unix_system->errno_count && unix_system->errno_of_host[host])
        return unix_system->errno_of_host[host];
    return unix_system->errno_of_host[EINVAL];
}

/* Arguments beyond the sixth lie on the guest's stack above the return address. */
static bool stack_arguments(const struct unix_thread *t, uint64_t *to, unsigned n)
{
    return n == 0 || guest_read(to, (const void *)(t->regs.rsp + 8), n * sizeof(*to));
}

static int64_t call(struct unix_thread *t)
{
    const struct unix_personality *p = unix_system;
    uint64_t number = t->regs.rax, moved[UNIX_MAX_ARGS];
    const uint64_t *a = t->regs.arg;
    unsigned in_registers = 6;

    if (number == p->indirect[0] || number == p->indirect[1]) {
        number = a[0];
        a++;
        in_registers = 5;
    }
    if (number >= p->call_count || !p->calls[number].name)
        return unix_unknown_call(number);
    const struct unix_call *c = &p->calls[number];
    if (c->arg_count > in_registers) {
        __builtin_memcpy(moved, a, in_registers * sizeof(*a));
        if (!stack_arguments(t, moved + in_registers, c->arg_count - in_registers))
            return -EFAULT;
        a = moved;
    }
    if (__builtin_expect(unix_trace_on, 0))
        return unix_trace_call(t, c, a);
    return c->thunk ? c->thunk(t, a) : unix_missing_call(c);
}

/* Read by the gate; set before the first guest instruction. A trace sees all calls. */
unix_thunk *const *unix_fast_table;
uint64_t unix_fast_count;

void unix_dispatch_init(void)
{
    unix_fast_table = unix_system->fast;
    unix_fast_count = unix_trace_on ? 0 : unix_system->call_count;
}

/* The result of a call of the first tier: as unix_dispatch leaves it. */
UNIX_FAST void unix_fast_result(struct unix_thread *t, int64_t r)
{
    if (r == -UNIX_ERESTART) {
        /* The way out decides, also when what interrupted is no business of the guest. */
        t->restart = true;
        t->regs.rflags = 0x202;
        t->pending |= UNIX_PENDING_SIGNAL;
        return;
    }
    t->regs.rax = r >= 0 ? (uint64_t)r : (uint64_t)unix_errno_of_host((int)-r);
    t->regs.rflags = r >= 0 ? 0x202 : 0x203;
}

void unix_dispatch(struct unix_thread *t)
{
    int64_t r;

    t->restart = false;
    /* Something interrupted the host's call that is no business of the guest: once more. */
    do
        r = call(t);
    while (__builtin_expect(r == -UNIX_ERESTART, 0) && !t->pending);
    if (__builtin_expect(r >= 0, 1)) {
        t->regs.rax = (uint64_t)r;
        t->regs.rflags &= ~1ull;
    } else if (r == -UNIX_ERESTART) {
        t->restart = true; /* the way out decides */
    } else if (r != -UNIX_EJUSTRETURN) {
        t->regs.rax = (uint64_t)unix_errno_of_host((int)-r);
        t->regs.rflags |= 1;
    }
    if (t->masked)
        t->pending |= UNIX_PENDING_SIGNAL;
}

UNIX_FAST long unix_block(struct unix_thread *t, long number, long a, long b, long c, long d,
                          long e, long f)
{
    return nt_block_call(&t->pending, ~0u, number, a, b, c, d, e, f);
}

UNIX_FAST long unix_block_restart(struct unix_thread *t, long number, long a, long b, long c,
                                  long d, long e, long f)
{
    long r = nt_block_call(&t->pending, ~0u, number, a, b, c, d, e, f);

    return r == -EINTR ? -UNIX_ERESTART : r;
}

bool unix_interrupted(const struct unix_thread *t)
{
    return *(const volatile uint32_t *)&t->pending != 0;
}
