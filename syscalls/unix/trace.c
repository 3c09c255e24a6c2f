#include "syscalls/unix/trace.h"

#include <fnmatch.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

bool unix_trace_on;
static int trace_fd = -1;   /* set before the first guest instruction, then constant */
static uint8_t *wanted;     /* one per call number, constant likewise */
static uint8_t *named_once; /* calls without a handler that were reported; atomic */

struct line {
    char text[2048];
    size_t n;
};

static void put(struct line *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void vput(struct line *l, const char *format, va_list ap)
{
    if (l->n >= sizeof(l->text) - 1)
        return;
    int n = vsnprintf(l->text + l->n, sizeof(l->text) - l->n, format, ap);
    if (n > 0)
        l->n += (size_t)n;
    if (l->n > sizeof(l->text) - 1)
        l->n = sizeof(l->text) - 1;
}
static void put(struct line *l, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    vput(l, format, ap);
    va_end(ap);
}

/* Bytes in quotes, what is not printable as in C. */
static void put_bytes(struct line *l, const void *guest, size_t n, bool string)
{
    unsigned char text[64];
    size_t shown = 0, max = n < sizeof(text) ? n : sizeof(text);

    while (shown < max && guest_read(text + shown, (const char *)guest + shown, 1) &&
           !(string && text[shown] == 0))
        shown++;
    if (shown == 0 && max > 0 && !guest_read(text, guest, 1)) {
        put(l, "<bad %p>", guest);
        return;
    }
    put(l, "\"");
    for (size_t i = 0; i < shown; i++) {
        if (text[i] == '\\' || text[i] == '"')
            put(l, "\\%c", text[i]);
        else if (text[i] == '\n')
            put(l, "\\n");
        else if (text[i] >= 0x20 && text[i] < 0x7f)
            put(l, "%c", text[i]);
        else
            put(l, "\\%03o", text[i]);
    }
    put(l, shown == max && n > max ? "\"..." : "\"");
}

static void put_decoded(struct line *l, const struct unix_decoder *d, uint64_t value)
{
    uint64_t rest = value;
    bool first = true;

    for (unsigned i = 0; i < d->count; i++) {
        uint64_t v = d->rows[i].value;
        if (d->kind == UNIX_DECODE_FLAGS ? (v ? (value & v) == v && (rest & v) : value == 0)
                                         : value == v) {
            put(l, "%s%s", first ? "" : "|", d->rows[i].symbol);
            first = false;
            rest &= ~v;
            if (d->kind != UNIX_DECODE_FLAGS)
                return;
        }
    }
    if (first || (d->kind == UNIX_DECODE_FLAGS && rest))
        put(l, "%s0x%llx", first ? "" : "|",
            (unsigned long long)(d->kind == UNIX_DECODE_FLAGS ? rest : value));
}

static bool starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

static unsigned size_of(const char *type)
{
    if (strcmp(type, "u8") == 0)
        return 1;
    if (strcmp(type, "u16") == 0)
        return 2;
    return strstr(type, "64") || strcmp(type, "ptr") == 0 || strcmp(type, "long") == 0 ||
                   strcmp(type, "size") == 0 || strcmp(type, "off") == 0
               ? 8
               : 4;
}

static void put_signal(struct line *l, uint64_t v)
{
    if (v < unix_system->signal_name_count && unix_system->signal_names[v])
        put(l, "%s", unix_system->signal_names[v]);
    else
        put(l, "%d", (int)v);
}

/* A scalar by its type. */
static void put_value(struct line *l, const char *type, uint64_t v)
{
    if (starts(type, "sig"))
        put_signal(l, v);
    else if (starts(type, "fd") || starts(type, "pid") || starts(type, "i32"))
        put(l, strcmp(type, "fd") == 0 && (int32_t)v == -100 ? "AT_FDCWD" : "%d", (int32_t)v);
    else if (starts(type, "mode"))
        put(l, "0%o", (uint32_t)v);
    else if (starts(type, "u32") || starts(type, "uid") || starts(type, "u16") ||
             starts(type, "u8"))
        put(l, (uint32_t)v < 4096 ? "%u" : "0x%x", (uint32_t)v);
    else if (starts(type, "i64") || starts(type, "off") || starts(type, "long"))
        put(l, "%lld", (long long)v);
    else if (starts(type, "size") || starts(type, "u64"))
        put(l, v < 0x100000000ull ? "%llu" : "0x%llx", (unsigned long long)v);
    else
        put(l, v ? "0x%llx" : "NULL", (unsigned long long)v);
}

static void put_struct(struct line *l, const struct unix_decoder *d, uint64_t at)
{
    for (unsigned i = 0; i < d->count; i++) {
        uint64_t v = 0;
        const char *type = d->rows[i].type;
        if (!guest_read(&v, (const char *)at + d->rows[i].value, size_of(type))) {
            put(l, "%s<bad 0x%llx>", i ? ", " : "", (unsigned long long)at);
            return;
        }
        if (starts(type, "i32"))
            v = (uint64_t)(int32_t)v;
        put(l, "%s%s=", i ? ", " : "{", d->rows[i].symbol);
        put_value(l, type, v);
    }
    put(l, "}");
}

/* The number that the argument's [LENGTH] stands for; -1: it has none. */
static int64_t length_of(const struct unix_call *c, const uint64_t *a, const char *type)
{
    const char *open = strchr(type, '[');
    uint64_t v;

    if (!open)
        return -1;
    bool pointed = open[1] == '*';
    const char *name = open + 1 + pointed;
    size_t n = strcspn(name, "]");
    for (unsigned i = 0; i < c->arg_count; i++) {
        if (strlen(c->args[i].name) == n && strncmp(c->args[i].name, name, n) == 0) {
            if (!pointed)
                return (int64_t)a[i];
            v = 0;
            return guest_read(&v, (const void *)a[i], 4) ? (int64_t)v : -1;
        }
    }
    return -1;
}

static void put_arg(struct line *l, const struct unix_call *c, const uint64_t *args, unsigned i,
                    bool after, int64_t result)
{
    const struct unix_call_arg *a = &c->args[i];
    const char *t = a->type;
    uint64_t v = args[i], value = 0;
    bool out = starts(t, "out*"), in = starts(t, "in*"), io = starts(t, "io*");
    const char *base = out ? t + 4 : in || io ? t + 3 : t;

    if (starts(t, "pad"))
        return;
    put(l, "%s", i ? ", " : "");
    if (starts(t, "str")) {
        if (v)
            put_bytes(l, (const void *)v, 4096, true);
        else
            put(l, "NULL");
        return;
    }
    if (!(out || in || io)) {
        if (a->decoder && a->decoder->kind != UNIX_DECODE_STRUCT)
            put_decoded(l, a->decoder, starts(t, "u64") || starts(t, "size") ? v : (uint32_t)v);
        else
            put_value(l, t, v);
        return;
    }
    if (v == 0) {
        put(l, "NULL");
    } else if (out && (!after || result < 0)) {
        put(l, "0x%llx", (unsigned long long)v);
    } else if (a->decoder && a->decoder->kind == UNIX_DECODE_STRUCT && !strchr(base, '[')) {
        put_struct(l, a->decoder, v);
    } else if (starts(base, "strv")) {
        uint64_t p;
        put(l, "[");
        for (unsigned n = 0; n < 16 && guest_get(&p, (const uint64_t *)v + n) && p; n++) {
            put(l, "%s", n ? ", " : "");
            put_bytes(l, (const void *)p, 4096, true);
        }
        put(l, "]");
    } else if (starts(base, "void") || starts(base, "u8")) {
        int64_t n = length_of(c, args, base);
        if (out && result >= 0 && n > result && result < 0x7fffffff &&
            (strcmp(c->name, "read") == 0 || strstr(c->name, "recv") || strstr(c->name, "pread") ||
             strstr(c->name, "readlink")))
            n = result;
        if (n >= 0)
            put_bytes(l, (const void *)v, (size_t)n, false);
        else
            put(l, "0x%llx", (unsigned long long)v);
    } else if ((starts(base, "i32") || starts(base, "u32") || starts(base, "i64") ||
                starts(base, "u64") || starts(base, "long") || starts(base, "size") ||
                starts(base, "off") || starts(base, "fd")) &&
               !strchr(base, '[')) {
        char type[16];
        snprintf(type, sizeof(type), "%.*s", (int)strcspn(base, "?("), base);
        if (!guest_read(&value, (const void *)v, size_of(type))) {
            put(l, "<bad 0x%llx>", (unsigned long long)v);
            return;
        }
        put(l, "[");
        put_value(l, type, value);
        put(l, "]");
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
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return; /* whoever read the trace has gone; the guest goes on */
        p += n;
        left -= (size_t)n;
    }
}

static void put_time(struct line *l, const struct unix_thread *t)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    put(l, "%02ld:%02ld:%02ld.%06ld %d ", now.tv_sec / 3600 % 24, now.tv_sec / 60 % 60,
        now.tv_sec % 60, now.tv_nsec / 1000, unix_thread_id(t));
}

void unix_trace_note(struct unix_thread *t, const char *format, ...)
{
    struct line l = {.n = 0};
    va_list ap;

    put_time(&l, t);
    va_start(ap, format);
    vput(&l, format, ap);
    va_end(ap);
    put(&l, "\n");
    write_line(&l);
}

static void put_result(struct line *l, int64_t r)
{
    if (r >= 0) {
        put(l, r < 0x100000 ? "%lld" : "0x%llx", (long long)r);
    } else if (r == -UNIX_EJUSTRETURN) {
        put(l, "(registers)");
    } else if (r == -UNIX_ERESTART) {
        put(l, "(interrupted)");
    } else {
        int e = unix_errno_of_host((int)-r);
        const char *name =
            (unsigned)e < unix_system->errno_name_count ? unix_system->errno_names[e] : NULL;
        put(l, "error %d %s", e, name ? name : "");
    }
}

/* Calls that do not come back are told before they are made. */
static bool may_not_return(const struct unix_call *c)
{
    return strstr(c->name, "exit") || strstr(c->name, "exec");
}

int64_t unix_trace_call(struct unix_thread *t, const struct unix_call *c, const uint64_t *a)
{
    struct line l = {.n = 0};
    struct timespec start, end;

    if (!wanted[c - unix_system->calls])
        return c->thunk ? c->thunk(t, a) : unix_missing_call(c);
    uint64_t args[UNIX_MAX_ARGS];
    memcpy(args, a,
           c->arg_count * sizeof(*a)); /* the registers change under sigreturn and its like */
    put_time(&l, t);
    put(&l, "%s(", c->name);
    if (may_not_return(c)) {
        struct line first = l;
        for (unsigned i = 0; i < c->arg_count; i++)
            put_arg(&first, c, args, i, false, 0);
        put(&first, ")\n");
        write_line(&first);
    }
    clock_gettime(CLOCK_MONOTONIC, &start);
    int64_t r = c->thunk ? c->thunk(t, a) : unix_missing_call(c);
    int saved = errno;
    clock_gettime(CLOCK_MONOTONIC, &end);
    for (unsigned i = 0; i < c->arg_count; i++)
        put_arg(&l, c, args, i, true, r);
    long ns = (end.tv_sec - start.tv_sec) * 1000000000L + end.tv_nsec - start.tv_nsec;
    if (l.n > sizeof(l.text) - 96)
        l.n = sizeof(l.text) - 96;
    put(&l, ") = ");
    put_result(&l, r);
    put(&l, " <%ld.%06ld>\n", ns / 1000000000, ns / 1000 % 1000000);
    write_line(&l);
    errno = saved;
    return r;
}

static bool matches(const char *word, size_t length, const struct unix_call *c)
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

bool unix_trace_start(const char *filter, int fd)
{
    bool any = false;

    wanted = calloc(unix_system->call_count, 1);
    if (!wanted)
        return false;
    for (unsigned i = 0; i < unix_system->call_count; i++) {
        if (!unix_system->calls[i].name)
            continue;
        /* Only exclusions: everything else is wanted. */
        wanted[i] = !filter || filter[0] == '!';
        for (const char *p = filter; p && *p;) {
            size_t n = strcspn(p, ",");
            bool out = *p == '!';
            if (matches(p + out, n - out, &unix_system->calls[i]))
                wanted[i] = !out;
            p += n;
            p += *p == ',';
        }
        any |= wanted[i] != 0;
    }
    int copy = dup(fd);
    trace_fd = copy < 0 ? fd : unix_fd_keep(copy);
    unix_trace_on = any;
    return any;
}

int unix_trace_fd(void)
{
    return trace_fd;
}

static void make_named_once(void)
{
    named_once = calloc(unix_system->call_count, 1);
}

int64_t unix_missing_call(const struct unix_call *c)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, make_named_once);
    if (unix_process.verbose && named_once &&
        !__atomic_exchange_n(&named_once[c - unix_system->calls], 1, __ATOMIC_RELAXED))
        fprintf(stderr, "compatrun: %s is not implemented\n", c->name);
    return -ENOSYS;
}

int64_t unix_unknown_call(uint64_t number)
{
    static _Atomic bool said;

    if (unix_process.verbose && !atomic_exchange(&said, true))
        fprintf(stderr, "compatrun: there is no call %llu\n", (unsigned long long)number);
    return -ENOSYS;
}
