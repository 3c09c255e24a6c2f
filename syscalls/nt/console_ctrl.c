/*
 * Control events. The terminal's signals become CTRL_C_EVENT (SIGINT), CTRL_BREAK_EVENT (SIGQUIT)
 * and CTRL_CLOSE_EVENT (SIGHUP, SIGTERM): a host thread, started when it is first needed, takes
 * them from a semaphore and starts a guest thread for each. Until a program registers its routine
 * or changes the terminal, signals keep the host's default action.
 */
#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>

#include "syscalls/nt/console.h"
#include "syscalls/nt/thread.h"

#define CTRL_C 0u
#define CTRL_BREAK 1u
#define CTRL_CLOSE 2u
#define HOST_STATUS_INTERRUPTED 130

static atomic_uint waiting; /* bit per event, and SIZE_CHANGED */
#define SIZE_CHANGED (1u << 31)
static sem_t wanted;
static atomic_bool started, watching;
static _Atomic uint64_t ctrl_routine; /* guest address; 0: none */
static atomic_bool closing;

static void on_signal(int sig)
{
    int saved = errno;

    atomic_fetch_or(&waiting, sig == SIGWINCH  ? SIZE_CHANGED
                              : sig == SIGINT  ? 1u << CTRL_C
                              : sig == SIGQUIT ? 1u << CTRL_BREAK
                                               : 1u << CTRL_CLOSE);
    sem_post(&wanted);
    errno = saved;
}

static void end_process(void)
{
    console_restore();
    nt_exit_process_as(STATUS_CONTROL_C_EXIT, HOST_STATUS_INTERRUPTED);
}

static void event(uint32_t number)
{
    uint64_t routine = atomic_load(&ctrl_routine);

    if (number == CTRL_C) {
        ULONG flags = 0;
        if (guest_get(&flags, &nt_process.parameters->ConsoleFlags) && (flags & 1u))
            return;
        pthread_mutex_lock(&nt_console.lock);
        nt_console.interrupts++;
        pthread_mutex_unlock(&nt_console.lock);
        console_wake();
    }
    /* Whoever asks twice to close does not want to wait for the first answer. */
    bool again = number == CTRL_CLOSE && atomic_exchange(&closing, true);
    if (!routine || again ||
        !NT_SUCCESS(
            nt_thread_start_guest(routine, number, number == CTRL_CLOSE ? end_process : NULL)))
        end_process();
}

static void *worker(void *unused)
{
    (void)unused;
    for (;;) {
        while (sem_wait(&wanted) != 0)
            continue;
        unsigned now = atomic_exchange(&waiting, 0);
        if (now & SIZE_CHANGED) {
            CONDRV_INPUT_RECORD r = {.EventType = 4, .BufferSize = console_size()};
            pthread_mutex_lock(&nt_console.lock);
            if (nt_console.in_mode & IN_WINDOW)
                console_queue_locked(&r);
            pthread_mutex_unlock(&nt_console.lock);
            console_wake();
        }
        for (uint32_t i = CTRL_C; i <= CTRL_CLOSE; i++)
            if (now & 1u << i)
                event(i);
    }
    return NULL;
}

static void catch (int sig)
{
    struct sigaction old, new = {.sa_handler = on_signal, .sa_flags = SA_RESTART | SA_ONSTACK};

    /* What nohup or a shell has switched off stays off. */
    if (sigaction(sig, NULL, &old) == 0 && old.sa_handler == SIG_IGN)
        return;
    sigemptyset(&new.sa_mask);
    sigaction(sig, &new, NULL);
}

static bool start_worker(void)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards starting */
    pthread_t thread;
    bool ok = true;

    pthread_mutex_lock(&lock);
    if (!atomic_load(&started)) {
        sem_init(&wanted, 0, 0);
        /* No signal is blocked in it: the guest threads that it starts inherit its mask. */
        ok = pthread_create(&thread, NULL, worker, NULL) == 0;
        if (ok)
            pthread_detach(thread);
        atomic_store(&started, ok);
    }
    pthread_mutex_unlock(&lock);
    return ok;
}

void console_catch_signals(void)
{
    static atomic_bool caught;

    if (atomic_load(&caught) || !start_worker() || atomic_exchange(&caught, true))
        return;
    catch (SIGINT);
    catch (SIGQUIT);
    catch (SIGTERM);
    catch (SIGHUP);
}

void console_watch_size(void)
{
    struct sigaction new = {.sa_handler = on_signal, .sa_flags = SA_RESTART | SA_ONSTACK};

    if (atomic_load(&watching) || !start_worker() || atomic_exchange(&watching, true))
        return;
    console_open_ready();
    sigemptyset(&new.sa_mask);
    sigaction(SIGWINCH, &new, NULL);
}

void console_ctrl_routine(uint64_t routine)
{
    atomic_store(&ctrl_routine, routine);
    if (routine)
        console_catch_signals();
}

/* Other processes of the console get a host signal, which means the same to them. */
NTSTATUS console_ctrl_send(uint32_t number, uint32_t group)
{
    if (number > CTRL_BREAK)
        return STATUS_INVALID_PARAMETER;
    if (group == 0 || group == nt_process.id) {
        if (!start_worker())
            return STATUS_INSUFFICIENT_RESOURCES;
        /* Windows sends CTRL_C to a group of its own never, whose members ignore it. */
        if (group && number == CTRL_C)
            return STATUS_SUCCESS;
        atomic_fetch_or(&waiting, 1u << number);
        sem_post(&wanted);
        return STATUS_SUCCESS;
    }
    if (group % 4 || kill((pid_t)(group / 4), 0) != 0)
        return STATUS_INVALID_PARAMETER;
    return kill((pid_t)(group / 4), number == CTRL_C ? SIGINT : SIGQUIT) == 0
               ? STATUS_SUCCESS
               : nt_status_of_errno(errno);
}
