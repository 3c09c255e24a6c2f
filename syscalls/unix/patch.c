#include "syscalls/unix/patch.h"

#include <fcntl.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "syscalls/gate/insn.h"
#include "syscalls/unix/memory.h"
#include "syscalls/unix/thread.h"

#define PAGE 4096u
#define STUB_SIZE 32u
#define POOL_SIZE (16 * PAGE)
#define MAX_POOLS 32
#define MAX_RANGES 256
#define WINDOW 96u /* bytes before a site that are decoded */
#define REACH 0x7f000000ll

struct range {
    uintptr_t begin, end;
};

/* Where a stub is for, by its place in the pool. */
struct stub {
    uintptr_t site; /* the first byte of what was replaced */
    uint8_t copied; /* its length, up to the syscall instruction */
};
struct pool {
    uintptr_t at;
    unsigned used;
    struct stub stubs[POOL_SIZE / STUB_SIZE];
};

/* The lock guards everything here but what the handlers read: pool_count and the pools' entries are
 * published after they are complete, and stay. It is only tried: a busy one means that the site is
 * patched at its next trap. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct range ranges[MAX_RANGES];
static unsigned range_count;
static struct pool *pools[MAX_POOLS];
static _Atomic unsigned pool_count;
static int memory_fd = -1;
static bool enabled, barriers;
static _Atomic uintptr_t busy_site; /* has a breakpoint at the moment */

void unix_patch_init(bool on)
{
    enabled = on;
}

bool unix_patch_is_on(void)
{
    return enabled;
}

void unix_patch_after_fork(void)
{
    pthread_mutex_init(&lock, NULL);
    if (memory_fd >= 0)
        close(memory_fd); /* it is the parent's memory */
    memory_fd = -1;
    barriers = false;
}

void unix_patch_add_code(uintptr_t at, size_t n)
{
    if (!enabled)
        return;
    pthread_mutex_lock(&lock);
    if (range_count < MAX_RANGES)
        ranges[range_count++] = (struct range){at, at + n};
    pthread_mutex_unlock(&lock);
}

void unix_patch_remove_code(uintptr_t at, size_t n)
{
    if (!enabled)
        return;
    pthread_mutex_lock(&lock);
    for (unsigned i = 0; i < range_count;) {
        if (ranges[i].begin < at + n && at < ranges[i].end)
            ranges[i] = ranges[--range_count];
        else
            i++;
    }
    pthread_mutex_unlock(&lock);
}

static const struct range *range_of(uintptr_t at)
{
    for (unsigned i = 0; i < range_count; i++)
        if (at >= ranges[i].begin && at < ranges[i].end)
            return &ranges[i];
    return NULL;
}

/* --- is it safe? ------------------------------------------------------------------------------ */

/* The shapes of what stands before a syscall instruction, from the ones in wide use:
 *   mov $n,%eax | mov $n,%rax | mov d(%rsp),%rax, and each of the first two with mov %rcx,%r10
 * after. How many bytes it is, when it loads what rax has now; otherwise 0. */
static unsigned shape(const uint8_t *end, const uint8_t *begin, const struct unix_registers *r)
{
    unsigned tail = 0;
    int32_t number;

    if (end - begin >= 3 && end[-3] == 0x49 && end[-2] == 0x89 && end[-1] == 0xca)
        tail = 3;
    end -= tail;
    if (end - begin >= 7 && end[-7] == 0x48 && end[-6] == 0xc7 && end[-5] == 0xc0) {
        memcpy(&number, end - 4, 4);
        return (uint64_t)(int64_t)number == r->rax ? 7 + tail : 0;
    }
    if (end - begin >= 6 && end[-5] == 0xb8 && (end[-6] & 0xf0) != 0x40) {
        memcpy(&number, end - 4, 4);
        return (uint32_t)number == r->rax ? 5 + tail : 0;
    }
    if (!tail && end - begin >= 5 && end[-5] == 0x48 && end[-4] == 0x8b && end[-3] == 0x44 &&
        end[-2] == 0x24) {
        uint64_t there;
        return guest_get(&there, (const uint64_t *)(r->rsp + (uint64_t)(int64_t)(int8_t)end[-1])) &&
                       there == r->rax
                   ? 5
                   : 0;
    }
    return 0;
}

/* Decodes from many places before the site. Decoding falls into step with the real instructions
 * after a few; every way that comes to the syscall must come to the replaced one's begin too. */
static bool agrees(const uint8_t *bytes, size_t site, size_t end, size_t total)
{
    unsigned agreed = 0;

    for (size_t from = 0; from + 12 < site; from++) {
        bool met = false;
        size_t at = from;
        while (at < end) {
            unsigned n = insn_length(bytes + at, total - at);
            if (!n)
                break;
            at += n;
            met |= at == site;
        }
        if (at == end && met)
            agreed++;
        else if (at == end)
            return false;
    }
    return agreed >= 4;
}

/* --- writing ---------------------------------------------------------------------------------- */

/* Memory that the guest may execute and not write. */
static bool write_code(uintptr_t at, const void *bytes, size_t n)
{
    if (memory_fd < 0) {
        int fd = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
        memory_fd = fd < 0 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, 900);
        if (fd >= 0)
            close(fd);
        if (memory_fd < 0) {
            enabled = false;
            return false;
        }
    }
    return pwrite(memory_fd, bytes, n, (off_t)at) == (ssize_t)n;
}

static bool sync_cores(void)
{
    if (!barriers &&
        syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE, 0, 0) != 0)
        return false;
    barriers = true;
    return syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE, 0, 0) == 0;
}

/* A place for a stub that a jump at the site reaches. */
static struct pool *pool_near(uintptr_t site)
{
    unsigned n = atomic_load(&pool_count);

    for (unsigned i = 0; i < n; i++) {
        int64_t distance = (int64_t)(pools[i]->at - site);
        if (distance < REACH && distance > -REACH && pools[i]->used < POOL_SIZE / STUB_SIZE)
            return pools[i];
    }
    if (n == MAX_POOLS)
        return NULL;
    struct pool *p =
        mmap(NULL, sizeof(*p), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return NULL;
    /* Below first: upwards is where a program's data may want to grow. */
    int64_t at = -1;
    for (uintptr_t step = 1 << 20; at < 0 && step < (1 << 30); step *= 2) {
        uintptr_t below = (site & ~(uintptr_t)(PAGE - 1)) - step;
        if (below < site && below >= GUEST_LOWEST)
            at = unix_map_fixed(below, POOL_SIZE, false, PROT_READ | PROT_EXEC,
                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (at < 0)
            at = unix_map_fixed((site & ~(uintptr_t)(PAGE - 1)) + step * 16, POOL_SIZE, false,
                                PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    }
    if (at < 0) {
        munmap(p, sizeof(*p));
        return NULL;
    }
    p->at = (uintptr_t)at;
    pools[n] = p;
    atomic_store(&pool_count, n + 1);
    return p;
}

static bool make_stub(struct pool *p, const uint8_t *copied, unsigned n, uintptr_t site,
                      uintptr_t *at)
{
    uint8_t code[STUB_SIZE];
    uintptr_t back = site + n + 2, gate = (uintptr_t)unix_gate_entry;
    int32_t back32 = (int32_t)back;
    unsigned i = 0;

    memset(code, 0xcc, sizeof(code));
    memcpy(code, copied, n);
    i = n;
    /* The return address where the instruction itself would leave it: in rcx. */
    if (back < 0x80000000ull) {
        code[i++] = 0xb9;
        memcpy(code + i, &back32, 4);
        i += 4;
    } else {
        /* lea back(%rip),%rcx */
        code[i++] = 0x48;
        code[i++] = 0x8d;
        code[i++] = 0x0d;
        int32_t distance = (int32_t)(back - (p->at + p->used * STUB_SIZE + i + 4));
        memcpy(code + i, &distance, 4);
        i += 4;
    }
    /* jmp *0(%rip), and the gate's address */
    memcpy(code + i, (const uint8_t[]){0xff, 0x25, 0, 0, 0, 0}, 6);
    i += 6;
    if (i + 8 > sizeof(code))
        return false;
    memcpy(code + i, &gate, 8);
    *at = p->at + p->used * STUB_SIZE;
    if (!write_code(*at, code, sizeof(code)))
        return false;
    p->stubs[p->used] = (struct stub){site, (uint8_t)n};
    __atomic_store_n(&p->used, p->used + 1, __ATOMIC_RELEASE);
    return true;
}

/* With other threads about: nobody ever sees a half-written instruction. A breakpoint keeps them
 * out while the rest is written; each step is seen by all processors before the next. */
static void write_jump(uintptr_t site, uintptr_t stub)
{
    uint8_t jump[5] = {0xe9};
    const uint8_t breakpoint = 0xcc;
    int32_t distance = (int32_t)(stub - (site + 5));

    memcpy(jump + 1, &distance, 4);
    if (unix_thread_count() == 1) {
        write_code(site, jump, sizeof(jump));
        return;
    }
    if (!sync_cores())
        return;
    atomic_store(&busy_site, site);
    if (write_code(site, &breakpoint, 1) && sync_cores() && write_code(site + 1, jump + 1, 4) &&
        sync_cores())
        write_code(site, jump, 1);
    sync_cores();
    atomic_store(&busy_site, 0);
}

void unix_patch_site(const struct unix_registers *r)
{
    uint8_t bytes[WINDOW + 2];
    uintptr_t instruction = r->rip - 2, stub;

    if (!enabled || pthread_mutex_trylock(&lock) != 0)
        return;
    const struct range *range = range_of(instruction);
    size_t before = range ? instruction - range->begin : 0;
    if (before > WINDOW)
        before = WINDOW;
    if (before >= 16 && guest_read(bytes, (const void *)(instruction - before), before + 2) &&
        bytes[before] == 0x0f && bytes[before + 1] == 0x05) {
        unsigned n = shape(bytes + before, bytes, r);
        if (n && agrees(bytes, before - n, before, before + 2)) {
            struct pool *p = pool_near(instruction);
            if (p && make_stub(p, bytes + before - n, n, instruction - n, &stub))
                write_jump(instruction - n, stub);
        }
    }
    pthread_mutex_unlock(&lock);
}

uintptr_t unix_patch_origin(uintptr_t pc)
{
    unsigned n = atomic_load(&pool_count);

    for (unsigned i = 0; i < n; i++) {
        const struct pool *p = pools[i];
        if (pc < p->at || pc >= p->at + POOL_SIZE)
            continue;
        unsigned index = (unsigned)(pc - p->at) / STUB_SIZE;
        unsigned offset = (unsigned)(pc - p->at) % STUB_SIZE;
        if (index >= __atomic_load_n(&p->used, __ATOMIC_ACQUIRE))
            return pc;
        /* What was replaced stands in the stub as it stood there; behind it only rcx changes, which
         * the syscall instruction changes as well. */
        const struct stub *s = &p->stubs[index];
        return s->site + (offset < s->copied ? offset : s->copied);
    }
    return pc;
}

bool unix_patch_breakpoint(uintptr_t pc)
{
    uint8_t now;

    if (!enabled || !atomic_load(&pool_count))
        return false;
    if (atomic_load(&busy_site) == pc - 1) {
        while (atomic_load(&busy_site) == pc - 1)
            __builtin_ia32_pause();
        return true;
    }
    /* It was one of ours, and is done by now. */
    return guest_read(&now, (const void *)(pc - 1), 1) && now == 0xe9;
}
