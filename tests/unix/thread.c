/* Threads: their start and end, memory of their own, signals to them, many of them. */
#include "guest.h"

static volatile int counter;
static void count_up(void *arg)
{
    (void)arg;
    for (int i = 0; i < 1000; i++)
        __atomic_add_fetch(&counter, 1, __ATOMIC_SEQ_CST);
}

static volatile int handled, go, ready;
static volatile i64 handler_thread;
static void handler_(int signal, struct siginfo_ *si, struct ucontext_ *uc)
{
    (void)signal;
    (void)si;
    (void)uc;
    handler_thread = thread_self();
    __atomic_add_fetch(&handled, 1, __ATOMIC_SEQ_CST);
}

static void spin(void *arg)
{
    (void)arg;
    __atomic_add_fetch(&ready, 1, __ATOMIC_SEQ_CST);
    while (!go)
        __asm__ volatile("pause");
}

static int pipe_ends[2];
static volatile i64 read_result;
static void block(void *arg)
{
    char byte;
    (void)arg;
    __atomic_add_fetch(&ready, 1, __ATOMIC_SEQ_CST);
    read_result = call(SYS_read, pipe_ends[0], &byte, 1);
}

/* Calls and signals from many threads at once: also the patching of sites meets other threads. */
static volatile int errors;
static void busy(void *arg)
{
    (void)arg;
    for (int i = 0; i < 3000; i++) {
        if (call(SYS_getppid) <= 0 || call(SYS_close, 99999) != -EBADF_)
            errors++;
        if (call(SYS_madvise, 1, 0, 77) != -EINVAL_)
            errors++;
    }
}

static struct thread_start starts[64];
static void test(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    for (int i = 0; i < 16; i++) {
        starts[i] = (struct thread_start){count_up, 0};
        ok(start_thread(&starts[i], 65536) > 0);
    }
    wait_threads(16);
    is(counter, 16000);

    /* A signal to a thread is handled there, spinning or blocked. */
    set_handler(SIGUSR1_, handler_, 0);
    starts[0] = (struct thread_start){spin, 0};
    i64 id = start_thread(&starts[0], 65536);
    while (!ready)
        yield();
    for (int i = 0; i < 200; i++) {
        int before = handled;
        is(thread_kill(id, SIGUSR1_), 0);
        while (handled == before)
            yield();
    }
    is(handled, 200);
    is(handler_thread, id);
    go = 1;
    wait_threads(17);

    is(make_pipe(pipe_ends), 0);
    ready = 0;
    handled = 0;
    starts[0] = (struct thread_start){block, 0};
    id = start_thread(&starts[0], 65536);
    while (!ready)
        yield();
    while (!read_result) { /* the signal may come before it blocks, and then it goes on */
        thread_kill(id, SIGUSR1_);
        yield();
    }
    is(read_result, -EINTR_);
    wait_threads(18);

    for (int i = 0; i < 8; i++) {
        starts[i] = (struct thread_start){busy, 0};
        ok(start_thread(&starts[i], 65536) > 0);
    }
    set_handler(SIGALRM_, handler_, SA_RESTART_);
    set_timer(200, 200);
    wait_threads(26);
    set_timer(0, 0);
    is(errors, 0);
    for (int round = 0; round < 8; round++) {
        for (int i = 0; i < 64; i++) {
            starts[i] = (struct thread_start){count_up, 0};
            ok(start_thread(&starts[i], 16384) > 0);
        }
        wait_threads(26 + (round + 1) * 64);
    }
    is(counter, 16000 + 512 * 1000);
}
