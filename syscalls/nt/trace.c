#include "syscalls/nt/trace.h"

#include <ctype.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

bool nt_trace_on;
bool nt_verbose;
static int trace_fd = -1;   /* set before the first guest instruction, then constant */
static uint8_t *wanted;     /* one per call number, constant likewise */
static uint8_t *named_once; /* calls without a handler that were reported; atomic */

struct line {
    char text[2048];
    size_t n;
};

static void put(struct line *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(struct line *l, const char *format, ...)
{
    va_list ap;

    if (l->n >= sizeof(l->text) - 1)
        return;
    va_start(ap, format);
    int n = vsnprintf(l->text + l->n, sizeof(l->text) - l->n, format, ap);
    va_end(ap);
    if (n > 0)
        l->n += (size_t)n;
    if (l->n > sizeof(l->text) - 1)
        l->n = sizeof(l->text) - 1;
}

/* UTF-16 text in quotes; what is not printable ASCII as \u. */
static void put_utf16(struct line *l, const WCHAR *guest, size_t bytes)
{
    WCHAR text[128];
    size_t n = bytes / sizeof(WCHAR), shown = n < 128 ? n : 128;

    if (!guest_read(text, guest, shown * sizeof(WCHAR))) {
        put(l, "<bad %p>", (const void *)guest);
        return;
    }
    put(l, "\"");
    for (size_t i = 0; i < shown; i++) {
        if (text[i] == '\\' || text[i] == '"')
            put(l, "\\%c", text[i]);
        else if (text[i] >= 0x20 && text[i] < 0x7f)
            put(l, "%c", text[i]);
        else
            put(l, "\\u%04x", text[i]);
    }
    put(l, shown < n ? "\"..." : "\"");
}

static void put_ustr(struct line *l, const void *guest)
{
    UNICODE_STRING us;

    if (!guest_read(&us, guest, sizeof(us)))
        put(l, "<bad %p>", guest);
    else
        put_utf16(l, us.Buffer, us.Length);
}

static void put_decoded(struct line *l, const struct nt_decoder *d, uint32_t value)
{
    uint32_t rest = value;
    bool first = true;

    for (unsigned i = 0; i < d->count; i++) {
        uint32_t v = d->rows[i].value;
        if (d->flags ? (v ? (value & v) == v && (rest & v) : value == 0) : value == v) {
            put(l, "%s%s", first ? "" : "|", d->rows[i].symbol);
            first = false;
            rest &= ~v;
            if (!d->flags)
                return;
        }
    }
    if (first || (d->flags && rest))
        put(l, "%s0x%x", first ? "" : "|", d->flags ? rest : value);
}

static bool starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* after: the call has returned, outputs can be shown. */
static void put_arg(struct line *l, const struct nt_call_arg *a, uint64_t v, bool after)
{
    const char *t = a->type;
    bool out = starts(t, "out*"), in = starts(t, "in*"), io = starts(t, "io*");
    const char *base = out ? t + 4 : in || io ? t + 3 : t;
    uint64_t value;

    put(l, "%s=", a->name);
    if (!(out || in || io)) {
        if (a->decoder)
            put_decoded(l, a->decoder, (uint32_t)v);
        else if (starts(t, "bool"))
            put(l, "%s", (v & 0xff) ? "TRUE" : "FALSE");
        else if (starts(t, "handle") && (int64_t)v < 0 && (int64_t)v >= -6)
            put(l, "%s", v == ~0ull ? "CURRENT_PROCESS" : v == ~1ull ? "CURRENT_THREAD" : "TOKEN");
        else if (starts(t, "u32") || starts(t, "u16") || starts(t, "u8") || starts(t, "i32"))
            put(l, (uint32_t)v < 4096 ? "%u" : "0x%x", (uint32_t)v);
        else
            put(l, "0x%llx", (unsigned long long)v);
        return;
    }
    if (v == 0) {
        put(l, "NULL");
    } else if (starts(base, "oattr")) {
        OBJECT_ATTRIBUTES oa;
        if (!guest_read(&oa, (void *)v, sizeof(oa))) {
            put(l, "<bad %#llx>", (unsigned long long)v);
            return;
        }
        put(l, "{");
        if (oa.RootDirectory)
            put(l, "root=%p ", oa.RootDirectory);
        if (oa.ObjectName)
            put_ustr(l, oa.ObjectName);
        put(l, "%s}", oa.Attributes & OBJ_INHERIT ? " inherit" : "");
    } else if (starts(base, "ustr") && !out) {
        put_ustr(l, (void *)v);
    } else if (starts(base, "iosb")) {
        IO_STATUS_BLOCK iosb;
        if (after && guest_read(&iosb, (void *)v, sizeof(iosb)))
            put(l, "{0x%08x, %llu}", (unsigned)iosb.Status, (unsigned long long)iosb.Information);
        else
            put(l, "0x%llx", (unsigned long long)v);
    } else if ((starts(base, "handle") || starts(base, "size") || starts(base, "ptr") ||
                starts(base, "u64") || starts(base, "i64") || starts(base, "time")) &&
               !strchr(base, '[') && (after || !out) && guest_read(&value, (void *)v, 8)) {
        if (starts(base, "time"))
            put(l, "[%lld]", (long long)value);
        else
            put(l, "[0x%llx]", (unsigned long long)value);
    } else if (starts(base, "u32") && !strchr(base, '[') && (after || !out) &&
               guest_read(&value, (void *)v, 4)) {
        put(l, "[0x%x]", (uint32_t)value);
    } else {
        put(l, "0x%llx", (unsigned long long)v);
    }
}

static void write_line(const struct line *l)
{
    const char *p = l->text;
    size_t left = l->n;

    while (left > 0) {
        ssize_t n = write(trace_fd, p, left);
        if (n <= 0)
            return; /* whoever read the trace has gone; the guest goes on */
        p += n;
        left -= (size_t)n;
    }
}

static bool never_returns(const struct nt_call *c)
{
    return strcmp(c->name, "NtTerminateProcess") == 0 || strcmp(c->name, "NtTerminateThread") == 0;
}

static void put_head(struct line *l, const struct nt_thread *t, const struct nt_call *c)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    put(l, "%02ld:%02ld:%02ld.%06ld %d %s(", now.tv_sec / 3600 % 24, now.tv_sec / 60 % 60,
        now.tv_sec % 60, now.tv_nsec / 1000, t->tid, c->name);
}

NTSTATUS nt_trace_call(struct nt_thread *t, struct nt_frame *f, const struct nt_call *c)
{
    struct line l = {.n = 0};
    struct timespec start, end;
    uint32_t number = f->number;

    if (!wanted[number])
        return c->thunk ? c->thunk(t, f->args) : nt_missing_call(c);
    put_head(&l, t, c);
    if (never_returns(c)) {
        for (uint32_t i = 0; i < c->arg_count; i++) {
            put(&l, i ? ", " : "");
            put_arg(&l, &c->args[i], f->args[i], false);
        }
        put(&l, ")\n");
        write_line(&l);
    }
    clock_gettime(CLOCK_MONOTONIC, &start);
    NTSTATUS status = c->thunk ? c->thunk(t, f->args) : nt_missing_call(c);
    clock_gettime(CLOCK_MONOTONIC, &end);
    for (uint32_t i = 0; i < c->arg_count; i++) {
        put(&l, "%s", i ? ", " : "");
        put_arg(&l, &c->args[i], f->args[i], true);
    }
    long ns = (end.tv_sec - start.tv_sec) * 1000000000L + end.tv_nsec - start.tv_nsec;
    const char *name = nt_status_name(status);
    if (l.n > sizeof(l.text) - 96)
        l.n = sizeof(l.text) - 96;
    put(&l, ") = 0x%08X%s%s <%ld.%06ld>\n", (unsigned)status, name ? " " : "", name ? name : "",
        ns / 1000000000, ns / 1000 % 1000000);
    write_line(&l);
    return status;
}

static bool matches(const char *word, size_t length, const struct nt_call *c)
{
    char pattern[96];

    if (length >= sizeof(pattern))
        return false;
    memcpy(pattern, word, length);
    pattern[length] = 0;
    if (strcmp(pattern, "all") == 0)
        return true;
    if (pattern[0] == '%')
        return strcmp(pattern + 1, c->group) == 0;
    return fnmatch(pattern, c->name, 0) == 0 || strcmp(pattern, c->group) == 0;
}

bool nt_trace_start(const char *filter, int fd)
{
    bool any = false;

    wanted = calloc(nt_call_count, 1);
    if (!wanted)
        return false;
    if (!filter || !*filter)
        filter = "all";
    bool start = filter[0] == '!';
    for (unsigned i = 0; i < nt_call_count; i++) {
        if (!nt_calls[i].name)
            continue;
        wanted[i] = start;
        for (const char *p = filter; *p;) {
            size_t n = strcspn(p, ",");
            bool out = *p == '!';
            if (matches(p + out, n - out, &nt_calls[i]))
                wanted[i] = !out;
            p += n;
            p += *p == ',';
        }
        any |= wanted[i] != 0;
    }
    trace_fd = fcntl(fd, F_DUPFD_CLOEXEC, 500);
    if (trace_fd < 0)
        trace_fd = fd;
    nt_trace_on = any;
    return any;
}

static void make_named_once(void)
{
    named_once = calloc(nt_call_count, 1);
}

NTSTATUS nt_missing_call(const struct nt_call *c)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, make_named_once);
    if (nt_verbose && named_once &&
        !__atomic_exchange_n(&named_once[c - nt_calls], 1, __ATOMIC_RELAXED))
        nt_warn("%s is not implemented", c->name);
    return STATUS_NOT_IMPLEMENTED;
}
