/* The first stack of a FreeBSD program, and the trampoline of its signals. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include "abi/freebsd/auxv.h"
#include "abi/freebsd/ucontext.h"
#include "syscalls/freebsd/process.h"
#include "syscalls/unix/memory.h"
#include "syscalls/unix/start.h"
#include "syscalls/unix/thread.h"

uintptr_t freebsd_trampoline;

/* call *(%rsp); lea uc(%rsp),%rdi; mov $sigreturn,%eax; syscall; hlt */
static const unsigned char trampoline[] = {
    0xff, 0x14, 0x24, 0x48, 0x8d, 0x7c, 0x24, offsetof(struct freebsd_sigframe, sf_uc),
    0xb8, 0xa1, 0x01, 0x00, 0x00, 0x0f, 0x05, 0xf4};
_Static_assert(offsetof(struct freebsd_sigframe, sf_uc) < 128, "one byte of displacement");

static bool make_trampoline(void)
{
    int64_t at = unix_map_anywhere(0, 4096, 4096, PROT_READ | PROT_WRITE,
                                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (at < 0)
        return false;
    memcpy((void *)at, trampoline, sizeof(trampoline));
    freebsd_trampoline = (uintptr_t)at;
    return mprotect((void *)at, 4096, PROT_READ | PROT_EXEC) == 0;
}

bool freebsd_start(struct unix_thread *t, const struct unix_start *s)
{
    struct freebsd_ps_strings ps = {0};
    struct unix_stack stack;
    const uint64_t page_sizes[] = {4096, 2 << 20};
    char canary[64];

    if (!make_trampoline() || !unix_stack_new(&stack) ||
        getrandom(canary, sizeof(canary), 0) != sizeof(canary))
        return false;
    uintptr_t ps_at = unix_stack_push(&stack, &ps, sizeof(ps), 16);
    uintptr_t path = unix_stack_push(&stack, s->path, strlen(s->path) + 1, 8);
    uintptr_t canary_at = unix_stack_push(&stack, canary, sizeof(canary), 16);
    uintptr_t sizes = unix_stack_push(&stack, page_sizes, sizeof(page_sizes), 8);
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    const struct unix_auxv auxv[] = {
        {FREEBSD_AT_PHDR, s->image.phdr},
        {FREEBSD_AT_PHENT, s->image.phent},
        {FREEBSD_AT_PHNUM, s->image.phnum},
        {FREEBSD_AT_PAGESZ, 4096},
        {FREEBSD_AT_FLAGS, 0},
        {FREEBSD_AT_ENTRY, s->image.entry},
        {FREEBSD_AT_BASE, s->interpreter.entry ? s->interpreter.bias : 0},
        {FREEBSD_AT_EHDRFLAGS, s->image.flags},
        {FREEBSD_AT_EXECPATH, path},
        {FREEBSD_AT_OSRELDATE, unix_system->osreldate},
        {FREEBSD_AT_CANARY, canary_at},
        {FREEBSD_AT_CANARYLEN, sizeof(canary)},
        {FREEBSD_AT_NCPUS, cpus > 0 ? (uint64_t)cpus : 1},
        {FREEBSD_AT_PAGESIZES, sizes},
        {FREEBSD_AT_PAGESIZESLEN, sizeof(page_sizes)},
        {FREEBSD_AT_STACKPROT, PROT_READ | PROT_WRITE},
        {FREEBSD_AT_PS_STRINGS, ps_at},
        {FREEBSD_AT_USRSTACKBASE, stack.top},
        {FREEBSD_AT_USRSTACKLIM, UNIX_STACK_SIZE},
        {FREEBSD_AT_NULL, 0},
    };
    uintptr_t at = unix_stack_vectors(&stack, s, auxv, sizeof(auxv) / sizeof(auxv[0]));
    if (!at)
        return false;
    ps = (struct freebsd_ps_strings){stack.argv, (uint32_t)stack.argc, 0,
                                     stack.envp, (uint32_t)stack.envc, 0};
    memcpy((void *)ps_at, &ps, sizeof(ps));
    unix_process.ps_strings = ps_at;
    t->regs.rip = s->interpreter.entry ? s->interpreter.entry : s->image.entry;
    t->regs.arg[0] = at;
    t->regs.rsp = ((at - 8) & ~15ull) + 8;
    return true;
}
