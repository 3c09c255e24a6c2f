/* Message tables of modules, and the formatting of their texts. */
#include "crt_private.h"

/* Language 0 is resolved by the loader's order of languages. */
NTSTATUS NTAPI RtlFindMessage(PVOID module, ULONG type, ULONG language, ULONG id,
                              MESSAGE_RESOURCE_ENTRY **entry)
{
    LDR_RESOURCE_INFO info = {.Type = type, .Name = 1, .Language = language};
    IMAGE_RESOURCE_DATA_ENTRY *data;
    const MESSAGE_RESOURCE_DATA *table;
    const MESSAGE_RESOURCE_BLOCK *block;
    UCHAR *at, *end;
    PVOID base;
    ULONG size, n;
    NTSTATUS status = LdrFindResource_U(module, &info, 3, &data);

    if (status >= 0)
        status = LdrAccessResource(module, data, &base, &size);
    if (status < 0)
        return status;
    table = base;
    end = (UCHAR *)base + size;
    if (size < sizeof(DWORD) ||
        table->NumberOfBlocks > (size - sizeof(DWORD)) / sizeof(MESSAGE_RESOURCE_BLOCK))
        return STATUS_INVALID_PARAMETER;
    for (ULONG i = 0; i < table->NumberOfBlocks; i++) {
        block = &table->Blocks[i];
        if (id < block->LowId || id > block->HighId || block->OffsetToEntries >= size)
            continue;
        at = (UCHAR *)base + block->OffsetToEntries;
        for (n = id - block->LowId;; n--) {
            MESSAGE_RESOURCE_ENTRY *e = (MESSAGE_RESOURCE_ENTRY *)at;

            if ((SIZE_T)(end - at) < offsetof(MESSAGE_RESOURCE_ENTRY, Text) ||
                e->Length < offsetof(MESSAGE_RESOURCE_ENTRY, Text) ||
                e->Length > (SIZE_T)(end - at))
                return STATUS_INVALID_PARAMETER;
            if (!n) {
                *entry = e;
                return STATUS_SUCCESS;
            }
            at += e->Length;
        }
    }
    return STATUS_MESSAGE_NOT_FOUND;
}

/* ---- formatting ---- */

#define MAX_WIDTH 0xffu /* "wrap nowhere, and take the text's own line ends away" */
#define INSERTS 99

struct output {
    PWSTR buffer;
    SIZE_T room, done; /* characters */
    SIZE_T line_start, last_space; /* of the line being filled; last_space 0: none */
    ULONG width;
};

static BOOLEAN put(struct output *o, WCHAR c)
{
    if (o->done >= o->room)
        return FALSE;
    o->buffer[o->done++] = c;
    return TRUE;
}

static BOOLEAN new_line(struct output *o)
{
    if (!put(o, '\r') || !put(o, '\n'))
        return FALSE;
    o->line_start = o->done;
    o->last_space = 0;
    return TRUE;
}

/* A character of the text, wrapped to the width at the last space. */
static BOOLEAN put_wrapped(struct output *o, WCHAR c)
{
    BOOLEAN wraps = o->width && o->width != MAX_WIDTH;

    if (wraps && c == ' ') {
        if (o->done == o->line_start)
            return TRUE; /* no line begins with a space that only separated words */
        o->last_space = o->done;
    }
    if (!put(o, c))
        return FALSE;
    if (wraps && o->done - o->line_start > o->width && o->last_space) {
        /* the space becomes the end of the line */
        SIZE_T tail = o->done - o->last_space - 1;

        if (o->done + 1 > o->room)
            return FALSE;
        memmove(o->buffer + o->last_space + 2, o->buffer + o->last_space + 1, tail * sizeof(WCHAR));
        o->buffer[o->last_space] = '\r';
        o->buffer[o->last_space + 1] = '\n';
        o->line_start = o->last_space + 2;
        o->done++;
        o->last_space = 0;
    }
    return TRUE;
}

struct inserts {
    ULONG_PTR values[INSERTS];
    ULONG read;
    BOOLEAN array;
    va_list *args;
};

static ULONG_PTR insert_value(struct inserts *in, ULONG index)
{
    while (in->read <= index) {
        in->values[in->read] =
            in->array ? ((ULONG_PTR *)in->args)[in->read] : va_arg(*in->args, ULONG_PTR);
        in->read++;
    }
    return in->values[index];
}

/* %n!format!: the format is that of printf, with up to two values for '*'. */
static NTSTATUS put_insert(struct output *o, struct inserts *in, ULONG index, PCWSTR spec,
                           SIZE_T spec_chars, BOOLEAN ansi)
{
    WCHAR format[40], *text = NULL;
    ULONG_PTR extra[2];
    ULONG stars = 0, at = index;
    SIZE_T room = 256;
    int n = -1;

    if (spec_chars + 2 > COUNT_OF(format))
        return STATUS_INVALID_PARAMETER;
    if (!spec) {
        wcscpy(format, ansi ? L"%hs" : L"%ws");
    } else {
        format[0] = '%';
        memcpy(format + 1, spec, spec_chars * sizeof(WCHAR));
        format[spec_chars + 1] = 0;
        /* a plain s or c is of the caller's width */
        if (spec_chars && spec_chars + 2 < COUNT_OF(format) &&
            (format[spec_chars] == 's' || format[spec_chars] == 'c') &&
            (spec_chars == 1 || !wcschr(L"hlw", format[spec_chars - 1]))) {
            format[spec_chars + 1] = format[spec_chars];
            format[spec_chars] = ansi ? 'h' : 'w';
            format[spec_chars + 2] = 0;
        }
        for (SIZE_T i = 0; i < spec_chars; i++)
            stars += spec[i] == '*';
        if (stars > 2 || index + stars >= INSERTS)
            return STATUS_INVALID_PARAMETER;
        for (ULONG i = 0; i < stars; i++)
            extra[i] = insert_value(in, at++);
    }
    insert_value(in, at);
    while (n < 0) {
        RtlFreeHeap(rtl_heap(), 0, text);
        text = RtlAllocateHeap(rtl_heap(), 0, room * sizeof(WCHAR));
        if (!text)
            return STATUS_NO_MEMORY;
        switch (stars) {
        case 0:
            n = _snwprintf(text, room, format, in->values[at]);
            break;
        case 1:
            n = _snwprintf(text, room, format, extra[0], in->values[at]);
            break;
        default:
            n = _snwprintf(text, room, format, extra[0], extra[1], in->values[at]);
        }
        room *= 4;
        if (room > 0x1000000)
            break;
    }
    for (int i = 0; i < n; i++)
        if (!put_wrapped(o, text[i])) {
            RtlFreeHeap(rtl_heap(), 0, text);
            return STATUS_BUFFER_OVERFLOW;
        }
    RtlFreeHeap(rtl_heap(), 0, text);
    return n < 0 ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

static NTSTATUS format_text(PCWSTR p, BOOLEAN ignore, BOOLEAN ansi, struct inserts *in,
                            struct output *o)
{
    BOOLEAN ok = TRUE;

    while (ok && *p) {
        if (*p == '\r' || *p == '\n') {
            p += *p == '\r' && p[1] == '\n' ? 2 : 1;
            /* with a width, the text's own line ends are spaces */
            ok = o->width ? put_wrapped(o, ' ') : new_line(o);
            continue;
        }
        if (*p != '%') {
            ok = put_wrapped(o, *p++);
            continue;
        }
        p++;
        if (*p >= '1' && *p <= '9' && !ignore) {
            ULONG index = (ULONG)(*p++ - '0');
            PCWSTR spec = NULL;
            SIZE_T n = 0;
            NTSTATUS status;

            if (*p >= '0' && *p <= '9')
                index = index * 10 + (ULONG)(*p++ - '0');
            if (*p == '!') {
                spec = ++p;
                while (p[n] && p[n] != '!')
                    n++;
                if (!p[n])
                    return STATUS_INVALID_PARAMETER;
                p += n + 1;
            }
            if (!in->args)
                return STATUS_INVALID_PARAMETER;
            status = put_insert(o, in, index - 1, spec, n, ansi);
            if (status < 0)
                return status;
            continue;
        }
        if (ignore && *p >= '1' && *p <= '9') {
            ok = put(o, '%') && put(o, *p++);
            continue;
        }
        switch (*p) {
        case '0':
            return STATUS_SUCCESS;
        case 0:
            return STATUS_INVALID_PARAMETER;
        case 'n':
            ok = ignore ? put(o, '%') && put(o, 'n') : new_line(o);
            break;
        case 'r':
            ok = ignore ? put(o, '%') && put(o, 'r') : put(o, '\r');
            break;
        case 't':
            ok = ignore ? put(o, '%') && put(o, 't') : put(o, '\t');
            break;
        case 'b':
            ok = put(o, ' ');
            break;
        default:
            if (ignore)
                ok = put(o, '%');
            ok = ok && put(o, *p);
        }
        p++;
    }
    return ok ? STATUS_SUCCESS : STATUS_BUFFER_OVERFLOW;
}

NTSTATUS NTAPI RtlFormatMessageEx(PCWSTR format, ULONG width, BOOLEAN ignore_inserts,
                                  BOOLEAN ansi_args, BOOLEAN array, va_list *args, PWSTR buffer,
                                  ULONG bytes, PULONG result, ULONG flags)
{
    struct output o = {.buffer = buffer, .room = bytes / sizeof(WCHAR), .width = width};
    struct inserts in = {.array = array, .args = args};
    NTSTATUS status;

    if (flags)
        return STATUS_INVALID_PARAMETER;
    if (!o.room)
        return STATUS_BUFFER_OVERFLOW;
    o.room--; /* the terminator */
    status = format_text(format, ignore_inserts, ansi_args, &in, &o);
    if (status < 0)
        return status;
    buffer[o.done] = 0;
    if (result)
        *result = (ULONG)((o.done + 1) * sizeof(WCHAR));
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlFormatMessage(PCWSTR format, ULONG width, BOOLEAN ignore_inserts,
                                BOOLEAN ansi_args, BOOLEAN array, va_list *args, PWSTR buffer,
                                ULONG bytes, PULONG result)
{
    return RtlFormatMessageEx(format, width, ignore_inserts, ansi_args, array, args, buffer, bytes,
                              result, 0);
}
