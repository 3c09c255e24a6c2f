/* ConDrv: its names, handles, modes, and what concerns the console as a whole. */
#include "syscalls/nt/console.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscalls/nt/child.h"
#include "syscalls/nt/console_page.h"
#include "syscalls/nt/filename.h"

#define IN_KNOWN 0x3ffu
#define OUT_KNOWN 0x1fu
#define TITLE_MAX_UNITS 0xffffu

struct console nt_console = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .tty = -1,
    .wake = -1,
    .ready = -1,
    .in_mode = 0x1f7, /* processed, lines, echo, mouse, insert, quick edit, extended, position */
    .out_mode = OUT_PROCESSED | OUT_WRAP | OUT_VT,
    .in_page = 65001,
    .out_page = 65001,
    .attributes = ATTRIBUTES_DEFAULT,
    .cursor = {25, 1},
    .history = {50, 4, 0},
};

static NTSTATUS condrv_open(const struct nt_device *device, const struct nt_open *how,
                            struct nt_file *root, const uint16_t *rest, size_t n,
                            struct nt_file **f, ULONG_PTR *information);

static const struct nt_device condrv = {.name = "ConDrv", .open = condrv_open};
static const struct nt_device conin = {.name = "CONIN$", .dos = {"CONIN$"}, .open = condrv_open};
static const struct nt_device conout = {.name = "CONOUT$", .dos = {"CONOUT$"}, .open = condrv_open};
static const struct nt_device con = {.name = "CON", .dos = {"CON"}, .open = condrv_open};

/* The console of this process: the terminal that controls it, or else a standard stream's. */
static bool have_console(int candidate)
{
    struct console *c = &nt_console;

    pthread_mutex_lock(&c->lock);
    if (c->tty < 0)
        c->tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (c->tty < 0 && candidate >= 0)
        c->tty = fcntl(candidate, F_DUPFD_CLOEXEC, 3);
    bool ok = c->tty >= 0;
    pthread_mutex_unlock(&c->lock);
    return ok;
}

/* fd is consumed. */
static struct nt_file *new_file(enum console_kind kind, int fd, ACCESS_MASK access, uint32_t share)
{
    struct console_file *cf = calloc(1, sizeof(*cf));
    struct nt_file *f;

    if (!cf) {
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    f = nt_file_new(&nt_console_ops, fd, access, share, FILE_SYNCHRONOUS_IO_NONALERT);
    if (!f) {
        free(cf);
        return NULL;
    }
    cf->kind = kind;
    f->more = cf;
    f->device = &condrv;
    pthread_mutex_lock(&nt_console.lock);
    nt_console.files++;
    pthread_mutex_unlock(&nt_console.lock);
    return f;
}

static void last_handle(struct nt_file *f)
{
    struct console_file *cf = console_file(f);

    if (cf->kind == CONSOLE_CONNECT && cf->attached)
        console_ctrl_routine(0);
    console_wait_forget(f);
    pthread_mutex_lock(&nt_console.lock);
    bool last = --nt_console.files == 0;
    pthread_mutex_unlock(&nt_console.lock);
    if (last)
        console_restore();
}

static void destroy(struct nt_file *f)
{
    console_wait_forget(f); /* a wait may have begun while the last handle was being closed */
    free(f->more);
}

static NTSTATUS condrv_open(const struct nt_device *device, const struct nt_open *how,
                            struct nt_file *root, const uint16_t *rest, size_t n,
                            struct nt_file **f, ULONG_PTR *information)
{
    ACCESS_MASK access = how->access & MAXIMUM_ALLOWED ? FILE_ALL_ACCESS : how->access;
    enum console_kind kind;

    (void)root;
    if (how->options & FILE_DIRECTORY_FILE)
        return STATUS_NOT_A_DIRECTORY;
    if (device != &condrv) {
        if (n)
            return STATUS_OBJECT_NAME_NOT_FOUND;
        if (device == &con && (access & FILE_READ_DATA) && (access & FILE_WRITE_DATA))
            return STATUS_INVALID_PARAMETER; /* it is one or the other */
        kind = device == &conin || (device == &con && !(access & FILE_WRITE_DATA)) ? CONSOLE_INPUT
                                                                                   : CONSOLE_OUTPUT;
    } else {
        if (n && rest[0] == '\\') {
            rest++;
            n--;
        }
        if (nt_name_is(rest, n, "CurrentIn") || nt_name_is(rest, n, "Input"))
            kind = CONSOLE_INPUT;
        else if (nt_name_is(rest, n, "CurrentOut") || nt_name_is(rest, n, "Output"))
            kind = CONSOLE_OUTPUT;
        else if (nt_name_is(rest, n, "Connect"))
            kind = CONSOLE_CONNECT;
        else if (nt_name_is(rest, n, "Server") || nt_name_is(rest, n, "Reference") ||
                 nt_name_is(rest, n, "ScreenBuffer"))
            return STATUS_NOT_SUPPORTED;
        else
            return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    int fd = -1;
    if (kind != CONSOLE_CONNECT) {
        if (!have_console(-1))
            return STATUS_INVALID_HANDLE;
        fd = fcntl(nt_console.tty, F_DUPFD_CLOEXEC, 3);
        if (fd < 0)
            return STATUS_INSUFFICIENT_RESOURCES;
    }
    *f = new_file(kind, fd, access, how->share);
    *information = FILE_OPENED;
    return *f ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

static struct nt_object *wrap(int fd, ACCESS_MASK access)
{
    /* As on Windows, a standard handle can be asked for its state whichever way it goes. */
    ACCESS_MASK all = FILE_GENERIC_READ | FILE_GENERIC_WRITE;
    enum console_kind kind = access & FILE_WRITE_DATA ? CONSOLE_OUTPUT : CONSOLE_INPUT;
    int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);

    if (own < 0)
        return NULL;
    if (!have_console(fd)) {
        close(own);
        return NULL;
    }
    struct nt_file *f = new_file(kind, own, all, FILE_SHARE_READ | FILE_SHARE_WRITE);
    return f ? &f->object : NULL;
}

/* ---- Inheritance: the console is the same terminal for the child ---- */

static bool export_to(struct nt_file *f, struct nt_export *e)
{
    if (f->fd < 0)
        return false; /* a connection is each process's own */
    *e = (struct nt_export){.kind = NT_TRAVEL_CONSOLE, .fd = f->fd};
    e->word[0] = f->access;
    e->word[1] = console_file(f)->kind;
    e->word[2] = f->share;
    return true;
}

struct nt_object *nt_import_console(const struct nt_export *e)
{
    if (e->fd < 0)
        return NULL;
    if (e->word[1] > CONSOLE_OUTPUT || !isatty(e->fd) || !have_console(e->fd)) {
        close(e->fd);
        return NULL;
    }
    struct nt_file *f = new_file((enum console_kind)e->word[1], e->fd,
                                 (ACCESS_MASK)e->word[0] & FILE_ALL_ACCESS, (uint32_t)e->word[2]);
    return f ? &f->object : NULL;
}

void nt_console_init(void)
{
    nt_device_add(&condrv);
    nt_device_add(&conin);
    nt_device_add(&conout);
    nt_device_add(&con);
    nt_console_wrap = wrap;
}

HANDLE nt_console_connect(void)
{
    HANDLE h = NULL;

    if (!have_console(-1))
        return NULL;
    struct nt_file *f = new_file(CONSOLE_CONNECT, -1, FILE_GENERIC_READ | FILE_GENERIC_WRITE, 0);
    if (!f)
        return NULL;
    console_file(f)->attached = true;
    nt_handle_create(&f->object, FILE_GENERIC_READ | FILE_GENERIC_WRITE, 0, &h);
    nt_file_release(f);
    return h;
}

HANDLE nt_console_for_child(int64_t given)
{
    return given > 0 ? nt_console_connect() : NULL;
}

/* --- control codes --------------------------------------------------------------------------- */

static NTSTATUS set_mode(struct console_file *cf, struct nt_io *io, uint32_t mode)
{
    struct console *c = &nt_console;
    bool input = cf->kind == CONSOLE_INPUT, wrap_changed = false;
    uint32_t known = input ? IN_KNOWN : OUT_KNOWN;

    pthread_mutex_lock(&c->lock);
    if (input) {
        c->in_mode = mode & known;
        c->raw = false; /* the mode says what is wanted from now on */
        console_apply_locked();
    } else {
        wrap_changed = (c->out_mode ^ mode) & OUT_WRAP;
        c->out_mode = mode & known;
    }
    pthread_mutex_unlock(&c->lock);
    if (input && (mode & IN_WINDOW))
        console_watch_size();
    if (wrap_changed) {
        console_catch_signals();
        NTSTATUS status = console_put(io, c->tty, mode & OUT_WRAP ? "\033[?7h" : "\033[?7l", 5);
        if (!NT_SUCCESS(status))
            return status;
    }
    return mode & ~known ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}

static NTSTATUS get_title(const void *in, uint32_t in_n, void *out, uint32_t out_n,
                          ULONG_PTR *information)
{
    struct console *c = &nt_console;
    UNICODE_STRING first;
    uint32_t original;
    const void *from;

    if (in_n != sizeof(original))
        return STATUS_INVALID_PARAMETER;
    if (!guest_read(&original, in, sizeof(original)))
        return STATUS_ACCESS_VIOLATION;
    uint16_t *copy = malloc(TITLE_MAX_UNITS * 2);
    if (!copy)
        return STATUS_NO_MEMORY;
    pthread_mutex_lock(&c->lock);
    size_t n = c->title_n * 2;
    bool changed = c->title && !original;
    if (changed)
        memcpy(copy, c->title, n);
    pthread_mutex_unlock(&c->lock);
    from = copy;
    if (!changed) {
        /* The title at the start: the program's, which the terminal may never have shown. */
        if (!guest_get(&first, &nt_process.parameters->WindowTitle) ||
            !guest_read(copy, first.Buffer, first.Length)) {
            free(copy);
            return STATUS_ACCESS_VIOLATION;
        }
        n = first.Length;
    }
    bool ok = guest_write(out, from, n < out_n ? n & ~(size_t)1 : out_n & ~1u);
    free(copy);
    *information = n;
    return ok ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

static NTSTATUS set_title(struct nt_io *io, const void *in, uint32_t in_n)
{
    struct console *c = &nt_console;
    size_t n = in_n / 2;

    if (in_n % 2 || n > TITLE_MAX_UNITS)
        return STATUS_INVALID_PARAMETER;
    uint16_t *title = malloc(in_n + 2);
    if (!title)
        return STATUS_NO_MEMORY;
    if (!guest_read(title, in, in_n)) {
        free(title);
        return STATUS_ACCESS_VIOLATION;
    }
    NTSTATUS status = console_show_title(io, title, n);
    pthread_mutex_lock(&c->lock);
    free(c->title);
    c->title = title;
    c->title_n = n;
    pthread_mutex_unlock(&c->lock);
    return status;
}

static NTSTATUS set_pages(const CONDRV_CODE_PAGES *p)
{
    struct console *c = &nt_console;

    if ((p->Input && !console_page_known(p->Input)) ||
        (p->Output && !console_page_known(p->Output)))
        return STATUS_INVALID_PARAMETER;
    pthread_mutex_lock(&c->lock);
    if (p->Input)
        c->in_page = p->Input;
    if (p->Output)
        c->out_page = p->Output;
    pthread_mutex_unlock(&c->lock);
    return STATUS_SUCCESS;
}

static NTSTATUS attach(struct console_file *cf, const CONDRV_ATTACH_IN *in)
{
    if (cf->kind != CONSOLE_CONNECT)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (cf->attached)
        return STATUS_ACCESS_DENIED;
    if (in->Mode > CONDRV_ATTACH_PID)
        return STATUS_INVALID_PARAMETER;
    bool parent = in->Mode == CONDRV_ATTACH_PARENT ||
                  (in->Mode == CONDRV_ATTACH_PID && in->ProcessId == (ULONG)getppid() * 4);
    if (!parent)
        return STATUS_NOT_SUPPORTED; /* consoles without a terminal, those of strangers */
    if (!have_console(-1))
        return STATUS_INVALID_HANDLE;
    cf->attached = true;
    return STATUS_SUCCESS;
}

static NTSTATUS give(void *out, uint32_t out_n, const void *value, uint32_t n,
                     ULONG_PTR *information)
{
    if (out_n < n)
        return STATUS_BUFFER_TOO_SMALL;
    *information = n;
    return guest_write(out, value, n) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

#define TAKE(value)                                                                                \
    do {                                                                                           \
        if (in_n != sizeof(value))                                                                 \
            return STATUS_INVALID_PARAMETER;                                                       \
        if (!guest_read(&(value), in, sizeof(value)))                                              \
            return STATUS_ACCESS_VIOLATION;                                                        \
    } while (0)

/* The codes that any handle of the console takes. */
static NTSTATUS common_control(struct nt_file *f, struct nt_io *io, uint32_t code, const void *in,
                               uint32_t in_n, void *out, uint32_t out_n, ULONG_PTR *information)
{
    struct console *c = &nt_console;
    CONDRV_CODE_PAGES pages;
    CONDRV_CTRL_EVENT_IN event;
    CONDRV_ATTACH_IN attached;
    CONDRV_HISTORY history;
    uint32_t list[2];
    uint64_t routine;

    if (code == CONDRV_ATTACH) {
        TAKE(attached);
        return attach(console_file(f), &attached);
    }
    if (console_file(f)->kind == CONSOLE_CONNECT && !console_file(f)->attached)
        return STATUS_PIPE_DISCONNECTED;
    switch (code) {
    case CONDRV_GET_TITLE:
        return get_title(in, in_n, out, out_n, information);
    case CONDRV_SET_TITLE:
        return set_title(io, in, in_n);
    case CONDRV_GET_CODE_PAGES:
        pages = (CONDRV_CODE_PAGES){c->in_page, c->out_page};
        return give(out, out_n, &pages, sizeof(pages), information);
    case CONDRV_SET_CODE_PAGES:
        TAKE(pages);
        return set_pages(&pages);
    case CONDRV_CTRL_EVENT:
        TAKE(event);
        return console_ctrl_send(event.Event, event.Group);
    case CONDRV_GET_PROCESSES:
        /* Who else uses the terminal cannot be known. */
        list[0] = 1;
        list[1] = nt_process.id;
        return give(out, out_n, list, out_n < sizeof(list) ? 4 : 8, information);
    case CONDRV_SET_CTRL_ROUTINE:
        TAKE(routine);
        if (!guest_range_ok((void *)(uintptr_t)routine, 1))
            return STATUS_INVALID_PARAMETER;
        console_open_ready();
        console_ctrl_routine(routine);
        return STATUS_SUCCESS;
    case CONDRV_GET_HISTORY:
        return give(out, out_n, &c->history, sizeof(c->history), information);
    case CONDRV_SET_HISTORY:
        TAKE(history);
        if (history.Flags & ~1u)
            return STATUS_INVALID_PARAMETER;
        c->history = history;
        return STATUS_SUCCESS;
    default:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}

static ACCESS_MASK access_for(uint32_t code)
{
    switch (code) {
    case CONDRV_GET_MODE:
    case CONDRV_READ_CONSOLE:
    case CONDRV_READ_INPUT:
    case CONDRV_GET_INPUT_COUNT:
    case CONDRV_GET_SCREEN_INFO:
    case CONDRV_GET_CURSOR:
    case CONDRV_READ_RUN:
    case CONDRV_READ_RECT:
    case CONDRV_GET_FONT:
        return FILE_READ_DATA;
    default:
        return FILE_WRITE_DATA;
    }
}

static NTSTATUS control(struct nt_file *f, struct nt_io *io, bool file_system, uint32_t code,
                        const void *in, uint32_t in_n, void *out, uint32_t out_n,
                        ULONG_PTR *information)
{
    struct console_file *cf = console_file(f);
    uint32_t mode;

    if (file_system)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (code >= CONDRV_GET_TITLE)
        return common_control(f, io, code, in, in_n, out, out_n, information);
    if (cf->kind == CONSOLE_CONNECT)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!(f->access & access_for(code)))
        return STATUS_ACCESS_DENIED;
    if (code == CONDRV_GET_MODE) {
        mode = cf->kind == CONSOLE_INPUT ? nt_console.in_mode : nt_console.out_mode;
        return give(out, out_n, &mode, sizeof(mode), information);
    }
    if (code == CONDRV_SET_MODE) {
        TAKE(mode);
        return set_mode(cf, io, mode);
    }
    bool for_input = code >= CONDRV_READ_CONSOLE && code <= CONDRV_FLUSH_INPUT;
    if (for_input != (cf->kind == CONSOLE_INPUT))
        return STATUS_INVALID_DEVICE_REQUEST;
    return for_input ? console_input_control(f, io, code, in, in_n, out, out_n, information)
                     : console_screen_control(f, io, code, in, in_n, out, out_n, information);
}

static NTSTATUS console_flush(struct nt_file *f)
{
    return console_file(f)->kind == CONSOLE_CONNECT ? STATUS_INVALID_DEVICE_REQUEST
                                                    : STATUS_SUCCESS;
}

const struct nt_file_ops nt_console_ops = {
    .device_type = NT_FILE_DEVICE_CONSOLE,
    .read = console_read,
    .write = console_write,
    .control = control,
    .flush = console_flush,
    .last_handle = last_handle,
    .destroy = destroy,
    .export_to = export_to,
    .waited_for = console_waited_for,
};
