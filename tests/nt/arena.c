/* The session arena and its slots, among threads and among processes that get killed:
 * syscalls/nt/arena.c, slot.c, wait.c */
#include <criterion/criterion.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "syscalls/nt/sync.h"

static struct nt_deadline within(int ms)
{
    struct nt_deadline d;

    nt_deadline_after(&d, ms * 10000ll);
    return d;
}

static NTSTATUS wait_one(struct nt_slot *s, int ms)
{
    struct nt_deadline d = within(ms);

    return nt_wait_slots(NULL, &s, 1, false, false, &d);
}

static struct nt_slot *semaphore(int count, int limit)
{
    struct nt_slot *s = nt_slot_new(NT_SLOT_SEMAPHORE);

    s->u.semaphore.limit = limit;
    atomic_store(&s->word, (uint32_t)count);
    return s;
}

/* A process of the session. In the child: 0, and it has joined. */
static pid_t start(uint32_t *number, struct nt_slot **exit_slot)
{
    cr_assert(nt_arena_child_new(number, exit_slot));
    int fd = dup(nt_arena_fd());
    pid_t pid = fork();
    if (pid != 0) {
        close(fd);
        cr_assert(pid > 0);
        return pid;
    }
    uint32_t self = *number;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    nt_arena_forget();
    nt_arena_set_process(self);
    if (!nt_arena_join(fd))
        _exit(9);
    return 0;
}

Test(arena, slots_are_reused)
{
    enum { N = 1000 };
    struct nt_slot *s[N];

    for (int round = 0; round < 3; round++) {
        uint32_t highest = 0;
        for (int i = 0; i < N; i++) {
            s[i] = nt_slot_new(NT_SLOT_EVENT);
            cr_assert_not_null(s[i]);
            cr_assert_eq(nt_slot_at(nt_slot_number(s[i])), s[i]);
            if (nt_slot_number(s[i]) > highest)
                highest = nt_slot_number(s[i]);
        }
        cr_assert_lt(highest, N + 128);
        for (int i = 0; i < N; i++)
            nt_slot_free(s[i]);
    }
}

Test(arena, states)
{
    struct nt_slot *a = nt_slot_event_new(false, false), *m = nt_slot_event_new(true, true);
    int32_t previous;

    cr_assert_eq(wait_one(a, 0), STATUS_TIMEOUT);
    cr_assert(!nt_slot_event_set(a));
    cr_assert(nt_slot_event_set(a));
    cr_assert_eq(wait_one(a, 0), STATUS_WAIT_0);
    cr_assert_eq(wait_one(a, 1), STATUS_TIMEOUT);
    cr_assert_eq(wait_one(m, 0), STATUS_WAIT_0);
    cr_assert(nt_slot_event_reset(m));
    cr_assert_eq(wait_one(m, 0), STATUS_TIMEOUT);
    struct nt_slot *s = semaphore(1, 2);
    cr_assert_eq(nt_slot_semaphore_release(s, 2, &previous), STATUS_SEMAPHORE_LIMIT_EXCEEDED);
    cr_assert_eq(nt_slot_semaphore_release(s, 1, &previous), STATUS_SUCCESS);
    cr_assert_eq(previous, 1);
    struct nt_slot *all[2] = {a, s};
    struct nt_deadline d = within(1);
    cr_assert_eq(nt_wait_slots(NULL, all, 2, true, false, &d), STATUS_TIMEOUT);
    cr_assert_eq((uint32_t)atomic_load(&s->word), 2);
    nt_slot_event_set(a);
    cr_assert_eq(nt_wait_slots(NULL, all, 2, true, false, &d), STATUS_WAIT_0);
    cr_assert_eq((uint32_t)atomic_load(&s->word), 1);
    cr_assert_eq(nt_slot_mutant_release(nt_slot_new(NT_SLOT_MUTANT), false, &previous),
                 STATUS_MUTANT_NOT_OWNED);
}

Test(arena, mutant_of_a_killed_process)
{
    struct nt_slot *m = nt_slot_new(NT_SLOT_MUTANT), *ready = nt_slot_event_new(false, false);
    struct nt_slot *exit_slot;
    uint32_t number;
    int32_t previous;
    pid_t pid = start(&number, &exit_slot);

    if (pid == 0) {
        wait_one(m, 1000);
        nt_slot_event_set(ready);
        for (;;)
            pause();
    }
    cr_assert(nt_slot_share_with(m, number) && nt_slot_share_with(ready, number));
    cr_assert_eq(wait_one(ready, 20000), STATUS_WAIT_0);
    cr_assert_eq(wait_one(m, 10), STATUS_TIMEOUT);
    cr_assert_eq(wait_one(exit_slot, 10), STATUS_TIMEOUT);
    kill(pid, SIGKILL);
    cr_assert_eq(wait_one(m, 20000), STATUS_ABANDONED_WAIT_0);
    cr_assert_eq(wait_one(exit_slot, 20000), STATUS_WAIT_0);
    cr_assert_eq(exit_slot->flags & NT_EXIT_STATUS_VALID, 0);
    cr_assert_eq(nt_slot_mutant_release(m, false, &previous), STATUS_SUCCESS);
    cr_assert_eq(wait_one(m, 0), STATUS_WAIT_0);
    waitpid(pid, NULL, 0);
}

Test(arena, orderly_exit)
{
    struct nt_slot *exit_slot;
    uint32_t number;
    pid_t pid = start(&number, &exit_slot);

    if (pid == 0) {
        nt_arena_leave(0x12345678, true);
        _exit(0);
    }
    cr_assert_eq(wait_one(exit_slot, 20000), STATUS_WAIT_0);
    cr_assert_eq(exit_slot->u.exit.status, 0x12345678);
    cr_assert(exit_slot->flags & NT_EXIT_STATUS_VALID);
    waitpid(pid, NULL, 0);
}

/* What the processes below share. */
static struct shared {
    struct nt_slot *mutant, *semaphore, *event, *forks[3];
    _Atomic uint32_t rounds;
    _Atomic uint32_t inside;
} *shared;

/* Everything that touches several words, for ever. */
static void work(unsigned seed)
{
    int32_t previous;

    for (;; seed = seed * 1103515245 + 12345) {
        struct nt_deadline d = within(20);
        switch (seed >> 16 & 7) {
        case 0:
            if (NT_SUCCESS(wait_one(shared->mutant, 20)) )
                nt_slot_mutant_release(shared->mutant, false, &previous);
            break;
        case 1:
            if (wait_one(shared->semaphore, 20) == STATUS_WAIT_0)
                nt_slot_semaphore_release(shared->semaphore, 1, &previous);
            break;
        case 2:
            nt_slot_event_set(shared->event);
            wait_one(shared->event, 1);
            break;
        case 3:
        case 4:
            if (nt_wait_slots(NULL, shared->forks, 3, true, false, &d) == STATUS_WAIT_0)
                for (int i = 0; i < 3; i++)
                    nt_slot_event_set(shared->forks[i]);
            break;
        case 5: {
            struct nt_slot *s = nt_slot_event_new(true, false);
            if (s && nt_slot_hold(s)) /* shared from now on: goes through the session's lists */
                nt_slot_free(s);
            break;
        }
        default: {
            struct nt_slot *both[2] = {shared->event, shared->mutant};
            nt_slot_event_set(shared->event);
            NTSTATUS status = nt_wait_slots(NULL, both, 2, true, false, &d);
            if (status == STATUS_WAIT_0 || status == STATUS_ABANDONED_WAIT_0)
                nt_slot_mutant_release(shared->mutant, false, &previous);
        }
        }
        atomic_fetch_add(&shared->rounds, 1);
    }
}

static void share_all(uint32_t number)
{
    cr_assert(nt_slot_share_with(shared->mutant, number));
    cr_assert(nt_slot_share_with(shared->semaphore, number));
    cr_assert(nt_slot_share_with(shared->event, number));
    for (int i = 0; i < 3; i++)
        cr_assert(nt_slot_share_with(shared->forks[i], number));
}

static void kill_child(pid_t pid, uint32_t number, struct nt_slot *exit_slot)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    /* Before it has joined, only its parent can know. */
    if (((uint32_t)atomic_load(&exit_slot->word) & 0x3fffffff) == 0x3fffffff)
        nt_arena_child_failed(number, -1);
    cr_assert_eq(wait_one(exit_slot, 20000), STATUS_WAIT_0);
    nt_slot_free(exit_slot);
}

Test(arena, killed_at_any_instruction, .timeout = 120)
{
    enum { PROCESSES = 4, KILLS = 300 };
    struct nt_slot *exits[PROCESSES];
    pid_t pids[PROCESSES];
    uint32_t numbers[PROCESSES];
    int32_t previous;

    shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    shared->mutant = nt_slot_new(NT_SLOT_MUTANT);
    shared->semaphore = semaphore(1000000, 2000000);
    shared->event = nt_slot_event_new(false, false);
    for (int i = 0; i < 3; i++)
        shared->forks[i] = nt_slot_event_new(false, true);
    /* Addresses are the parent's; children map the arena elsewhere and translate. */
    uint32_t n[6] = {nt_slot_number(shared->mutant),   nt_slot_number(shared->semaphore),
                     nt_slot_number(shared->event),    nt_slot_number(shared->forks[0]),
                     nt_slot_number(shared->forks[1]), nt_slot_number(shared->forks[2])};
    struct shared *common = shared;
    srand(1);
    for (int k = 0; k < PROCESSES + KILLS; k++) {
        int i = k % PROCESSES;
        if (k >= PROCESSES) {
            struct timespec pause = {0, 100000 + rand() % 3000000};
            nanosleep(&pause, NULL);
            kill_child(pids[i], numbers[i], exits[i]);
        }
        pids[i] = start(&numbers[i], &exits[i]);
        if (pids[i] == 0) {
            struct shared mine = {nt_slot_at(n[0]), nt_slot_at(n[1]), nt_slot_at(n[2]),
                                  {nt_slot_at(n[3]), nt_slot_at(n[4]), nt_slot_at(n[5])}, 0, 0};
            shared = &mine;
            work((unsigned)k);
        }
        shared = common;
        share_all(numbers[i]);
    }
    for (int i = 0; i < PROCESSES; i++)
        kill_child(pids[i], numbers[i], exits[i]);
    /* Whatever the dead held has become free, and everything still works. */
    NTSTATUS status = wait_one(shared->mutant, 20000);
    cr_assert(status == STATUS_WAIT_0 || status == STATUS_ABANDONED_WAIT_0);
    cr_assert_eq(nt_slot_mutant_release(shared->mutant, false, &previous), STATUS_SUCCESS);
    cr_assert_eq(wait_one(shared->semaphore, 20000), STATUS_WAIT_0);
    nt_slot_event_set(shared->event);
    cr_assert_eq(wait_one(shared->event, 20000), STATUS_WAIT_0);
    for (int i = 0; i < 3; i++)
        nt_slot_event_set(shared->forks[i]); /* one who had them may be dead */
    struct nt_deadline d = within(20000);
    cr_assert_eq(nt_wait_slots(NULL, shared->forks, 3, true, false, &d), STATUS_WAIT_0);
    nt_arena_reap();
    struct nt_slot *s = nt_slot_event_new(false, false);
    cr_assert_lt(nt_slot_number(s), 64 * 64, "blocks of the dead are used again");
}

static struct nt_slot *ring[4];
static _Atomic unsigned laps;

static void *runner(void *arg)
{
    unsigned i = (unsigned)(uintptr_t)arg;

    for (int k = 0; k < 2000; k++) {
        if (wait_one(ring[i], 20000) != STATUS_WAIT_0)
            return arg;
        atomic_fetch_add(&laps, 1);
        nt_slot_event_set(ring[(i + 1) % 4]);
    }
    return NULL;
}

Test(arena, hand_over_between_threads, .timeout = 120)
{
    pthread_t t[4];
    void *failed;

    for (int i = 0; i < 4; i++)
        ring[i] = nt_slot_event_new(false, i == 0);
    for (uintptr_t i = 0; i < 4; i++)
        pthread_create(&t[i], NULL, runner, (void *)i);
    for (int i = 0; i < 4; i++) {
        pthread_join(t[i], &failed);
        cr_assert_null(failed);
    }
    cr_assert_eq(laps, 8000);
}

static struct nt_slot *crowd[4], *tokens;
static _Atomic int got, wrong;

/* Waits for any of several; each signal wakes one, who may take another than it was woken for. */
static void *any(void *arg)
{
    int32_t previous;

    (void)arg;
    for (;;) {
        struct nt_deadline d = within(20000);
        NTSTATUS status = nt_wait_slots(NULL, crowd, 4, false, false, &d);
        if (status == STATUS_WAIT_0 + 3)
            return NULL;
        if (status < 0 || status > 2)
            atomic_fetch_add(&wrong, 1);
        atomic_fetch_add(&got, 1);
        nt_slot_semaphore_release(tokens, 1, &previous);
    }
}

Test(arena, no_signal_is_lost, .timeout = 120)
{
    pthread_t t[4];

    for (int i = 0; i < 4; i++)
        crowd[i] = i == 1 ? semaphore(0, 100000) : nt_slot_event_new(i == 3, false);
    tokens = semaphore(0, 100000);
    for (int i = 0; i < 4; i++)
        pthread_create(&t[i], NULL, any, NULL);
    int32_t previous;
    for (int k = 0; k < 5000; k++) {
        if (k % 3 == 1)
            nt_slot_semaphore_release(crowd[1], 1, &previous);
        else
            nt_slot_event_set(crowd[k % 3]);
        cr_assert_eq(wait_one(tokens, 20000), STATUS_WAIT_0, "signal %d is lost", k);
    }
    nt_slot_event_set(crowd[3]);
    for (int i = 0; i < 4; i++)
        pthread_join(t[i], NULL);
    cr_assert_eq(got, 5000);
    cr_assert_eq(wrong, 0);
}
