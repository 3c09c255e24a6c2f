/* Reading from the console: lines, characters, records. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "syscalls/host/utf.h"
#include "syscalls/nt/console.h"
#include "syscalls/nt/console_page.h"

#define ESCAPE_WAIT 40 /* ms after which ESC is the key, not the beginning of a sequence */
#define LINE_MAX_UNITS 32768u
#define CTRL_Z 0x1a

/* Takes what the terminal has, if the queue has room for it. Under the lock; never blocks. */
static bool fill_locked(void)
{
    struct console *c = &nt_console;
    struct pollfd p = {.fd = c->tty, .events = POLLIN};
    bool ended = false;

    while (c->count + 2 * sizeof(c->bytes) <= CONSOLE_QUEUE && poll(&p, 1, 0) > 0) {
        ssize_t n = read(c->tty, c->bytes + c->byte_count, sizeof(c->bytes) - c->byte_count);
        if (n <= 0) {
            ended = n == 0 || errno == EIO;
            break;
        }
        c->byte_count += (unsigned)n;
        console_decode_locked(false);
        if (c->byte_count && poll(&p, 1, ESCAPE_WAIT) <= 0)
            console_decode_locked(true);
    }
    return !ended;
}

static void want_keys_locked(void)
{
    nt_console.raw = true;
    console_apply_locked();
}

/* Waits until the terminal has something or a control event has come. */
static NTSTATUS wait_input(const struct nt_io *io)
{
    uint64_t count;

    if (!console_open_ready())
        return STATUS_INSUFFICIENT_RESOURCES;
    NTSTATUS status = nt_io_wait_fd(io, nt_console.ready, POLLIN);
    if (NT_SUCCESS(status) && read(nt_console.wake, &count, sizeof(count)) < 0)
        return STATUS_SUCCESS; /* the terminal it was */
    return status;
}

void console_fill_locked(void)
{
    want_keys_locked();
    fill_locked();
}

static NTSTATUS read_records(struct nt_io *io, uint32_t flags, void *out, uint32_t out_n,
                             ULONG_PTR *information)
{
    struct console *c = &nt_console;
    uint32_t room = out_n / sizeof(CONDRV_INPUT_RECORD), n = 0;

    if (flags & ~(CONDRV_READ_NOREMOVE | CONDRV_READ_NOWAIT))
        return STATUS_INVALID_PARAMETER;
    if (!room)
        return out_n || !(flags & CONDRV_READ_NOWAIT) ? STATUS_BUFFER_TOO_SMALL : STATUS_SUCCESS;
    for (;;) {
        CONDRV_INPUT_RECORD part[64];
        pthread_mutex_lock(&c->lock);
        want_keys_locked();
        bool open = fill_locked();
        while (n < room) {
            uint32_t take = flags & CONDRV_READ_NOREMOVE ? c->count - n : c->count, k = 0;
            unsigned first = c->first + (flags & CONDRV_READ_NOREMOVE ? n : 0);
            for (; k < take && k < 64 && n + k < room; k++)
                part[k] = c->queue[(first + k) % CONSOLE_QUEUE];
            if (!k)
                break;
            if (!(flags & CONDRV_READ_NOREMOVE)) {
                c->first = (c->first + k) % CONSOLE_QUEUE;
                c->count -= k;
            }
            pthread_mutex_unlock(&c->lock);
            if (!guest_write((CONDRV_INPUT_RECORD *)out + n, part, k * sizeof(*part)))
                return STATUS_ACCESS_VIOLATION;
            n += k;
            pthread_mutex_lock(&c->lock);
        }
        pthread_mutex_unlock(&c->lock);
        if (n || (flags & CONDRV_READ_NOWAIT))
            break;
        if (!open)
            return STATUS_PIPE_DISCONNECTED;
        NTSTATUS status = wait_input(io);
        if (!NT_SUCCESS(status))
            return status;
    }
    if (!(flags & CONDRV_READ_NOREMOVE))
        console_queue_changed();
    *information = n * sizeof(CONDRV_INPUT_RECORD);
    return STATUS_SUCCESS;
}

static NTSTATUS write_records(const void *in, uint32_t in_n, ULONG_PTR *information)
{
    struct console *c = &nt_console;
    uint32_t total = in_n / sizeof(CONDRV_INPUT_RECORD), done = 0;
    CONDRV_INPUT_RECORD r;
    bool ok = true;

    if (in_n % sizeof(r))
        return STATUS_INVALID_PARAMETER;
    for (; ok && done < total; done += ok) {
        if (!guest_get(&r, (const CONDRV_INPUT_RECORD *)in + done))
            return STATUS_ACCESS_VIOLATION;
        pthread_mutex_lock(&c->lock);
        ok = console_queue_locked(&r);
        pthread_mutex_unlock(&c->lock);
    }
    console_wake();
    console_queue_changed();
    *information = done * sizeof(r);
    return done || !total ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

/* --- text ---------------------------------------------------------------------------------- */

static bool set_text_locked(uint16_t *text, size_t n)
{
    struct console *c = &nt_console;

    free(c->text);
    c->text = text;
    c->text_n = n;
    c->text_at = 0;
    return true;
}

/* Characters of keys that were typed before somebody asked for a line. */
static size_t take_typed_locked(uint16_t *to, size_t room)
{
    struct console *c = &nt_console;
    size_t n = 0;

    while (c->count && n < room && (!n || (to[n - 1] != '\r' && to[n - 1] != '\n'))) {
        CONDRV_INPUT_RECORD r = c->queue[c->first];
        c->first = (c->first + 1) % CONSOLE_QUEUE;
        c->count--;
        if (r.EventType != 1 || !r.Key.KeyDown || !r.Key.Char)
            continue;
        for (unsigned i = 0; i < (r.Key.RepeatCount ? r.Key.RepeatCount : 1u) && n < room; i++) {
            if (r.Key.Char == 8 && n && (c->in_mode & IN_LINE))
                n--;
            else
                to[n++] = r.Key.Char;
        }
    }
    return n;
}

/* One line, by the terminal's own editing; keys typed ahead are its beginning. */
static NTSTATUS read_line(struct nt_io *io, uint16_t **text, size_t *n)
{
    struct console *c = &nt_console;
    uint16_t *units = malloc((LINE_MAX_UNITS + 2) * sizeof(*units));
    char bytes[4096];
    uint32_t interrupts;

    if (!units)
        return STATUS_NO_MEMORY;
    pthread_mutex_lock(&c->lock);
    size_t have = take_typed_locked(units, LINE_MAX_UNITS);
    bool echo = c->in_mode & IN_ECHO, processed = c->in_mode & IN_PROCESSED;
    c->raw = false;
    c->line_readers++;
    console_apply_locked();
    interrupts = c->interrupts;
    pthread_mutex_unlock(&c->lock);
    console_queue_changed();

    NTSTATUS status = STATUS_SUCCESS;
    if (have && echo) {
        size_t typed = host_from_utf16(bytes, sizeof(bytes), units, have);
        status = console_put(io, c->tty, bytes, typed < sizeof(bytes) ? typed : sizeof(bytes));
    }
    bool done = have && (units[have - 1] == '\r' || units[have - 1] == '\n');
    if (done) {
        units[have - 1] = '\n';
        if (NT_SUCCESS(status) && echo)
            status = console_put(io, c->tty, "\n", 1);
    }
    while (NT_SUCCESS(status) && !done) {
        status = wait_input(io);
        if (!NT_SUCCESS(status))
            break;
        pthread_mutex_lock(&c->lock);
        bool interrupted = c->interrupts != interrupts;
        struct pollfd p = {.fd = c->tty, .events = POLLIN};
        ssize_t r = -2;
        if (!interrupted && poll(&p, 1, 0) > 0)
            r = read(c->tty, bytes, sizeof(bytes));
        int error = errno;
        pthread_mutex_unlock(&c->lock);
        if (interrupted) {
            status = STATUS_ALERTED;
            break;
        }
        if (r == -2 || (r < 0 && (error == EINTR || error == EAGAIN)))
            continue;
        if (r < 0 && error != EIO)
            status = nt_status_of_errno(error);
        if (r <= 0)
            break; /* the end of input: what there is, is the line */
        size_t more = utf16_from_host(units + have, LINE_MAX_UNITS - have, bytes, (size_t)r);
        have += more < LINE_MAX_UNITS - have ? more : LINE_MAX_UNITS - have;
        done = bytes[r - 1] == '\n' || have == LINE_MAX_UNITS;
    }
    pthread_mutex_lock(&c->lock);
    c->line_readers--;
    pthread_mutex_unlock(&c->lock);
    if (status != STATUS_SUCCESS) {
        free(units);
        return status;
    }
    if (have && units[have - 1] == '\n') {
        units[have - 1] = '\r';
        if (processed)
            units[have++] = '\n';
    }
    *text = units;
    *n = have;
    return STATUS_SUCCESS;
}

/* At least one character, without waiting for more. */
static NTSTATUS read_characters(struct nt_io *io, uint16_t **text, size_t *n)
{
    struct console *c = &nt_console;
    uint16_t *units = malloc(CONSOLE_QUEUE * sizeof(*units));
    uint32_t interrupts = __atomic_load_n(&c->interrupts, __ATOMIC_RELAXED);

    if (!units)
        return STATUS_NO_MEMORY;
    for (;;) {
        pthread_mutex_lock(&c->lock);
        console_apply_locked();
        bool open = fill_locked(), interrupted = c->interrupts != interrupts;
        size_t have = take_typed_locked(units, CONSOLE_QUEUE);
        pthread_mutex_unlock(&c->lock);
        NTSTATUS status = interrupted && !have ? STATUS_ALERTED : STATUS_SUCCESS;
        if (status == STATUS_SUCCESS && !have && open) {
            status = wait_input(io);
            if (status == STATUS_SUCCESS)
                continue;
        }
        if (status != STATUS_SUCCESS) {
            free(units);
            return status;
        }
        *text = units;
        *n = have;
        return STATUS_SUCCESS;
    }
}

/* Makes c->text something, unless input has ended or Ctrl-C came. */
static NTSTATUS need_text(struct nt_io *io)
{
    struct console *c = &nt_console;
    uint16_t *text;
    size_t n;

    pthread_mutex_lock(&c->lock);
    bool have = c->text_at < c->text_n, line = c->in_mode & IN_LINE;
    pthread_mutex_unlock(&c->lock);
    if (have)
        return STATUS_SUCCESS;
    NTSTATUS status = line ? read_line(io, &text, &n) : read_characters(io, &text, &n);
    console_queue_changed();
    if (status != STATUS_SUCCESS)
        return status;
    pthread_mutex_lock(&c->lock);
    if (c->text_at < c->text_n) {
        /* Two threads read at once: this line comes after the other's rest. */
        size_t before = c->text_n - c->text_at;
        uint16_t *both = malloc((before + n) * sizeof(*both));
        if (both) {
            memcpy(both, c->text + c->text_at, before * sizeof(*both));
            memcpy(both + before, text, n * sizeof(*both));
            set_text_locked(both, before + n);
        }
        free(text);
    } else {
        set_text_locked(text, n);
    }
    pthread_mutex_unlock(&c->lock);
    return STATUS_SUCCESS;
}

static NTSTATUS read_console(struct nt_io *io, const void *in, uint32_t in_n, void *out,
                             uint32_t out_n, ULONG_PTR *information)
{
    struct console *c = &nt_console;
    CONDRV_READ_CONSOLE_IN header;
    CONDRV_READ_CONSOLE_OUT answer = {0};
    uint16_t part[1024];
    size_t done = 0;

    if (in_n < sizeof(header))
        return STATUS_INVALID_PARAMETER;
    if (!guest_read(&header, in, sizeof(header)))
        return STATUS_ACCESS_VIOLATION;
    if (header.InitialBytes != in_n - sizeof(header) || header.InitialBytes % 2)
        return STATUS_INVALID_PARAMETER;
    if (out_n < sizeof(answer))
        return STATUS_BUFFER_TOO_SMALL;
    /* The line is edited by the terminal, which knows neither. */
    if (header.InitialBytes || header.CtrlWakeupMask)
        return STATUS_NOT_SUPPORTED;
    size_t room = (out_n - sizeof(answer)) / 2;
    NTSTATUS status = room ? need_text(io) : STATUS_SUCCESS;
    while (status == STATUS_SUCCESS && done < room) {
        pthread_mutex_lock(&c->lock);
        size_t n = c->text_n - c->text_at;
        n = n < room - done ? n : room - done;
        n = n < 1024 ? n : 1024;
        memcpy(part, c->text + c->text_at, n * 2);
        c->text_at += n;
        pthread_mutex_unlock(&c->lock);
        if (!n)
            break;
        if (!guest_write((char *)out + sizeof(answer) + done * 2, part, n * 2))
            return STATUS_ACCESS_VIOLATION;
        done += n;
    }
    if (!NT_SUCCESS(status))
        return status;
    if (!guest_write(out, &answer, sizeof(answer)))
        return STATUS_ACCESS_VIOLATION;
    *information = sizeof(answer) + done * 2;
    return status;
}

/* The next character of the text in the input code page, into c->rest. */
static void next_character_locked(void)
{
    struct console *c = &nt_console;
    size_t n = c->text_n - c->text_at, units;

    if (!n)
        return;
    uint16_t u = c->text[c->text_at];
    units = n > 1 && (u & 0xfc00) == 0xd800 && (c->text[c->text_at + 1] & 0xfc00) == 0xdc00 ? 2 : 1;
    c->rest_n = (unsigned)console_page_from_utf16(c->in_page, (char *)c->rest, sizeof(c->rest),
                                                  c->text + c->text_at, units);
    c->text_at += units;
}

NTSTATUS console_read(struct nt_file *f, struct nt_io *io, void *buffer, uint32_t n,
                      const int64_t *offset, ULONG_PTR *information)
{
    struct console *c = &nt_console;
    char part[1024];
    uint32_t done = 0;

    (void)offset;
    if (console_file(f)->kind != CONSOLE_INPUT)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!n)
        return STATUS_SUCCESS;
    NTSTATUS status = c->rest_n ? STATUS_SUCCESS : need_text(io);
    if (!NT_SUCCESS(status))
        return status;
    pthread_mutex_lock(&c->lock);
    if (!c->rest_n && c->text_at == 0 && c->text_n && c->text[0] == CTRL_Z &&
        (c->in_mode & IN_PROCESSED) && (c->in_mode & IN_LINE))
        c->text_at = c->text_n; /* the end of a file, as typed */
    while (done < n) {
        uint32_t k = 0;
        while (k < sizeof(part) && done + k < n) {
            if (!c->rest_n)
                next_character_locked();
            if (!c->rest_n)
                break;
            part[k++] = (char)c->rest[0];
            memmove(c->rest, c->rest + 1, --c->rest_n);
        }
        pthread_mutex_unlock(&c->lock);
        if (!k)
            break;
        if (!guest_write((char *)buffer + done, part, k))
            return STATUS_ACCESS_VIOLATION;
        done += k;
        pthread_mutex_lock(&c->lock);
        if (done == n)
            pthread_mutex_unlock(&c->lock);
    }
    *information = done;
    return status;
}

NTSTATUS console_input_control(struct nt_file *f, struct nt_io *io, uint32_t code, const void *in,
                               uint32_t in_n, void *out, uint32_t out_n, ULONG_PTR *information)
{
    struct console *c = &nt_console;
    uint32_t value;

    (void)f;
    switch (code) {
    case CONDRV_READ_CONSOLE:
        return read_console(io, in, in_n, out, out_n, information);
    case CONDRV_READ_INPUT:
        if (in_n != sizeof(value))
            return STATUS_INVALID_PARAMETER;
        if (!guest_read(&value, in, sizeof(value)))
            return STATUS_ACCESS_VIOLATION;
        return read_records(io, value, out, out_n, information);
    case CONDRV_WRITE_INPUT:
        return write_records(in, in_n, information);
    case CONDRV_GET_INPUT_COUNT:
        if (out_n < sizeof(value))
            return STATUS_BUFFER_TOO_SMALL;
        pthread_mutex_lock(&c->lock);
        want_keys_locked();
        fill_locked();
        value = c->count;
        pthread_mutex_unlock(&c->lock);
        *information = sizeof(value);
        return guest_write(out, &value, sizeof(value)) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
    case CONDRV_FLUSH_INPUT:
        pthread_mutex_lock(&c->lock);
        c->count = 0;
        c->byte_count = c->rest_n = 0;
        c->text_at = c->text_n;
        if (console_foreground())
            tcflush(c->tty, TCIFLUSH);
        pthread_mutex_unlock(&c->lock);
        console_queue_changed();
        return STATUS_SUCCESS;
    default:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}
