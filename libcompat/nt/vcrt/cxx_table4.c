/*
 * The compressed tables of __CxxFrameHandler4. Numbers take 1 to 5 bytes: the low bits of the
 * first byte tell how many follow. Each catch funclet has tables of its own.
 */
#include "cxx.h"

enum { /* the first byte of the function's information */
    INFO_IS_CATCH = 1,
    INFO_SEPARATED = 2,
    INFO_BBT = 4,
    INFO_UNWIND_MAP = 8,
    INFO_TRY_MAP = 16,
    INFO_SYNCHRONOUS = 32,
    INFO_NO_EXCEPT = 64,
};

static ULONG number(const UCHAR **p)
{
    const UCHAR *b = *p;
    ULONG value;

    if (!(b[0] & 1)) {
        *p += 1;
        return b[0] >> 1;
    }
    if (!(b[0] & 2)) {
        *p += 2;
        return (b[0] | (ULONG)b[1] << 8) >> 2;
    }
    if (!(b[0] & 4)) {
        *p += 3;
        return (b[0] | (ULONG)b[1] << 8 | (ULONG)b[2] << 16) >> 3;
    }
    if (!(b[0] & 8)) {
        *p += 4;
        __builtin_memcpy(&value, b, 4);
        return value >> 4;
    }
    *p += 5;
    __builtin_memcpy(&value, b + 1, 4);
    return value;
}

static LONG word(const UCHAR **p)
{
    LONG value;

    __builtin_memcpy(&value, *p, 4);
    *p += 4;
    return value;
}

/* Code that the compiler moved away from its function has a map for each piece. */
static const UCHAR *separated_map(ULONG_PTR base, LONG rva, ULONG start)
{
    const UCHAR *p = (const UCHAR *)(base + rva);
    ULONG count = number(&p);

    for (ULONG i = 0; i < count; i++) {
        ULONG piece = (ULONG)word(&p);
        LONG map = word(&p);

        if (piece == start)
            return (const UCHAR *)(base + map);
    }
    return NULL;
}

bool cxx4_parse(const DISPATCHER_CONTEXT *dispatcher, struct cxx_function *function)
{
    ULONG_PTR base = dispatcher->ImageBase;
    const UCHAR *p = (const UCHAR *)(base + *(ULONG *)dispatcher->HandlerData);
    UCHAR header = *p++;
    LONG ip_map;

    *function = (struct cxx_function){
        .base = base,
        .start = dispatcher->FunctionEntry->BeginAddress,
        .compressed = true,
        .synchronous = header & INFO_SYNCHRONOUS,
        .no_except = header & INFO_NO_EXCEPT,
        .is_funclet = header & INFO_IS_CATCH,
    };
    if (header & INFO_BBT)
        number(&p);
    if (header & INFO_UNWIND_MAP) {
        function->unwind_map = (const UCHAR *)(base + word(&p));
        function->states = (LONG)number(&function->unwind_map);
    }
    if (header & INFO_TRY_MAP) {
        function->try_map = (const UCHAR *)(base + word(&p));
        function->tries = number(&function->try_map);
    }
    ip_map = word(&p);
    if (header & INFO_SEPARATED)
        function->ip_map = separated_map(base, ip_map, function->start);
    else if (ip_map)
        function->ip_map = (const UCHAR *)(base + ip_map);
    if (function->ip_map)
        function->ip_count = number(&function->ip_map);
    if (header & INFO_IS_CATCH)
        function->frame_slot = (LONG)number(&p);
    return true;
}

LONG cxx4_state(const struct cxx_function *function, ULONG rva)
{
    const UCHAR *p = function->ip_map;
    ULONG at = function->start;
    LONG state = -1;

    for (ULONG i = 0; i < function->ip_count; i++) {
        at += number(&p);
        if (rva < at)
            break;
        state = (LONG)number(&p) - 1;
    }
    return state;
}

/* Entries are of varying size, and tell how many bytes before them the entry of the next state to
 * unwind to is: that state's number has to be counted. */
bool cxx4_unwind(const struct cxx_function *function, LONG state, struct cxx_unwind *out)
{
    const UCHAR *p = function->unwind_map, *entry = p, *to;
    ULONG head;

    if (state < 0 || state >= function->states)
        return false;
    for (LONG i = 0;; i++) {
        entry = p;
        head = number(&p);
        *out = (struct cxx_unwind){.to = -1, .kind = ACTION_NONE};
        switch (head & 3) {
        case 1:
        case 2:
            out->kind = (head & 3) == 1 ? ACTION_DESTROY : ACTION_DESTROY_POINTED;
            out->action = word(&p);
            out->object = (LONG)number(&p);
            break;
        case 3:
            out->kind = ACTION_FUNCLET;
            out->action = word(&p);
            break;
        }
        if (i == state)
            break;
    }
    if (head >> 2 > (ULONG_PTR)(entry - function->unwind_map))
        return true; /* before the first entry: nothing is left then */
    to = entry - (head >> 2);
    p = function->unwind_map;
    for (LONG i = 0; i < state && p <= to; i++) {
        if (p == to) {
            out->to = i;
            break;
        }
        head = number(&p);
        if (head & 3)
            p += 4;
        if ((head & 3) == 1 || (head & 3) == 2)
            number(&p);
    }
    return true;
}

bool cxx4_try(const struct cxx_function *function, ULONG index, struct cxx_try *out)
{
    const UCHAR *p = function->try_map;

    if (index >= function->tries)
        return false;
    for (ULONG i = 0; i <= index; i++) {
        out->low = (LONG)number(&p);
        out->high = (LONG)number(&p);
        out->catch_high = (LONG)number(&p);
        out->handlers = (const void *)(function->base + word(&p));
    }
    p = out->handlers;
    out->handler_count = number(&p);
    out->handlers = p;
    return true;
}

bool cxx4_handler(const struct cxx_function *function, const struct cxx_try *block, ULONG index,
                  struct cxx_handler *out)
{
    const UCHAR *p = block->handlers;

    if (index >= block->handler_count)
        return false;
    for (ULONG i = 0; i <= index; i++) {
        UCHAR header = *p++;

        *out = (struct cxx_handler){0};
        if (header & 1)
            out->adjectives = number(&p);
        if (header & 2)
            out->type = word(&p);
        if (header & 4)
            out->object = (LONG)number(&p);
        out->address = word(&p);
        out->continuation_count = header >> 4 & 3;
        for (ULONG k = 0; k < out->continuation_count && k < 2; k++)
            out->continuation[k] = header & 8 ? word(&p) : (LONG)(function->start + number(&p));
    }
    return true;
}
