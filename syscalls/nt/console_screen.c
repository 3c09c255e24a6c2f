/*
 * Writing to the console's screen: text, colours, cursor, cells at places.
 *
 * Text goes to the terminal as it is while ENABLE_VIRTUAL_TERMINAL_PROCESSING is set (it is at the
 * start: terminals here always understand VT). Without it, ESC and other controls that mean nothing
 * then are shown as their glyphs of code page 437, as Windows does. Black background and grey
 * foreground, the colours that Windows consoles start with, are the terminal's own defaults.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "syscalls/host/utf.h"
#include "syscalls/nt/console.h"
#include "syscalls/nt/console_page.h"

static const uint16_t glyphs[32] = {
    ' ',    0x263a, 0x263b, 0x2665, 0x2666, 0x2663, 0x2660, 0x2022, 0x25d8, 0x25cb, 0x25d9,
    0x2642, 0x2640, 0x266a, 0x266b, 0x263c, 0x25ba, 0x25c4, 0x2195, 0x203c, 0x00b6, 0x00a7,
    0x25ac, 0x21a8, 0x2191, 0x2193, 0x2192, 0x2190, 0x221f, 0x2194, 0x25b2, 0x25bc,
};
static const uint32_t colours[16] = {
    /* 0x00BBGGRR */
    0x0c0c0c, 0xda3700, 0x0ea113, 0xdd963a, 0x1f0fc5, 0x981788, 0x009cc1, 0xcccccc,
    0x767676, 0xff783b, 0x0cc616, 0xd6d661, 0x5648e7, 0x9e00b4, 0xa5f1f9, 0xf2f2f2,
};

/* What a call writes, collected so that it reaches the terminal at once. */
struct output {
    const struct nt_io *io;
    int fd;
    NTSTATUS status;
    size_t n;
    char bytes[8192];
};

static void flush(struct output *o)
{
    if (o->n && NT_SUCCESS(o->status))
        o->status = console_put(o->io, o->fd, o->bytes, o->n);
    o->n = 0;
}

static void put(struct output *o, const char *s)
{
    size_t n = strlen(s);

    if (o->n + n > sizeof(o->bytes))
        flush(o);
    memcpy(o->bytes + o->n, s, n);
    o->n += n;
}

static void put_units(struct output *o, const uint16_t *units, size_t n)
{
    if (o->n + n * 3 > sizeof(o->bytes))
        flush(o);
    o->n += host_from_utf16(o->bytes + o->n, sizeof(o->bytes) - o->n, units, n);
}

static void put_at(struct output *o, unsigned x, unsigned y)
{
    char s[32];

    snprintf(s, sizeof(s), "\033[%u;%uH", y + 1, x + 1);
    put(o, s);
}

static void put_attributes(struct output *o, uint16_t a)
{
    static const uint8_t ansi[8] = {0, 4, 2, 6, 1, 5, 3, 7}; /* BGR bits to RGB bits */
    unsigned fg = a & 15u, bg = a >> 4 & 15u;
    char s[48];
    int n = snprintf(s, sizeof(s), "\033[0");

    if (fg != 7)
        n += snprintf(s + n, sizeof(s) - (size_t)n, ";%u", (fg & 8 ? 90u : 30u) + ansi[fg & 7]);
    if (bg)
        n += snprintf(s + n, sizeof(s) - (size_t)n, ";%u", (bg & 8 ? 100u : 40u) + ansi[bg & 7]);
    snprintf(s + n, sizeof(s) - (size_t)n, "%s%sm", a & 0x8000 ? ";4" : "", a & 0x4000 ? ";7" : "");
    put(o, s);
}

/* --- text ---------------------------------------------------------------------------------- */

static bool plain(uint16_t u, uint32_t mode)
{
    if (u >= 0x20)
        return u < 0x7f || u > 0x9f || (mode & OUT_VT) || u == 0x7f;
    if (!(mode & OUT_PROCESSED))
        return false;
    if (u == '\n')
        return (mode & (OUT_VT | OUT_NO_AUTO_RETURN)) != (OUT_VT | OUT_NO_AUTO_RETURN);
    return (mode & OUT_VT) || u == 7 || u == 8 || u == '\t' || u == '\r';
}

static void write_text(struct output *o, struct console_file *cf, uint32_t mode,
                       const uint16_t *units, size_t n)
{
    size_t from = 0;

    for (size_t i = 0; i <= n; i++) {
        if (i < n && plain(units[i], mode))
            continue;
        for (size_t k; from < i; from += k) {
            k = i - from < 1024 ? i - from : 1024;
            if (k > 1 && k == 1024 && (units[from + k - 1] & 0xfc00) == 0xd800)
                k--;
            put_units(o, units + from, k);
        }
        if (i == n)
            break;
        uint16_t u = units[i];
        if (u == '\n' && (mode & OUT_PROCESSED))
            put(o, "\033D"); /* a line down in the same column */
        else
            put_units(o, u < 0x20 ? &glyphs[u] : &(const uint16_t){0xfffd}, 1);
        from = i + 1;
    }
    (void)cf;
}

/* Text in UTF-16 that may end inside a surrogate pair. */
static void write_units(struct output *o, struct console_file *cf, uint32_t mode, uint16_t *units,
                        size_t n)
{
    /* units has room for one more in front */
    if (!n)
        return;
    if (cf->high) {
        *--units = cf->high;
        n++;
        cf->high = 0;
    }
    if ((units[n - 1] & 0xfc00) == 0xd800)
        cf->high = units[--n];
    write_text(o, cf, mode, units, n);
}

static uint32_t begin_write(void)
{
    struct console *c = &nt_console;

    pthread_mutex_lock(&c->lock);
    uint32_t mode = c->out_mode;
    c->filled.valid = false;
    pthread_mutex_unlock(&c->lock);
    return mode;
}

static NTSTATUS write_wide(struct nt_file *f, struct nt_io *io, const void *in, uint32_t in_n,
                           ULONG_PTR *information)
{
    struct output o = {.io = io, .fd = f->fd};
    uint32_t mode = begin_write(), done = 0;
    uint16_t part[2049];

    if (in_n % 2)
        return STATUS_INVALID_PARAMETER;
    while (done < in_n && NT_SUCCESS(o.status)) {
        uint32_t n = in_n - done < 4096 ? in_n - done : 4096;
        if (!guest_read(part + 1, (const char *)in + done, n)) {
            o.status = STATUS_ACCESS_VIOLATION;
            break;
        }
        pthread_mutex_lock(&f->lock);
        struct console_file state = *console_file(f);
        pthread_mutex_unlock(&f->lock);
        write_units(&o, &state, mode, part + 1, n / 2);
        flush(&o);
        pthread_mutex_lock(&f->lock);
        console_file(f)->high = state.high;
        pthread_mutex_unlock(&f->lock);
        if (NT_SUCCESS(o.status))
            done += n;
    }
    *information = done;
    return o.status;
}

NTSTATUS console_write(struct nt_file *f, struct nt_io *io, const void *buffer, uint32_t n,
                       const int64_t *offset, ULONG_PTR *information)
{
    struct console_file *cf = console_file(f);
    struct output o = {.io = io, .fd = f->fd};
    uint32_t page = nt_console.out_page, done = 0;
    char bytes[2048 + sizeof(cf->carry)];
    uint16_t units[1 + sizeof(bytes)];

    (void)offset;
    if (cf->kind != CONSOLE_OUTPUT)
        return STATUS_INVALID_DEVICE_REQUEST;
    uint32_t mode = begin_write();
    while (done < n && NT_SUCCESS(o.status)) {
        uint32_t k = n - done < 2048 ? n - done : 2048;
        pthread_mutex_lock(&f->lock);
        struct console_file state = *cf;
        pthread_mutex_unlock(&f->lock);
        memcpy(bytes, state.carry, state.carry_n);
        if (!guest_read(bytes + state.carry_n, (const char *)buffer + done, k)) {
            o.status = STATUS_ACCESS_VIOLATION;
            break;
        }
        size_t all = state.carry_n + k, used;
        size_t count = console_page_to_utf16(page, units + 1, sizeof(bytes), bytes, all, &used);
        /* What is longer than any character is not the beginning of one. */
        state.carry_n = all - used <= sizeof(state.carry) ? (unsigned)(all - used) : 0;
        memcpy(state.carry, bytes + all - state.carry_n, state.carry_n);
        write_units(&o, &state, mode, units + 1, count);
        flush(&o);
        pthread_mutex_lock(&f->lock);
        *cf = state;
        pthread_mutex_unlock(&f->lock);
        if (NT_SUCCESS(o.status))
            done += k;
    }
    *information = done;
    return done ? STATUS_SUCCESS : o.status;
}

NTSTATUS console_show_title(const struct nt_io *io, const uint16_t *title, size_t n)
{
    struct output o = {.io = io, .fd = nt_console.tty};

    put(&o, "\033]0;");
    for (size_t i = 0; i < n; i++)
        if (title[i] >= 0x20 && (title[i] < 0x7f || title[i] > 0x9f)) {
            bool pair = (title[i] & 0xfc00) == 0xd800 && i + 1 < n;
            put_units(&o, title + i, pair ? 2 : 1);
            i += pair;
        }
    put(&o, "\a");
    flush(&o);
    return o.status;
}

/* --- cells at places ------------------------------------------------------------------------ */

static bool inside(CONDRV_COORD at, CONDRV_COORD size)
{
    return at.X >= 0 && at.Y >= 0 && at.X < size.X && at.Y < size.Y;
}

/* count cells of one character from a place on, in the colours in force. */
static void fill_cells(struct output *o, CONDRV_COORD at, CONDRV_COORD size, uint32_t count,
                       uint16_t unit)
{
    uint16_t run[64];

    for (unsigned i = 0; i < 64; i++)
        run[i] = unit < 0x20 ? glyphs[unit] : unit;
    put(o, "\0337");
    while (count) {
        uint32_t row = (uint32_t)(size.X - at.X);
        row = row < count ? row : count;
        put_at(o, (unsigned)at.X, (unsigned)at.Y);
        if (unit == ' ' && row == (uint32_t)(size.X - at.X))
            put(o, "\033[K");
        else
            for (uint32_t i = 0; i < row; i += 64)
                put_units(o, run, row - i < 64 ? row - i : 64);
        count -= row;
        at.X = 0;
        at.Y++;
    }
    put(o, "\0338");
}

static uint32_t cells_from(CONDRV_COORD at, CONDRV_COORD size, uint32_t count)
{
    uint32_t rest = (uint32_t)size.X * (uint32_t)(size.Y - at.Y) - (uint32_t)at.X;

    return count < rest ? count : rest;
}

static NTSTATUS put_count(void *out, uint32_t out_n, uint32_t count, ULONG_PTR *information)
{
    if (out_n < sizeof(count))
        return STATUS_BUFFER_TOO_SMALL;
    *information = sizeof(count);
    return guest_write(out, &count, sizeof(count)) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

static NTSTATUS fill_run(struct nt_file *f, struct nt_io *io, const CONDRV_RUN *run, void *out,
                         uint32_t out_n, ULONG_PTR *information)
{
    struct console *c = &nt_console;
    struct output o = {.io = io, .fd = f->fd};
    CONDRV_COORD size = console_size();
    uint32_t count = 0;

    if (run->Type > CONDRV_RUN_ATTRIBUTES || run->Value > 0xffff)
        return STATUS_INVALID_PARAMETER;
    if (inside(run->Position, size)) {
        count = cells_from(run->Position, size, run->Count);
        pthread_mutex_lock(&c->lock);
        if (run->Type == CONDRV_RUN_CHARS) {
            c->filled.at = run->Position;
            c->filled.count = count;
            c->filled.unit = (uint16_t)run->Value;
            c->filled.valid = true;
        }
        /* The terminal's cells cannot be read, so colours can only be given to cells whose
         * characters are known: those that have just been filled, as when a screen is cleared. */
        bool known = c->filled.valid && c->filled.at.X == run->Position.X &&
                     c->filled.at.Y == run->Position.Y && c->filled.count == count;
        uint16_t unit = c->filled.unit, attributes = c->attributes;
        pthread_mutex_unlock(&c->lock);
        if (!known)
            return STATUS_NOT_SUPPORTED;
        if (run->Type == CONDRV_RUN_ATTRIBUTES)
            put_attributes(&o, (uint16_t)run->Value);
        fill_cells(&o, run->Position, size, count, unit);
        if (run->Type == CONDRV_RUN_ATTRIBUTES)
            put_attributes(&o, attributes);
        flush(&o);
    }
    return NT_SUCCESS(o.status) ? put_count(out, out_n, count, information) : o.status;
}

static NTSTATUS write_run(struct nt_file *f, struct nt_io *io, const CONDRV_RUN *run,
                          const void *data, uint32_t bytes, void *out, uint32_t out_n,
                          ULONG_PTR *information)
{
    struct output o = {.io = io, .fd = f->fd};
    CONDRV_COORD size = console_size(), at = run->Position;
    uint32_t count = 0, done = 0;
    uint16_t part[512];

    if (bytes % 2 || run->Type > CONDRV_RUN_ATTRIBUTES)
        return STATUS_INVALID_PARAMETER;
    if (run->Type == CONDRV_RUN_ATTRIBUTES)
        return STATUS_NOT_SUPPORTED;
    begin_write();
    if (inside(at, size)) {
        count = cells_from(at, size, bytes / 2);
        put(&o, "\0337");
        while (done < count) {
            uint32_t row = (uint32_t)(size.X - at.X);
            row = row < count - done ? row : count - done;
            row = row < 512 ? row : 512;
            if (!guest_read(part, (const uint16_t *)data + done, row * 2)) {
                o.status = STATUS_ACCESS_VIOLATION;
                break;
            }
            put_at(&o, (unsigned)at.X, (unsigned)at.Y);
            write_text(&o, NULL, 0, part, row);
            done += row;
            at.X = (SHORT)(at.X + (SHORT)row);
            if (at.X >= size.X) {
                at.X = 0;
                at.Y++;
            }
        }
        put(&o, "\0338");
        flush(&o);
    }
    return NT_SUCCESS(o.status) ? put_count(out, out_n, count, information) : o.status;
}

static NTSTATUS write_rect(struct nt_file *f, struct nt_io *io, const void *in, uint32_t in_n,
                           void *out, uint32_t out_n, ULONG_PTR *information)
{
    struct output o = {.io = io, .fd = f->fd};
    CONDRV_COORD size = console_size();
    CONDRV_RECT r, cut;
    CONDRV_CELL cell;

    if (in_n < sizeof(r))
        return STATUS_INVALID_PARAMETER;
    if (!guest_get(&r, (const CONDRV_RECT *)in))
        return STATUS_ACCESS_VIOLATION;
    if (out_n < sizeof(cut))
        return STATUS_BUFFER_TOO_SMALL;
    if (r.Right < r.Left || r.Bottom < r.Top)
        return STATUS_INVALID_PARAMETER;
    uint64_t width = (uint64_t)(r.Right - r.Left + 1), height = (uint64_t)(r.Bottom - r.Top + 1);
    if (width * height * sizeof(cell) != in_n - sizeof(r))
        return STATUS_INVALID_PARAMETER;
    begin_write();
    cut = r;
    cut.Left = cut.Left < 0 ? 0 : cut.Left;
    cut.Top = cut.Top < 0 ? 0 : cut.Top;
    cut.Right = cut.Right >= size.X ? (SHORT)(size.X - 1) : cut.Right;
    cut.Bottom = cut.Bottom >= size.Y ? (SHORT)(size.Y - 1) : cut.Bottom;
    put(&o, "\0337");
    for (int y = cut.Top; y <= cut.Bottom && NT_SUCCESS(o.status); y++) {
        int attributes = -1;
        if (cut.Left <= cut.Right)
            put_at(&o, (unsigned)cut.Left, (unsigned)y);
        for (int x = cut.Left; x <= cut.Right; x++) {
            uint64_t index = (uint64_t)(y - r.Top) * width + (uint64_t)(x - r.Left);
            if (!guest_get(&cell, (const CONDRV_CELL *)((const char *)in + sizeof(r)) + index)) {
                o.status = STATUS_ACCESS_VIOLATION;
                break;
            }
            if (cell.Attributes & 0x200) /* the second cell of a wide character */
                continue;
            if (attributes != (cell.Attributes & 0xc0ff))
                put_attributes(&o, cell.Attributes);
            attributes = cell.Attributes & 0xc0ff;
            write_text(&o, NULL, 0, &cell.Char, 1);
        }
    }
    put_attributes(&o, nt_console.attributes);
    put(&o, "\0338");
    flush(&o);
    if (!NT_SUCCESS(o.status))
        return o.status;
    *information = sizeof(cut);
    return guest_write(out, &cut, sizeof(cut)) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

/* Whole lines can be moved by the terminal; parts of lines cannot. */
static NTSTATUS scroll(struct nt_file *f, struct nt_io *io, const CONDRV_SCROLL_IN *s)
{
    struct output o = {.io = io, .fd = f->fd};
    CONDRV_COORD size = console_size();
    int top = s->Source.Top, bottom = s->Source.Bottom, by = s->Destination.Y - top;
    char text[48];

    bottom = bottom >= size.Y ? size.Y - 1 : bottom;
    if (s->Source.Left > 0 || s->Source.Right < size.X - 1 || s->Destination.X != s->Source.Left ||
        s->Fill.Char != ' ' || (s->HasClip && (s->Clip.Left > 0 || s->Clip.Right < size.X - 1)))
        return STATUS_NOT_SUPPORTED;
    if (top < 0 || bottom < top)
        return STATUS_INVALID_PARAMETER;
    /* The lines that change: from where they come, and where they go. */
    int first = by < 0 ? top + by : top, last = by < 0 ? bottom : bottom + by;
    if (s->HasClip && (s->Clip.Top > first || s->Clip.Bottom < last)) {
        if (s->Clip.Top > (by < 0 ? top : first) || s->Clip.Bottom < (by < 0 ? last : bottom))
            return STATUS_NOT_SUPPORTED;
        first = first < s->Clip.Top ? s->Clip.Top : first;
        last = last > s->Clip.Bottom ? s->Clip.Bottom : last;
    }
    first = first < 0 ? 0 : first;
    last = last >= size.Y ? size.Y - 1 : last;
    begin_write();
    if (!by || first >= last)
        return STATUS_SUCCESS;
    int n = by < 0 ? -by : by;
    put(&o, "\0337");
    put_attributes(&o, s->Fill.Attributes);
    snprintf(text, sizeof(text), "\033[%d;%dr\033[%d%c\033[r", first + 1, last + 1, n,
             by < 0 ? 'S' : 'T');
    put(&o, text);
    put(&o, "\0338");
    put_attributes(&o, nt_console.attributes);
    flush(&o);
    return o.status;
}

/* --- state ---------------------------------------------------------------------------------- */

static NTSTATUS screen_info(void *out, uint32_t out_n, ULONG_PTR *information)
{
    CONDRV_SCREEN_INFO i = {.PopupAttributes = 0xf5};
    CONDRV_COORD size = console_size(), at = console_cursor();

    if (out_n < sizeof(i))
        return STATUS_BUFFER_TOO_SMALL;
    i.Size = i.MaximumWindow = i.LargestWindow = size;
    i.Window = (CONDRV_RECT){0, 0, (SHORT)(size.X - 1), (SHORT)(size.Y - 1)};
    i.CursorPosition.X = at.X < size.X ? at.X : (SHORT)(size.X - 1);
    i.CursorPosition.Y = at.Y < size.Y ? at.Y : (SHORT)(size.Y - 1);
    i.Attributes = nt_console.attributes;
    memcpy(i.ColorTable, colours, sizeof(colours));
    *information = sizeof(i);
    return guest_write(out, &i, sizeof(i)) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

static NTSTATUS set_attributes(struct nt_file *f, struct nt_io *io, uint16_t attributes)
{
    struct output o = {.io = io, .fd = f->fd};

    pthread_mutex_lock(&nt_console.lock);
    bool change = nt_console.attributes != attributes;
    nt_console.attributes = attributes;
    pthread_mutex_unlock(&nt_console.lock);
    if (change) {
        console_catch_signals();
        put_attributes(&o, attributes);
        flush(&o);
    }
    return o.status;
}

static NTSTATUS set_cursor_position(struct nt_file *f, struct nt_io *io, CONDRV_COORD at)
{
    struct output o = {.io = io, .fd = f->fd};

    if (!inside(at, console_size()))
        return STATUS_INVALID_PARAMETER;
    put_at(&o, (unsigned)at.X, (unsigned)at.Y);
    flush(&o);
    pthread_mutex_lock(&nt_console.lock);
    nt_console.at = at;
    pthread_mutex_unlock(&nt_console.lock);
    return o.status;
}

static NTSTATUS set_cursor(struct nt_file *f, struct nt_io *io, const CONDRV_CURSOR *cursor)
{
    struct output o = {.io = io, .fd = f->fd};

    if (cursor->Size < 1 || cursor->Size > 100)
        return STATUS_INVALID_PARAMETER;
    pthread_mutex_lock(&nt_console.lock);
    bool change = !nt_console.cursor.Visible != !cursor->Visible;
    nt_console.cursor = *cursor;
    pthread_mutex_unlock(&nt_console.lock);
    if (change) {
        console_catch_signals();
        put(&o, cursor->Visible ? "\033[?25h" : "\033[?25l");
        flush(&o);
    }
    return o.status;
}

#define GET_IN(value)                                                                              \
    do {                                                                                           \
        if (in_n != sizeof(value))                                                                 \
            return STATUS_INVALID_PARAMETER;                                                       \
        if (!guest_read(&(value), in, sizeof(value)))                                              \
            return STATUS_ACCESS_VIOLATION;                                                        \
    } while (0)

NTSTATUS console_screen_control(struct nt_file *f, struct nt_io *io, uint32_t code, const void *in,
                                uint32_t in_n, void *out, uint32_t out_n, ULONG_PTR *information)
{
    CONDRV_COORD at, size;
    CONDRV_CURSOR cursor;
    CONDRV_SCREEN_INFO info;
    CONDRV_SCROLL_IN scrolled;
    CONDRV_WINDOW window;
    CONDRV_RUN run;
    CONDRV_FONT font = {.Size = {8, 16}, .Family = 0x36, .Weight = 400};
    uint32_t value;

    switch (code) {
    case CONDRV_WRITE:
        return write_wide(f, io, in, in_n, information);
    case CONDRV_GET_SCREEN_INFO:
        return screen_info(out, out_n, information);
    case CONDRV_SET_SCREEN_INFO:
        GET_IN(info);
        size = console_size();
        /* Size and palette are the terminal's user's. */
        if (info.Size.X != size.X || info.Size.Y != size.Y ||
            memcmp(info.ColorTable, colours, sizeof(colours)) != 0)
            return STATUS_NOT_SUPPORTED;
        return set_attributes(f, io, info.Attributes);
    case CONDRV_SET_SIZE:
        GET_IN(at);
        size = console_size();
        if (at.X < size.X || at.Y < size.Y)
            return STATUS_INVALID_PARAMETER; /* smaller than the window */
        return at.X == size.X && at.Y == size.Y ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED;
    case CONDRV_SET_WINDOW:
        GET_IN(window);
        size = console_size();
        if (!window.Absolute) {
            window.Window.Right = (SHORT)(window.Window.Right + size.X - 1);
            window.Window.Bottom = (SHORT)(window.Window.Bottom + size.Y - 1);
        }
        if (window.Window.Left < 0 || window.Window.Top < 0 ||
            window.Window.Right < window.Window.Left || window.Window.Bottom < window.Window.Top ||
            window.Window.Right >= size.X || window.Window.Bottom >= size.Y)
            return STATUS_INVALID_PARAMETER;
        return window.Window.Left == 0 && window.Window.Top == 0 &&
                       window.Window.Right == size.X - 1 && window.Window.Bottom == size.Y - 1
                   ? STATUS_SUCCESS
                   : STATUS_NOT_SUPPORTED;
    case CONDRV_SET_ATTRIBUTES:
        GET_IN(value);
        return set_attributes(f, io, (uint16_t)value);
    case CONDRV_GET_CURSOR:
        if (out_n < sizeof(cursor))
            return STATUS_BUFFER_TOO_SMALL;
        *information = sizeof(cursor);
        return guest_write(out, &nt_console.cursor, sizeof(cursor)) ? STATUS_SUCCESS
                                                                    : STATUS_ACCESS_VIOLATION;
    case CONDRV_SET_CURSOR:
        GET_IN(cursor);
        return set_cursor(f, io, &cursor);
    case CONDRV_SET_CURSOR_POSITION:
        GET_IN(at);
        return set_cursor_position(f, io, at);
    case CONDRV_SET_ACTIVE:
        return STATUS_SUCCESS; /* there is one buffer, and it is shown */
    case CONDRV_FILL_RUN:
        GET_IN(run);
        return fill_run(f, io, &run, out, out_n, information);
    case CONDRV_WRITE_RUN:
        if (in_n < sizeof(run))
            return STATUS_INVALID_PARAMETER;
        if (!guest_read(&run, in, sizeof(run)))
            return STATUS_ACCESS_VIOLATION;
        return write_run(f, io, &run, (const char *)in + sizeof(run), in_n - (uint32_t)sizeof(run),
                         out, out_n, information);
    case CONDRV_WRITE_RECT:
        return write_rect(f, io, in, in_n, out, out_n, information);
    case CONDRV_READ_RUN:
    case CONDRV_READ_RECT:
        return STATUS_NOT_SUPPORTED; /* a terminal does not give its cells back */
    case CONDRV_SCROLL:
        GET_IN(scrolled);
        return scroll(f, io, &scrolled);
    case CONDRV_GET_FONT:
        if (out_n < sizeof(font))
            return STATUS_BUFFER_TOO_SMALL;
        for (unsigned i = 0; i < 8; i++)
            font.FaceName[i] = (WCHAR) "Consolas"[i];
        *information = sizeof(font);
        return guest_write(out, &font, sizeof(font)) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
    default:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}
