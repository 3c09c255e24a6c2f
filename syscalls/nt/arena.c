#include "syscalls/nt/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "syscalls/nt/share_session.h"

#define MAGIC 0x31616e657261636eull
#define SLOTS_PER_BLOCK 64u
#define LOCK_WAITERS 0x80000000u /* in the locker half */
#define NOT_STARTED FUTEX_TID_MASK
#define ORPHAN 0xffffu /* owner of a block whose process is gone */

enum { PROCESS_FREE, PROCESS_RESERVED, PROCESS_RUNNING };

struct process {
    _Atomic uint32_t state;
    uint32_t exit_slot;    /* number + 1 */
    _Atomic uint32_t returned; /* slots of its blocks that others have freed */
    uint32_t reserved_by;  /* process number */
};

struct share {
    _Atomic uint32_t slot; /* number + 1; 0: free record */
    uint32_t name;         /* index + 1 */
    _Atomic uint64_t holders[NT_ARENA_PROCESSES / 64];
};

struct arena {
    uint64_t magic;
    _Atomic uint64_t session_lock;
    _Atomic uint32_t next_thread_id;
    _Atomic uint32_t block_hint, block_top; /* blocks at and above top were never used */
    _Atomic uint32_t share_top, name_hint;
    uint32_t root;
    _Alignas(64) struct process processes[NT_ARENA_PROCESSES];
    _Atomic uint16_t block_owner[NT_ARENA_BLOCKS]; /* process number + 1, ORPHAN, 0: free */
    uint16_t block_shares[NT_ARENA_BLOCKS];        /* under the session lock */
    _Atomic uint32_t buckets[NT_ARENA_BUCKETS];    /* name index + 1 */
    struct share shares[NT_ARENA_SHARES];
    struct nt_session_opens opens; /* share_session.c */
    struct nt_name names[NT_ARENA_NAMES];
    _Alignas(4096) struct nt_slot slots[NT_ARENA_BLOCKS * SLOTS_PER_BLOCK];
};

static pthread_mutex_t local_lock = PTHREAD_MUTEX_INITIALIZER; /* guards what is static here */
static struct arena *_Atomic arena_at;
static int arena_fd = -1;
static uint32_t self;          /* this process's number */
static bool self_reserved;     /* by the parent */
static struct nt_slot *self_exit;
static uint32_t free_slots;    /* number + 1, linked by next */
static uint32_t *own_blocks, own_count, own_room;

static __thread struct {
    struct robust_list_head head;
    int tid;
    bool ready;
} robust;

static struct arena *arena(void)
{
    return atomic_load_explicit(&arena_at, memory_order_acquire);
}

bool nt_arena_there(void)
{
    return arena() != NULL;
}

static long futex(uint32_t *at, int op, uint32_t value, const struct timespec *timeout)
{
    return syscall(SYS_futex, at, op, value, timeout, NULL, 0);
}

/* --- robust words -------------------------------------------------------------------------- */

void nt_robust_thread_init(void)
{
    if (robust.ready)
        return;
    robust.tid = (int)syscall(SYS_gettid);
    robust.head.list.next = &robust.head.list;
    robust.head.futex_offset =
        (long)offsetof(struct nt_slot, word) - (long)offsetof(struct nt_slot, robust);
    robust.head.list_op_pending = NULL;
    /* The C library's list is for its robust mutexes, of which this program has none. */
    syscall(SYS_set_robust_list, &robust.head, sizeof(robust.head));
    robust.ready = true;
}

int nt_host_tid(void)
{
    if (!robust.ready)
        nt_robust_thread_init();
    return robust.tid;
}

/* The kernel reads the list and the pending field when the thread dies, at any instruction: what
 * they point to must be in memory in the order of the program. */
static void pending(struct nt_slot *s)
{
    robust.head.list_op_pending = s ? (struct robust_list *)&s->robust : NULL;
    atomic_signal_fence(memory_order_seq_cst);
}

static void link_in(struct nt_slot *s)
{
    struct nt_robust *first = (struct nt_robust *)robust.head.list.next;

    s->robust.next = first;
    s->robust.previous = &robust.head.list;
    if ((void *)first != (void *)&robust.head.list)
        first->previous = &s->robust;
    atomic_signal_fence(memory_order_seq_cst);
    robust.head.list.next = (struct robust_list *)&s->robust;
    atomic_signal_fence(memory_order_seq_cst);
}

static void link_out(struct nt_slot *s)
{
    struct nt_robust *next = s->robust.next, *previous = s->robust.previous;

    if ((void *)previous == (void *)&robust.head.list)
        robust.head.list.next = (struct robust_list *)next;
    else
        previous->next = next;
    if ((void *)next != (void *)&robust.head.list)
        next->previous = previous;
    atomic_signal_fence(memory_order_seq_cst);
}

bool nt_robust_take(struct nt_slot *s, bool *died)
{
    uint32_t tid = (uint32_t)nt_host_tid();
    bool taken = false;

    pending(s);
    for (;;) {
        uint64_t w = nt_word_settle(&s->word);
        uint32_t v = (uint32_t)w;
        uint32_t owner = v & FUTEX_TID_MASK;
        if (owner != 0 && !(s->kind == NT_SLOT_EXIT && owner == NOT_STARTED))
            break;
        uint32_t want = tid | (atomic_load(&s->waiters) ? FUTEX_WAITERS : 0);
        if (atomic_compare_exchange_strong(&s->word, &w, want)) {
            *died = (v & FUTEX_OWNER_DIED) != 0;
            link_in(s);
            taken = true;
            break;
        }
    }
    pending(NULL);
    return taken;
}

void nt_robust_link(struct nt_slot *s)
{
    nt_host_tid();
    link_in(s);
}

uint32_t nt_robust_drop(struct nt_slot *s, uint32_t value)
{
    uint64_t w;

    pending(s);
    link_out(s);
    do
        w = nt_word_settle(&s->word);
    while (!atomic_compare_exchange_strong(&s->word, &w, value));
    pending(NULL);
    return (uint32_t)w;
}

bool nt_robust_has(uint32_t value)
{
    return robust.ready && (value & FUTEX_TID_MASK) == (uint32_t)robust.tid;
}

struct nt_slot *nt_robust_first_mutant(void)
{
    if (!robust.ready)
        return NULL;
    for (void *p = robust.head.list.next; p != &robust.head.list;
         p = ((struct nt_robust *)p)->next) {
        struct nt_slot *s = (struct nt_slot *)((char *)p - offsetof(struct nt_slot, robust));
        if (s->kind == NT_SLOT_MUTANT)
            return s;
    }
    return NULL;
}

/* --- locks in words ------------------------------------------------------------------------ */

static bool process_alive(const struct arena *a, uint32_t number)
{
    const struct process *p = &a->processes[number];

    /* Reserved and without an exit slot: somebody is about to give it one. */
    if (atomic_load(&p->state) == PROCESS_FREE || p->exit_slot == 0)
        return atomic_load(&p->state) == PROCESS_RESERVED;
    return ((uint32_t)atomic_load(&a->slots[p->exit_slot - 1].word) & FUTEX_TID_MASK) != 0;
}

struct nt_session_opens *nt_arena_opens(void)
{
    return &arena()->opens;
}

bool nt_arena_process_alive(uint32_t number)
{
    return process_alive(arena(), number);
}

/* Sleeps until a locked word changes hands; takes the lock away from a dead process. The upper
 * half must not have changed for a while before that: the kernel may have marked a process that is
 * being killed while one of its threads still runs its last instructions on another CPU. */
static void wait_for_lock(_Atomic uint64_t *word, uint64_t seen)
{
    struct arena *a = arena();
    uint32_t *upper = (uint32_t *)word + 1;
    uint32_t locker = (uint32_t)(seen >> 32);
    const struct timespec patience = {0, 20000000};

    for (int i = 0; i < 200; i++) {
        if ((uint32_t)(atomic_load(word) >> 32) != locker)
            return;
        __builtin_ia32_pause();
    }
    uint32_t marked = locker | LOCK_WAITERS;
    if (locker != marked) {
        uint64_t want = (seen & 0xffffffffu) | (uint64_t)marked << 32;
        if (!atomic_compare_exchange_strong(word, &seen, want))
            return;
    }
    if (futex(upper, FUTEX_WAIT, marked, &patience) == -1 && errno == ETIMEDOUT &&
        !process_alive(a, (marked & ~LOCK_WAITERS) - 1)) {
        uint64_t w = atomic_load(word);
        while ((uint32_t)(w >> 32) == marked &&
               !atomic_compare_exchange_weak(word, &w, w & 0xffffffffu))
            ;
        futex(upper, FUTEX_WAKE, 0x7fffffff, NULL);
    }
}

uint64_t nt_word_settle(_Atomic uint64_t *word)
{
    for (;;) {
        uint64_t w = atomic_load(word);
        if (__builtin_expect(w >> 32 == 0, 1))
            return w;
        wait_for_lock(word, w);
    }
}

uint32_t nt_word_lock(_Atomic uint64_t *word)
{
    for (;;) {
        uint64_t w = nt_word_settle(word);
        if (atomic_compare_exchange_weak(word, &w, w | (uint64_t)(self + 1) << 32))
            return (uint32_t)w;
    }
}

static void unlocked(_Atomic uint64_t *word, uint64_t before)
{
    if (before >> 63)
        futex((uint32_t *)word + 1, FUTEX_WAKE, 0x7fffffff, NULL);
}

void nt_word_unlock(_Atomic uint64_t *word, uint32_t value)
{
    unlocked(word, atomic_exchange(word, value));
}

void nt_word_release(_Atomic uint64_t *word)
{
    unlocked(word, atomic_fetch_and(word, 0xffffffffu));
}

/* --- the session lock and what it guards --------------------------------------------------- */

static bool bit(const struct share *h, uint32_t process)
{
    return atomic_load(&h->holders[process / 64]) >> (process % 64) & 1;
}

static void set_bit(struct share *h, uint32_t process)
{
    atomic_fetch_or(&h->holders[process / 64], 1ull << (process % 64));
}

static void clear_bit(struct share *h, uint32_t process)
{
    atomic_fetch_and(&h->holders[process / 64], ~(1ull << (process % 64)));
}

static bool anybody(const struct share *h)
{
    for (unsigned i = 0; i < NT_ARENA_PROCESSES / 64; i++)
        if (atomic_load(&h->holders[i]))
            return true;
    return false;
}

/* The lock's owner died inside. The chains of names are whole at every instruction, since they are
 * changed by single stores; records that hang in no chain, and the counts, are put right. */
static void repair(struct arena *a)
{
    static uint8_t reachable[NT_ARENA_NAMES / 8]; /* under the session lock */
    uint32_t top = atomic_load(&a->share_top);

    memset(a->block_shares, 0, atomic_load(&a->block_top) * sizeof(a->block_shares[0]));
    for (uint32_t i = 0; i < top; i++) {
        uint32_t slot = atomic_load(&a->shares[i].slot);
        if (slot)
            a->block_shares[(slot - 1) / SLOTS_PER_BLOCK]++;
    }
    memset(reachable, 0, sizeof(reachable));
    for (uint32_t b = 0; b < NT_ARENA_BUCKETS; b++) {
        for (uint32_t n = atomic_load(&a->buckets[b]); n; n = a->names[n - 1].next) {
            reachable[(n - 1) / 8] |= (uint8_t)(1u << (n - 1) % 8);
            uint32_t more = a->names[n - 1].target;
            if (more)
                reachable[(more - 1) / 8] |= (uint8_t)(1u << (more - 1) % 8);
        }
    }
    for (uint32_t i = 0; i < NT_ARENA_NAMES; i++)
        if (!(reachable[i / 8] >> i % 8 & 1) && atomic_load(&a->names[i].state))
            atomic_store(&a->names[i].state, 0);
}

/* The value of the session lock is 1 while somebody changes things: it stays when he dies. */
void nt_session_lock(void)
{
    struct arena *a = arena();

    if (nt_word_lock(&a->session_lock) != 0)
        repair(a);
    atomic_fetch_or(&a->session_lock, 1);
}

void nt_session_unlock(void)
{
    nt_word_unlock(&arena()->session_lock, 0);
}

_Atomic uint32_t *nt_arena_bucket(uint32_t i)
{
    return &arena()->buckets[i % NT_ARENA_BUCKETS];
}

struct nt_name *nt_arena_name(uint32_t i)
{
    return &arena()->names[i];
}

uint32_t *nt_arena_root(void)
{
    return &arena()->root;
}

static void drop_name(struct arena *a, uint32_t index)
{
    struct nt_name *n = &a->names[index];
    _Atomic uint32_t *at = nt_arena_bucket(n->hash);

    while (*at && *at != index + 1)
        at = (_Atomic uint32_t *)&a->names[*at - 1].next;
    if (*at)
        atomic_store(at, n->next);
    if (n->target)
        atomic_store(&a->names[n->target - 1].state, 0);
    atomic_store(&n->state, 0);
}

static void push_free(struct arena *a, uint32_t number)
{
    a->slots[number].next = free_slots;
    free_slots = number + 1;
}

/* The block may be taken again; the lowest ones are, so that the arena stays small. */
static void free_block(struct arena *a, uint32_t block)
{
    uint32_t hint = atomic_load(&a->block_hint);

    atomic_store(&a->block_owner[block], 0);
    while (block < hint && !atomic_compare_exchange_weak(&a->block_hint, &hint, block))
        ;
}

/* Nobody holds the slot any more. */
static void drop_share(struct arena *a, uint32_t index)
{
    struct share *h = &a->shares[index];
    uint32_t number = atomic_load(&h->slot) - 1, block = number / SLOTS_PER_BLOCK;
    struct nt_slot *s = &a->slots[number];

    if (h->name)
        drop_name(a, h->name - 1);
    h->name = 0;
    s->share = 0;
    atomic_store(&s->shared, 0);
    atomic_store(&h->slot, 0);
    a->block_shares[block]--;
    uint32_t owner = atomic_load(&a->block_owner[block]);
    /* The owner finds it when it looks through its blocks; the slot is his from here on. */
    __atomic_store_n(&s->kind, NT_SLOT_FREE, __ATOMIC_RELEASE);
    if (owner == ORPHAN) {
        if (a->block_shares[block] == 0)
            free_block(a, block);
    } else if (owner != 0) {
        atomic_fetch_add(&a->processes[owner - 1].returned, 1);
    }
}

static void clear_hold(struct arena *a, uint32_t index, uint32_t process)
{
    struct share *h = &a->shares[index];

    clear_bit(h, process);
    if (!anybody(h))
        drop_share(a, index);
}

/* Under the session lock: everything of a process that is gone. */
static void reap(struct arena *a, uint32_t process)
{
    uint32_t top = atomic_load(&a->share_top), blocks = atomic_load(&a->block_top);

    nt_session_reap_opens(&a->opens, process);
    /* Blocks first, so that no slot goes to the free list of the dead. */
    for (uint32_t b = 0; b < blocks; b++)
        if (atomic_load(&a->block_owner[b]) == process + 1) {
            if (a->block_shares[b])
                atomic_store(&a->block_owner[b], ORPHAN);
            else
                free_block(a, b);
        }
    for (uint32_t i = 0; i < top; i++) {
        uint32_t slot = atomic_load(&a->shares[i].slot);
        if (!slot)
            continue;
        struct nt_slot *s = &a->slots[slot - 1];
        if (s->kind == NT_SLOT_EXIT && s->of_process == process + 1 &&
            ((uint32_t)atomic_load(&s->word) & FUTEX_TID_MASK)) {
            nt_word_lock(&s->word);
            nt_word_unlock(&s->word, FUTEX_OWNER_DIED);
            futex(nt_slot_futex(s), FUTEX_WAKE, 0x7fffffff, NULL);
        }
        if (bit(&a->shares[i], process))
            clear_hold(a, i, process);
    }
    /* Children that it was about to start will not come. */
    for (uint32_t p = 0; p < NT_ARENA_PROCESSES; p++)
        if (atomic_load(&a->processes[p].state) == PROCESS_RESERVED &&
            a->processes[p].reserved_by == process + 1 && p != process)
            atomic_store(&a->processes[p].state, PROCESS_FREE);
    a->processes[process].exit_slot = 0;
    atomic_store(&a->processes[process].state, PROCESS_FREE);
}

static void reap_dead(struct arena *a)
{
    for (uint32_t p = 0; p < NT_ARENA_PROCESSES; p++)
        if (atomic_load(&a->processes[p].state) != PROCESS_FREE && !process_alive(a, p))
            reap(a, p);
}

bool nt_slot_has_holder(const struct nt_slot *s)
{
    struct arena *a = arena();
    struct share *h = &a->shares[s->share - 1];

    for (uint32_t i = 0; i < NT_ARENA_PROCESSES / 64; i++) {
        for (uint64_t m = atomic_load(&h->holders[i]); m; m &= m - 1) {
            uint32_t p = i * 64 + (uint32_t)__builtin_ctzll(m);
            if (p == self || process_alive(a, p))
                return true;
        }
    }
    /* All of them were killed. */
    reap_dead(a);
    return false;
}

static bool new_share(struct arena *a, struct nt_slot *s)
{
    for (uint32_t i = 0; i < NT_ARENA_SHARES; i++) {
        struct share *h = &a->shares[i];
        if (atomic_load(&h->slot))
            continue;
        uint32_t number = nt_slot_number(s);
        memset((void *)h->holders, 0, sizeof(h->holders));
        h->name = 0;
        set_bit(h, self);
        s->share = i + 1;
        if (i >= atomic_load(&a->share_top))
            atomic_store(&a->share_top, i + 1);
        atomic_store(&h->slot, number + 1);
        a->block_shares[number / SLOTS_PER_BLOCK]++;
        atomic_store(&s->shared, 1);
        return true;
    }
    return false;
}

bool nt_slot_share_with(struct nt_slot *s, uint32_t process)
{
    struct arena *a = arena();
    bool ok;

    nt_session_lock();
    ok = s->share || new_share(a, s);
    if (ok)
        set_bit(&a->shares[s->share - 1], process);
    nt_session_unlock();
    return ok;
}

bool nt_slot_hold_locked(struct nt_slot *s)
{
    struct arena *a = arena();

    if (!s->share)
        return new_share(a, s);
    set_bit(&a->shares[s->share - 1], self);
    return true;
}

bool nt_slot_hold(struct nt_slot *s)
{
    nt_session_lock();
    bool ok = nt_slot_hold_locked(s);
    nt_session_unlock();
    return ok;
}

void nt_slot_set_name(struct nt_slot *s, uint32_t name)
{
    arena()->shares[s->share - 1].name = name;
}

uint32_t nt_slot_name(const struct nt_slot *s)
{
    return s->share ? arena()->shares[s->share - 1].name : 0;
}

/* --- slots --------------------------------------------------------------------------------- */

uint32_t nt_slot_number(const struct nt_slot *s)
{
    return (uint32_t)(s - arena()->slots);
}

struct nt_slot *nt_slot_at(uint32_t number)
{
    return number < NT_ARENA_BLOCKS * SLOTS_PER_BLOCK ? &arena()->slots[number] : NULL;
}

/* Under local_lock: slots that other processes have given back. */
static void collect_returned(struct arena *a)
{
    if (!atomic_exchange(&a->processes[self].returned, 0))
        return;
    free_slots = 0;
    for (uint32_t i = 0; i < own_count; i++)
        for (uint32_t k = 0; k < SLOTS_PER_BLOCK; k++)
            if (__atomic_load_n(&a->slots[own_blocks[i] * SLOTS_PER_BLOCK + k].kind,
                                __ATOMIC_ACQUIRE) == NT_SLOT_FREE)
                push_free(a, own_blocks[i] * SLOTS_PER_BLOCK + k);
}

static bool get_block(struct arena *a)
{
    if (own_count == own_room) {
        uint32_t room = own_room ? own_room * 2 : 64;
        uint32_t *more = realloc(own_blocks, room * sizeof(*more));
        if (!more)
            return false;
        own_blocks = more;
        own_room = room;
    }
    uint32_t from = atomic_load(&a->block_hint);
    for (uint32_t i = 0; i < NT_ARENA_BLOCKS; i++) {
        uint32_t b = (from + i) % NT_ARENA_BLOCKS;
        uint16_t none = 0;
        if (atomic_load(&a->block_owner[b]) ||
            !atomic_compare_exchange_strong(&a->block_owner[b], &none, (uint16_t)(self + 1)))
            continue;
        uint32_t top = atomic_load(&a->block_top);
        while (top <= b && !atomic_compare_exchange_weak(&a->block_top, &top, b + 1))
            ;
        atomic_store(&a->block_hint, b + 1);
        own_blocks[own_count++] = b;
        memset((void *)&a->slots[b * SLOTS_PER_BLOCK], 0, 4096);
        for (uint32_t k = SLOTS_PER_BLOCK; k > 0; k--)
            push_free(a, b * SLOTS_PER_BLOCK + k - 1);
        return true;
    }
    return false;
}

struct nt_slot *nt_slot_new(enum nt_slot_kind kind)
{
    if (!arena() && !nt_arena_need())
        return NULL;
    struct arena *a = arena();
    struct nt_slot *s = NULL;

    pthread_mutex_lock(&local_lock);
    if (!free_slots)
        collect_returned(a);
    if (free_slots || get_block(a)) {
        s = &a->slots[free_slots - 1];
        free_slots = s->next;
        memset((void *)s, 0, sizeof(*s));
        s->kind = (uint8_t)kind;
    }
    pthread_mutex_unlock(&local_lock);
    return s;
}

/* A mutant that a thread of this process owns is on that thread's robust list: its slot must not
 * become another object before it is off it. */
static bool still_owned(struct nt_slot *s)
{
    uint32_t owner = (uint32_t)nt_word_settle(&s->word) & FUTEX_TID_MASK;

    if (owner == 0 || syscall(SYS_tgkill, getpid(), (int)owner, 0) != 0)
        return false;
    if (owner == (uint32_t)nt_host_tid() && !atomic_load(&s->shared)) {
        nt_robust_drop(s, 0); /* nobody can wait for it any more */
        return false;
    }
    s->flags |= NT_MUTANT_ORPHAN;
    return true;
}

void nt_slot_free(struct nt_slot *s)
{
    struct arena *a = arena();

    if (s->kind == NT_SLOT_MUTANT && still_owned(s))
        return; /* its owner's end will free it: thread_ended */
    pthread_mutex_lock(&local_lock);
    if (atomic_load(&s->shared)) {
        nt_session_lock();
        clear_hold(a, s->share - 1, self);
        nt_session_unlock();
    } else {
        s->kind = NT_SLOT_FREE;
        push_free(a, nt_slot_number(s));
    }
    pthread_mutex_unlock(&local_lock);
}

/* --- processes ----------------------------------------------------------------------------- */

uint32_t nt_arena_process(void)
{
    return self;
}

struct nt_slot *nt_arena_exit_slot(void)
{
    return self_exit;
}

uint32_t nt_arena_thread_id(void)
{
    /* Above what four times a host process id can be: thread ids and process ids never meet. */
    return nt_arena_need() ? atomic_fetch_add(&arena()->next_thread_id, 4) : 0;
}

static bool find_number(struct arena *a, uint32_t *number)
{
    for (int round = 0; round < 2; round++) {
        for (uint32_t p = 0; p < NT_ARENA_PROCESSES; p++) {
            uint32_t state = PROCESS_FREE;
            if (atomic_compare_exchange_strong(&a->processes[p].state, &state,
                                               PROCESS_RESERVED)) {
                a->processes[p].exit_slot = 0;
                a->processes[p].reserved_by = 0;
                atomic_store(&a->processes[p].returned, 0);
                *number = p;
                return true;
            }
        }
        reap_dead(a);
    }
    return false;
}

static bool map(int fd)
{
    struct arena *a = mmap(NULL, sizeof(*a), PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_NORESERVE, fd, 0);

    if (a == MAP_FAILED)
        return false;
    madvise(a, sizeof(*a), MADV_DONTDUMP);
    arena_fd = fd;
    atomic_store_explicit(&arena_at, a, memory_order_release);
    return true;
}

/* The calling thread, which is the process's first, holds the exit slot until the end. */
static void start_exit_slot(struct arena *a, struct nt_slot *s)
{
    bool died;

    self_exit = s;
    s->of_process = self + 1;
    a->processes[self].exit_slot = nt_slot_number(s) + 1;
    nt_robust_take(s, &died);
    atomic_store(&a->processes[self].state, PROCESS_RUNNING);
}

static void fork_child(void)
{
    robust.ready = false; /* another thread id, and the kernel has forgotten the list */
}

static bool create(void)
{
    int fd = memfd_create("compatrun-session", MFD_CLOEXEC);

    if (fd < 0)
        return false;
    if (ftruncate(fd, sizeof(struct arena)) != 0 || !map(fd)) {
        close(fd);
        return false;
    }
    struct arena *a = arena();
    a->magic = MAGIC;
    a->next_thread_id = 0x04000000;
    self = 0;
    a->processes[0].state = PROCESS_RESERVED;
    pthread_atfork(NULL, NULL, fork_child);
    nt_robust_thread_init();
    pthread_mutex_unlock(&local_lock);
    struct nt_slot *s = nt_slot_new(NT_SLOT_EXIT);
    pthread_mutex_lock(&local_lock);
    if (!s)
        return false;
    start_exit_slot(a, s);
    return true;
}

bool nt_arena_need(void)
{
    if (arena())
        return true;
    pthread_mutex_lock(&local_lock);
    bool ok = arena() || create();
    pthread_mutex_unlock(&local_lock);
    return ok;
}

int nt_arena_fd(void)
{
    return nt_arena_need() ? arena_fd : -1;
}

void nt_arena_set_process(uint32_t process)
{
    self = process;
    self_reserved = true;
}

bool nt_arena_join(int fd)
{
    if (!map(fd))
        return false;
    struct arena *a = arena();
    if (a->magic != MAGIC || self >= NT_ARENA_PROCESSES)
        return false;
    pthread_atfork(NULL, NULL, fork_child);
    nt_robust_thread_init();
    if (self_reserved) {
        if (a->processes[self].exit_slot == 0)
            return false; /* the parent was killed meanwhile */
        start_exit_slot(a, &a->slots[a->processes[self].exit_slot - 1]);
        return true;
    }
    nt_session_lock();
    bool ok = find_number(a, &self);
    nt_session_unlock();
    if (!ok)
        return false;
    struct nt_slot *s = nt_slot_new(NT_SLOT_EXIT);
    if (!s)
        return false;
    start_exit_slot(a, s);
    return true;
}

void nt_arena_forget(void)
{
    atomic_store(&arena_at, NULL);
    arena_fd = -1;
    self = 0;
    self_reserved = false;
    self_exit = NULL;
    free_slots = 0;
    own_count = 0;
    robust.ready = false;
}

void nt_arena_reap(void)
{
    if (!arena())
        return;
    nt_session_lock();
    reap_dead(arena());
    nt_session_unlock();
}

bool nt_arena_child_new(uint32_t *process, struct nt_slot **exit_slot)
{
    struct nt_slot *s = nt_slot_new(NT_SLOT_EXIT);

    if (!s)
        return false;
    struct arena *a = arena();
    atomic_store(&s->word, NOT_STARTED);
    nt_session_lock();
    bool ok = find_number(a, process);
    if (ok) {
        a->processes[*process].reserved_by = self + 1;
        a->processes[*process].exit_slot = nt_slot_number(s) + 1;
        s->of_process = *process + 1;
    }
    ok = ok && new_share(a, s);
    if (ok)
        set_bit(&a->shares[s->share - 1], *process);
    nt_session_unlock();
    if (!ok) {
        nt_slot_free(s);
        return false;
    }
    *exit_slot = s;
    return true;
}

void nt_arena_child_failed(uint32_t process, int32_t exit_status)
{
    struct arena *a = arena();

    nt_session_lock();
    uint32_t slot = a->processes[process].exit_slot;
    if (slot) {
        struct nt_slot *s = &a->slots[slot - 1];
        s->u.exit.status = exit_status;
        nt_word_lock(&s->word);
        nt_word_unlock(&s->word, 0);
        futex(nt_slot_futex(s), FUTEX_WAKE, 0x7fffffff, NULL);
    }
    reap(a, process);
    nt_session_unlock();
}

void nt_arena_leave(int32_t exit_status, bool alone)
{
    struct arena *a = arena();

    if (!a || !self_exit)
        return;
    struct nt_slot *s = self_exit;
    s->u.exit.status = exit_status;
    s->flags = NT_EXIT_STATUS_VALID;
    /* Another thread could still be in a handler and change a slot that is no longer ours; then
     * the kernel marks the exit, and others tidy up, as after a kill. */
    if (!alone)
        return;
    pthread_mutex_lock(&local_lock);
    nt_session_lock();
    nt_session_reap_opens(&a->opens, self); /* whoever hears of the exit may open the files */
    /* The word is not unlinked, for the caller need not be its thread: the kernel leaves words in
     * a dead thread's list alone that do not bear its number. */
    nt_word_lock(&s->word);
    nt_word_unlock(&s->word, 0);
    futex(nt_slot_futex(s), FUTEX_WAKE, 0x7fffffff, NULL);
    reap(a, self);
    nt_session_unlock();
    self_exit = NULL;
    pthread_mutex_unlock(&local_lock);
}
