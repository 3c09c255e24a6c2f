/* Objects, waits, threads, processes, the heap and faults: Windows' calls (built with MinGW), and
 * what a Linux program would do in their place. Each figure is the best of the rounds: on a busy
 * machine the others tell about its neighbours. Starts itself again as "sync child" and "sync
 * echo". */
#define _GNU_SOURCE 1
#include "bench.h"

#define MIN_ROUNDS 9

/* nanoseconds a call, the best round */
#define BEST(name, calls, ...)                                                                     \
    do {                                                                                           \
        double best = 1e18;                                                                        \
        for (int bench_r = 0; bench_r < MIN_ROUNDS; bench_r++) {                                   \
            double bench_start = now_ns();                                                         \
            for (int i = 0; i < (calls); i++) {                                                    \
                __VA_ARGS__;                                                                       \
            }                                                                                      \
            double each = (now_ns() - bench_start) / (calls);                                      \
            best = each < best ? each : best;                                                      \
        }                                                                                          \
        printf("%s %.1f\n", name, best);                                                           \
        fflush(stdout);                                                                            \
    } while (0)

#define HAND_OVERS 2000
#define HEAP_CALLS 100000

/* As programs use a heap: small blocks of mixed sizes, some of them kept for a while. */
static void heap_work(int calls)
{
    void *kept[64] = {0};
    unsigned r = 12345;

    for (int i = 0; i < calls; i++) {
        r = r * 1103515245 + 12345;
        unsigned k = r >> 16 & 63;
        free(kept[k]);
        kept[k] = malloc((r >> 8 & 255) + 1);
    }
    for (int k = 0; k < 64; k++)
        free(kept[k]);
}

#ifdef _WIN32
#include <windows.h>

static double now_ns(void)
{
    static LARGE_INTEGER frequency;
    LARGE_INTEGER t;

    if (!frequency.QuadPart)
        QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&t);
    return (double)t.QuadPart * 1e9 / (double)frequency.QuadPart;
}

static HANDLE ping, pong;

static DWORD WINAPI echo(void *times)
{
    for (LONG_PTR i = (LONG_PTR)times; i > 0; i--) {
        WaitForSingleObject(ping, INFINITE);
        SetEvent(pong);
    }
    return 0;
}

static DWORD WINAPI nothing(void *arg)
{
    (void)arg;
    return 0;
}

static DWORD WINAPI heap_thread(void *arg)
{
    (void)arg;
    heap_work(HEAP_CALLS);
    return 0;
}

static void start(const char *arguments, PROCESS_INFORMATION *pi)
{
    STARTUPINFOA si = {.cb = sizeof(si)};
    char self[MAX_PATH], line[MAX_PATH + 128];

    GetModuleFileNameA(NULL, self, sizeof(self));
    snprintf(line, sizeof(line), "\"%s\" %s", self, arguments);
    if (!CreateProcessA(self, line, NULL, NULL, TRUE, 0, NULL, NULL, &si, pi))
        bench_stop("CreateProcess");
    CloseHandle(pi->hThread);
}

static void *page;
static volatile LONG faults;

static LONG WINAPI on_fault(EXCEPTION_POINTERS *e)
{
    if (e->ExceptionRecord->ExceptionCode != EXCEPTION_ACCESS_VIOLATION)
        return EXCEPTION_CONTINUE_SEARCH;
    faults++;
    e->ContextRecord->Rip += 2; /* mov byte [rax], cl */
    return EXCEPTION_CONTINUE_EXECUTION;
}

static void hand_over(int times)
{
    for (int i = 0; i < times; i++)
        SignalObjectAndWait(ping, pong, INFINITE, FALSE);
}

int main(int argc, char **argv)
{
    SECURITY_ATTRIBUTES inherit = {sizeof(inherit), NULL, TRUE};
    HANDLE many[32], event = CreateEventA(NULL, FALSE, FALSE, NULL), threads[4], thread;
    PROCESS_INFORMATION pi;
    char arguments[64];

    if (argc == 2 && !strcmp(argv[1], "child"))
        return 7;
    if (argc == 4 && !strcmp(argv[1], "echo")) {
        ping = (HANDLE)(ULONG_PTR)strtoull(argv[2], NULL, 0);
        pong = (HANDLE)(ULONG_PTR)strtoull(argv[3], NULL, 0);
        return (int)echo((void *)(LONG_PTR)(HAND_OVERS * MIN_ROUNDS));
    }
    BEST("event-set-wait", 100000, {
        SetEvent(event);
        if (WaitForSingleObject(event, 0))
            bench_stop("WaitForSingleObject");
    });
    BEST("event-create-close", 20000, {
        HANDLE h = CreateEventA(NULL, FALSE, FALSE, NULL);
        if (!h || !CloseHandle(h))
            bench_stop("CreateEvent");
    });
    for (int k = 0; k < 32; k++)
        many[k] = CreateEventA(NULL, FALSE, FALSE, NULL);
    BEST("wait-32", 20000, {
        SetEvent(many[31]);
        if (WaitForMultipleObjects(32, many, FALSE, INFINITE) != 31)
            bench_stop("WaitForMultipleObjects");
    });
    ping = CreateEventA(&inherit, FALSE, FALSE, NULL);
    pong = CreateEventA(&inherit, FALSE, FALSE, NULL);
    thread = CreateThread(NULL, 0, echo, (void *)(LONG_PTR)(HAND_OVERS * MIN_ROUNDS), 0, NULL);
    BEST("hand-over-threads", HAND_OVERS, hand_over(1));
    WaitForSingleObject(thread, INFINITE);
    snprintf(arguments, sizeof(arguments), "echo %llu %llu", (unsigned long long)(ULONG_PTR)ping,
             (unsigned long long)(ULONG_PTR)pong);
    start(arguments, &pi);
    BEST("hand-over-processes", HAND_OVERS, hand_over(1));
    WaitForSingleObject(pi.hProcess, INFINITE);
    BEST("thread-create-join", 300, {
        HANDLE h = CreateThread(NULL, 0, nothing, NULL, 0, NULL);
        if (!h)
            bench_stop("CreateThread");
        WaitForSingleObject(h, INFINITE);
        CloseHandle(h);
    });
    BEST("process-create-wait", 10, {
        DWORD code;
        start("child", &pi);
        WaitForSingleObject(pi.hProcess, INFINITE);
        if (!GetExitCodeProcess(pi.hProcess, &code) || code != 7)
            bench_stop("GetExitCodeProcess");
        CloseHandle(pi.hProcess);
    });
    BEST("heap-1", 1, heap_work(HEAP_CALLS));
    BEST("heap-4", 1, {
        for (int k = 0; k < 4; k++)
            threads[k] = CreateThread(NULL, 0, heap_thread, NULL, 0, NULL);
        WaitForMultipleObjects(4, threads, TRUE, INFINITE);
        for (int k = 0; k < 4; k++)
            CloseHandle(threads[k]);
    });
    page = VirtualAlloc(NULL, 4096, MEM_RESERVE, PAGE_NOACCESS);
    AddVectoredExceptionHandler(1, on_fault);
    BEST("access-violation", 5000, __asm__ volatile("movb %%cl, (%%rax)" ::"a"(page) : "memory"));
    if (faults != 5000 * MIN_ROUNDS)
        bench_stop("the fault handler");
    return 0;
}
#else

#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <spawn.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

extern char **environ;

static double now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static _Atomic int *words; /* ping, pong: shared with children */

static void set(_Atomic int *word)
{
    atomic_store(word, 1);
    syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void wait_for(_Atomic int *word)
{
    int one = 1;

    while (!atomic_compare_exchange_strong(word, &one, 0)) {
        syscall(SYS_futex, word, FUTEX_WAIT, 0, NULL, NULL, 0);
        one = 1;
    }
}

static void *echo(void *arg)
{
    for (int i = 0; i < HAND_OVERS * MIN_ROUNDS; i++) {
        wait_for(&words[0]);
        set(&words[16]);
    }
    return arg;
}

static void hand_over(int times)
{
    for (int i = 0; i < times; i++) {
        set(&words[0]);
        wait_for(&words[16]);
    }
}

static void *nothing(void *arg)
{
    return arg;
}

static void *heap_thread(void *arg)
{
    heap_work(HEAP_CALLS);
    return arg;
}

static volatile int faults;

static void on_fault(int sig, siginfo_t *si, void *uc)
{
    (void)sig, (void)si;
    faults++;
    ((ucontext_t *)uc)->uc_mcontext.gregs[REG_RIP] += 2;
}

int main(int argc, char **argv)
{
    pthread_t thread, threads[4];
    struct pollfd many[32];
    _Atomic int event = 0;
    int status;

    if (argc == 2 && !strcmp(argv[1], "child"))
        return 7;
    BEST("event-set-wait", 100000, {
        int one = 1;
        atomic_store(&event, 1);
        if (!atomic_compare_exchange_strong(&event, &one, 0))
            bench_stop("event");
    });
    for (int k = 0; k < 32; k++)
        many[k] = (struct pollfd){eventfd(0, EFD_CLOEXEC), POLLIN, 0};
    BEST("wait-32", 20000, {
        unsigned long long one = 1;
        if (write(many[31].fd, &one, 8) != 8 || poll(many, 32, -1) != 1 ||
            read(many[31].fd, &one, 8) != 8)
            bench_stop("poll");
    });
    words = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_create(&thread, NULL, echo, NULL);
    BEST("hand-over-threads", HAND_OVERS, hand_over(1));
    pthread_join(thread, NULL);
    pid_t child = fork();
    if (child == 0) {
        echo(NULL);
        _exit(0);
    }
    BEST("hand-over-processes", HAND_OVERS, hand_over(1));
    waitpid(child, &status, 0);
    BEST("thread-create-join", 300, {
        if (pthread_create(&thread, NULL, nothing, NULL))
            bench_stop("pthread_create");
        pthread_join(thread, NULL);
    });
    BEST("process-create-wait", 10, {
        char *line[] = {argv[0], "child", NULL};
        if (posix_spawn(&child, "/proc/self/exe", NULL, NULL, line, environ))
            bench_stop("posix_spawn");
        waitpid(child, &status, 0);
        if (WEXITSTATUS(status) != 7)
            bench_stop("waitpid");
    });
    BEST("heap-1", 1, heap_work(HEAP_CALLS));
    BEST("heap-4", 1, {
        for (int k = 0; k < 4; k++)
            pthread_create(&threads[k], NULL, heap_thread, NULL);
        for (int k = 0; k < 4; k++)
            pthread_join(threads[k], NULL);
    });
    void *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct sigaction sa = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &sa, NULL);
    BEST("access-violation", 5000, __asm__ volatile("movb %%cl, (%%rax)" ::"a"(page) : "memory"));
    if (faults != 5000 * MIN_ROUNDS)
        bench_stop("the fault handler");
    return 0;
}
#endif
