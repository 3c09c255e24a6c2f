/* FuncInfo, the uncompressed tables of __CxxFrameHandler3 (and, without the last fields, of its
 * forerunners). */
#include "cxx.h"

struct func_info {
    ULONG magic; /* 29 bits, flags of the profiler above */
    LONG states;
    LONG unwind_map;
    ULONG tries;
    LONG try_map;
    ULONG ip_count;
    LONG ip_map;
    LONG unwind_help; /* a slot in the frame; our state is kept elsewhere */
    LONG exception_spec; /* from CXX_MAGIC2 on */
    LONG flags;          /* from CXX_MAGIC3 on */
};
enum { FLAG_SYNCHRONOUS = 1, FLAG_NO_EXCEPT = 4 };

struct unwind_entry {
    LONG to, action;
};
struct try_entry {
    LONG low, high, catch_high;
    LONG handler_count;
    LONG handlers;
};
struct handler_entry {
    ULONG adjectives;
    LONG type, object, address, frame;
};
struct ip_entry {
    ULONG rva;
    LONG state;
};

bool cxx3_parse(const DISPATCHER_CONTEXT *dispatcher, struct cxx_function *function)
{
    ULONG_PTR base = dispatcher->ImageBase;
    const struct func_info *info = (const void *)(base + *(ULONG *)dispatcher->HandlerData);
    ULONG magic = info->magic & 0x1fffffff;

    if (magic < CXX_MAGIC1 || magic > CXX_MAGIC3)
        return false;
    *function = (struct cxx_function){
        .base = base,
        .start = dispatcher->FunctionEntry->BeginAddress,
        .states = info->states,
        .tries = info->tries,
        .unwind_map = (const UCHAR *)(base + info->unwind_map),
        .try_map = (const UCHAR *)(base + info->try_map),
        .ip_map = (const UCHAR *)(base + info->ip_map),
        .ip_count = info->ip_count,
        .synchronous = magic >= CXX_MAGIC3 && info->flags & FLAG_SYNCHRONOUS,
        .no_except = magic >= CXX_MAGIC3 && info->flags & FLAG_NO_EXCEPT,
    };
    if (magic >= CXX_MAGIC2 && info->exception_spec)
        function->exception_spec = (const LONG *)(base + info->exception_spec);
    return true;
}

/* The last entry at or below the address holds; -1 before the first. */
LONG cxx3_state(const struct cxx_function *function, ULONG rva)
{
    const struct ip_entry *map = (const void *)function->ip_map;
    ULONG low = 0, high = function->ip_count;

    while (low < high) {
        ULONG middle = low + (high - low) / 2;

        if (map[middle].rva <= rva)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? map[low - 1].state : -1;
}

bool cxx3_unwind(const struct cxx_function *function, LONG state, struct cxx_unwind *out)
{
    const struct unwind_entry *entry = (const struct unwind_entry *)function->unwind_map + state;

    if (state < 0 || state >= function->states)
        return false;
    *out = (struct cxx_unwind){entry->to, entry->action ? ACTION_FUNCLET : ACTION_NONE,
                               entry->action, 0};
    return true;
}

bool cxx3_try(const struct cxx_function *function, ULONG index, struct cxx_try *out)
{
    const struct try_entry *entry = (const struct try_entry *)function->try_map + index;

    if (index >= function->tries)
        return false;
    *out = (struct cxx_try){entry->low, entry->high, entry->catch_high,
                            (ULONG)entry->handler_count,
                            (const void *)(function->base + entry->handlers)};
    return true;
}

bool cxx3_handler(const struct cxx_function *function, const struct cxx_try *block, ULONG index,
                  struct cxx_handler *out)
{
    const struct handler_entry *entry = (const struct handler_entry *)block->handlers + index;

    (void)function;
    if (index >= block->handler_count)
        return false;
    *out = (struct cxx_handler){.adjectives = entry->adjectives, .type = entry->type,
                                .object = entry->object, .address = entry->address,
                                .parent_frame = entry->frame};
    return true;
}
