/* The terminal behind the console: its settings, size and cursor. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "syscalls/nt/console.h"

#define REPORT_WAIT 250 /* ms that a terminal may take to say where its cursor is */

CONDRV_COORD console_size(void)
{
    struct winsize w = {0};

    if (ioctl(nt_console.tty, TIOCGWINSZ, &w) != 0 || !w.ws_col || !w.ws_row)
        return (CONDRV_COORD){80, 25};
    return (CONDRV_COORD){(SHORT)(w.ws_col < 0x7fff ? w.ws_col : 0x7fff),
                          (SHORT)(w.ws_row < 0x7fff ? w.ws_row : 0x7fff)};
}

/* In the background, touching the terminal would stop the process. */
bool console_foreground(void)
{
    return tcgetpgrp(nt_console.tty) == getpgrp();
}

static bool settings_equal(const struct termios *a, const struct termios *b)
{
    return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag && a->c_lflag == b->c_lflag &&
           a->c_cc[VMIN] == b->c_cc[VMIN] && a->c_cc[VTIME] == b->c_cc[VTIME] &&
           a->c_cc[VSUSP] == b->c_cc[VSUSP] && a->c_cc[VLNEXT] == b->c_cc[VLNEXT];
}

void console_apply_locked(void)
{
    struct console *c = &nt_console;
    bool keys = c->raw || !(c->in_mode & IN_LINE);
    bool echo = !keys && (c->in_mode & IN_ECHO), processed = c->in_mode & IN_PROCESSED;
    struct termios t;

    if (!c->touched && !keys && echo && processed)
        return;
    if (c->tty < 0 || !console_foreground())
        return;
    if (!c->touched) {
        if (tcgetattr(c->tty, &c->saved) != 0)
            return;
        c->now = c->saved;
    }
    t = c->saved;
    if (keys) {
        t.c_lflag &= ~(tcflag_t)(ICANON | IEXTEN);
        t.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IGNCR | IXON | ISTRIP);
        t.c_cc[VMIN] = 1;
        t.c_cc[VTIME] = 0;
        t.c_cc[VSUSP] = _POSIX_VDISABLE; /* Ctrl-Z is a key like others */
    }
    if (!echo)
        t.c_lflag &= ~(tcflag_t)ECHO;
    if (!processed)
        t.c_lflag &= ~(tcflag_t)ISIG;
    if (settings_equal(&t, &c->now))
        return;
    if (!c->touched) {
        c->touched = true;
        console_catch_signals();
    }
    if (tcsetattr(c->tty, TCSADRAIN, &t) == 0)
        c->now = t;
}

void console_restore(void)
{
    struct console *c = &nt_console;
    char text[32];
    int n = 0;

    pthread_mutex_lock(&c->lock);
    if (c->tty >= 0 && console_foreground()) {
        if (c->touched)
            tcsetattr(c->tty, TCSADRAIN, &c->saved);
        if (c->attributes != ATTRIBUTES_DEFAULT)
            n += snprintf(text + n, sizeof(text) - (size_t)n, "\033[m");
        if (!c->cursor.Visible)
            n += snprintf(text + n, sizeof(text) - (size_t)n, "\033[?25h");
        if (!(c->out_mode & OUT_WRAP))
            n += snprintf(text + n, sizeof(text) - (size_t)n, "\033[?7h");
        if (n && write(c->tty, text, (size_t)n) != n)
            n = 0; /* the terminal has gone: nothing to put back */
        c->attributes = ATTRIBUTES_DEFAULT;
        c->cursor.Visible = 1;
        c->out_mode |= OUT_WRAP;
    }
    c->touched = false;
    pthread_mutex_unlock(&c->lock);
}

NTSTATUS console_put(const struct nt_io *io, int fd, const char *bytes, size_t n)
{
    while (n) {
        NTSTATUS status = nt_io_wait_fd(io, fd, POLLOUT);
        if (!NT_SUCCESS(status))
            return status;
        ssize_t r = write(fd, bytes, n);
        if (r < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (r < 0)
            return errno == EIO ? STATUS_PIPE_DISCONNECTED : nt_status_of_errno(errno);
        bytes += r;
        n -= (size_t)r;
    }
    return STATUS_SUCCESS;
}

bool console_open_ready(void)
{
    struct console *c = &nt_console;
    struct epoll_event e = {.events = EPOLLIN};
    bool ok;

    pthread_mutex_lock(&c->lock);
    if (c->ready < 0) {
        int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), ready = epoll_create1(EPOLL_CLOEXEC);
        if (wake >= 0 && ready >= 0 && epoll_ctl(ready, EPOLL_CTL_ADD, c->tty, &e) == 0 &&
            epoll_ctl(ready, EPOLL_CTL_ADD, wake, &e) == 0) {
            c->wake = wake;
            c->ready = ready;
        } else {
            if (wake >= 0)
                close(wake);
            if (ready >= 0)
                close(ready);
        }
    }
    ok = c->ready >= 0;
    pthread_mutex_unlock(&c->lock);
    return ok;
}

void console_wake(void)
{
    uint64_t one = 1;

    if (nt_console.wake >= 0 && write(nt_console.wake, &one, sizeof(one)) < 0)
        return; /* it is set already */
}

CONDRV_COORD console_cursor(void)
{
    struct console *c = &nt_console;
    struct pollfd p = {.fd = c->tty, .events = POLLIN};
    CONDRV_COORD at;

    pthread_mutex_lock(&c->lock);
    if (!c->no_reports && !c->reporting && console_foreground()) {
        bool raw = c->raw;
        /* The answer comes as input: it must neither be echoed nor wait for the end of a line. */
        c->raw = true;
        c->reporting = true;
        c->reported = false;
        console_apply_locked();
        bool asked = write(c->tty, "\033[6n", 4) == 4;
        int left = REPORT_WAIT;
        while (asked && !c->reported && left > 0 && c->byte_count < sizeof(c->bytes)) {
            /* In short steps: a thread that waits for input may see the answer first. */
            pthread_mutex_unlock(&c->lock);
            int r = poll(&p, 1, 10);
            pthread_mutex_lock(&c->lock);
            left -= 10;
            if (r <= 0 || c->reported || poll(&p, 1, 0) <= 0)
                continue;
            ssize_t n = read(c->tty, c->bytes + c->byte_count, sizeof(c->bytes) - c->byte_count);
            if (n <= 0)
                break;
            c->byte_count += (unsigned)n;
            console_decode_locked(false);
        }
        c->reporting = false;
        c->no_reports = !c->reported;
        c->raw = raw;
        console_apply_locked();
    }
    at = c->at;
    pthread_mutex_unlock(&c->lock);
    return at;
}
