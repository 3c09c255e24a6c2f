/*
 * Waiting for input handles: they are signalled while records are queued. Once a program waits for
 * one, a host thread looks at the terminal for it.
 *
 * While somebody reads lines the terminal keeps what is typed, so nothing is queued then.
 */
#include <poll.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "syscalls/nt/console.h"

#define MAX_WAITED 64u

static struct nt_file
    *waited[MAX_WAITED]; /* under the console's lock; they leave before they die */
static unsigned waited_count;
static int changed = -1; /* eventfd; set once, before the thread */
static bool state;       /* what the handles were told last; under the lock */

void console_queue_changed(void)
{
    uint64_t one = 1;
    int fd = __atomic_load_n(&changed, __ATOMIC_ACQUIRE);

    if (fd >= 0 && write(fd, &one, sizeof(one)) < 0)
        return; /* it is set already */
}

static void *look(void *unused)
{
    struct console *c = &nt_console;
    uint64_t drop;

    (void)unused;
    for (;;) {
        pthread_mutex_lock(&c->lock);
        bool interested = waited_count > 0, have;
        if (interested && !c->line_readers && console_foreground())
            console_fill_locked();
        have = c->count > 0;
        for (unsigned i = 0; i < waited_count && have != state; i++)
            nt_io_file_signal(waited[i], have);
        state = have;
        bool watch = interested && !have && !c->line_readers && console_foreground();
        pthread_mutex_unlock(&c->lock);
        struct pollfd p[2] = {{.fd = changed, .events = POLLIN},
                              {.fd = watch ? c->tty : -1, .events = POLLIN}};
        if (poll(p, 2, -1) > 0 && (p[0].revents & POLLIN) && read(changed, &drop, sizeof(drop)) < 0)
            continue;
        if (p[1].revents & (POLLHUP | POLLERR))
            return NULL; /* the terminal has gone: reads will say so */
    }
}

void console_waited_for(struct nt_file *f)
{
    struct console *c = &nt_console;
    pthread_t thread;

    if (console_file(f)->kind != CONSOLE_INPUT)
        return;
    pthread_mutex_lock(&c->lock);
    bool fits = waited_count < MAX_WAITED;
    if (fits) {
        waited[waited_count++] = f;
        nt_io_file_signal(f, c->count > 0);
        state = c->count > 0;
    }
    if (fits && changed < 0) {
        int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        __atomic_store_n(&changed, fd, __ATOMIC_RELEASE);
        /* Without a thread the handle stays as it is: never signalled, which a wait with a
         * time-out survives. */
        if (fd >= 0 && pthread_create(&thread, NULL, look, NULL) == 0)
            pthread_detach(thread);
    }
    pthread_mutex_unlock(&c->lock);
    console_queue_changed();
}

void console_wait_forget(struct nt_file *f)
{
    struct console *c = &nt_console;

    pthread_mutex_lock(&c->lock);
    for (unsigned i = 0; i < waited_count; i++)
        if (waited[i] == f)
            waited[i--] = waited[--waited_count];
    pthread_mutex_unlock(&c->lock);
}
