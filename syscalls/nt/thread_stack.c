#include "syscalls/nt/thread_stack.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "syscalls/nt/vm.h"

#define GUARD 4096u
#define ALTERNATE 0x10000u
#define HOST_STACK 0x3f000u        /* handlers are shallow */
#define KEPT_COMMIT (16 * VM_PAGE) /* more takes longer to clear than to map anew */
#define KEPT 8u                    /* of each kind */

/* --- host stacks --------------------------------------------------------------------------- */

/* At the end of its own memory: guard, alternate stack, guard, host stack, this. */
struct host_stack {
    struct host_stack *next;
    pthread_t thread; /* that runs on it, or has */
    void *(*run)(void *);
    void *arg;
    char *memory;
};

#define STACK_AT (2 * (size_t)GUARD + ALTERNATE)
#define WHOLE (STACK_AT + HOST_STACK + GUARD)
_Static_assert(sizeof(struct host_stack) <= GUARD, "a page at the end");

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards what follows */
static struct host_stack *ended;                         /* newest first */
static unsigned ended_count;
static struct nt_thread_memory memories[KEPT];
static unsigned memory_count;

static __thread struct host_stack *current;

static struct host_stack *host_stack_new(void)
{
    char *memory = mmap(NULL, WHOLE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (memory == MAP_FAILED)
        return NULL;
    if (mprotect(memory + GUARD, ALTERNATE, PROT_READ | PROT_WRITE) != 0 ||
        mprotect(memory + STACK_AT, WHOLE - STACK_AT, PROT_READ | PROT_WRITE) != 0) {
        munmap(memory, WHOLE);
        return NULL;
    }
    struct host_stack *s = (struct host_stack *)(memory + WHOLE - GUARD);
    s->memory = memory;
    return s;
}

static void free_list(struct host_stack *s)
{
    while (s) {
        struct host_stack *next = s->next;
        munmap(s->memory, WHOLE);
        s = next;
    }
}

/* One whose thread has left it; others of them that are too many are freed. */
static struct host_stack *host_stack_get(void)
{
    struct host_stack *found = NULL, *many = NULL;

    pthread_mutex_lock(&lock);
    for (struct host_stack **at = &ended; *at && (!found || ended_count > KEPT);) {
        struct host_stack *s = *at;
        if (pthread_tryjoin_np(s->thread, NULL) != 0) {
            at = &s->next; /* on its last instructions */
            continue;
        }
        *at = s->next;
        ended_count--;
        if (!found) {
            found = s;
        } else {
            s->next = many;
            many = s;
        }
    }
    pthread_mutex_unlock(&lock);
    free_list(many);
    return found ? found : host_stack_new();
}

static void host_stack_put(struct host_stack *s, bool ran)
{
    struct host_stack *surplus = NULL;

    if (!ran) {
        munmap(s->memory, WHOLE);
        return;
    }
    pthread_mutex_lock(&lock);
    if (ended_count >= KEPT) {
        /* The oldest goes: its thread has had the most time to leave it. */
        struct host_stack **at = &ended;
        while ((*at)->next)
            at = &(*at)->next;
        surplus = *at;
        *at = NULL;
        ended_count--;
    }
    s->next = ended;
    ended = s;
    ended_count++;
    pthread_mutex_unlock(&lock);
    if (surplus) {
        pthread_join(surplus->thread, NULL);
        munmap(surplus->memory, WHOLE);
    }
}

static void *host_run(void *p)
{
    struct host_stack *s = p;

    current = s;
    s->run(s->arg);
    host_stack_put(s, true);
    return NULL;
}

int nt_host_thread_start(void *(*run)(void *), void *arg)
{
    struct host_stack *s = host_stack_get();
    pthread_attr_t attr;

    if (!s)
        return ENOMEM;
    s->run = run;
    s->arg = arg;
    pthread_attr_init(&attr);
    pthread_attr_setstack(&attr, s->memory + STACK_AT, HOST_STACK);
    int error = pthread_create(&s->thread, &attr, host_run, s);
    pthread_attr_destroy(&attr);
    if (error)
        host_stack_put(s, false);
    return error;
}

void *nt_host_thread_alternate(size_t *size)
{
    if (!current)
        return NULL;
    *size = ALTERNATE;
    return current->memory + GUARD;
}

/* --- guest stacks -------------------------------------------------------------------------- */

static bool is_run(uintptr_t at, uintptr_t end, uintptr_t base, uintptr_t limit, uint32_t state,
                   uint32_t protect)
{
    struct vm_info i;

    return vm_query(at, &i) && i.type == MEM_PRIVATE && i.base == at && i.end == end &&
           i.alloc_base == base && i.alloc_end == limit && i.state == state &&
           (state == MEM_RESERVE || i.protect == protect);
}

/* As made, or as that has grown: what the guest has changed or freed is not. */
static bool whole(const struct nt_thread_memory *m)
{
    uintptr_t top = m->stack + m->reserve, limit = top - m->commit, guard = limit - VM_PAGE;

    return is_run(m->teb, m->teb + 2 * VM_PAGE, m->teb, m->teb + 2 * VM_PAGE, MEM_COMMIT,
                  PAGE_READWRITE) &&
           is_run(m->stack, guard, m->stack, top, MEM_RESERVE, 0) &&
           is_run(guard, limit, m->stack, top, MEM_COMMIT, PAGE_READWRITE | PAGE_GUARD) &&
           is_run(limit, top, m->stack, top, MEM_COMMIT, PAGE_READWRITE);
}

static bool clear(void *at, size_t size)
{
    static const char zero[4096];

    for (size_t done = 0; done < size; done += sizeof(zero))
        if (!guest_write((char *)at + done, zero, sizeof(zero)))
            return false;
    return true;
}

bool nt_thread_memory_take(struct nt_thread_memory *m)
{
    struct nt_thread_memory found;
    bool have = false;

    pthread_mutex_lock(&lock);
    for (unsigned i = memory_count; i > 0 && !have; i--)
        if (memories[i - 1].reserve == m->reserve && memories[i - 1].commit >= m->commit) {
            found = memories[i - 1];
            memories[i - 1] = memories[--memory_count];
            have = true;
        }
    pthread_mutex_unlock(&lock);
    /* The guest may have freed it meanwhile, since it can; then it is not ours any more. */
    if (!have || !whole(&found) || !clear((void *)found.teb, 2 * VM_PAGE) ||
        !clear((void *)(found.stack + found.reserve - found.commit), found.commit))
        return false;
    *m = found;
    return true;
}

bool nt_thread_memory_keep(const struct nt_thread_memory *m)
{
    struct nt_thread_memory now = *m;
    struct vm_info top;
    bool kept = false;

    if (!vm_query(m->stack + m->reserve - 1, &top))
        return false;
    now.commit = m->stack + m->reserve - top.base;
    if (now.commit > KEPT_COMMIT || !whole(&now))
        return false;
    pthread_mutex_lock(&lock);
    if (memory_count < KEPT) {
        memories[memory_count++] = now;
        kept = true;
    }
    pthread_mutex_unlock(&lock);
    return kept;
}
