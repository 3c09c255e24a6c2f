/*
 * Handlers of the whole process: vectored exception and continue handlers, the filter for
 * exceptions that nobody handled.
 */
#include "eh.h"

struct vectored {
    LIST_ENTRY link;
    PVECTORED_EXCEPTION_HANDLER handler;
    LONG references; /* one of the list, one of each thread that is about to call it */
    bool listed;
};

/* One list for exceptions, one for continuing. Handlers may add and remove handlers, themselves
 * too, so they are called without the lock. */
enum { EXCEPTION_LIST, CONTINUE_LIST };
static struct {
    LIST_ENTRY head;
    ULONG count;
    ULONG peb_bit; /* PEB.CrossProcessFlags: tells that the list has something */
} vectored_lists[2] = {
    {{&vectored_lists[0].head, &vectored_lists[0].head}, 0, 1u << 2},
    {{&vectored_lists[1].head, &vectored_lists[1].head}, 0, 1u << 3},
};
static RTL_SRWLOCK vectored_lock = RTL_SRWLOCK_INIT; /* guards both lists and every `listed` */

static HANDLE process_heap(void)
{
    return eh_teb()->ProcessEnvironmentBlock->ProcessHeap;
}

/* Drops a reference. An entry that was taken out stays linked until the last thread is done with
 * it, so that this thread still finds its way to the handlers after it. */
static void release(struct vectored *entry)
{
    if (!entry || __atomic_sub_fetch(&entry->references, 1, __ATOMIC_ACQ_REL))
        return;
    RtlAcquireSRWLockExclusive(&vectored_lock);
    entry->link.Blink->Flink = entry->link.Flink;
    entry->link.Flink->Blink = entry->link.Blink;
    RtlReleaseSRWLockExclusive(&vectored_lock);
    RtlFreeHeap(process_heap(), 0, entry);
}

static PVOID add_handler(int which, ULONG first, PVECTORED_EXCEPTION_HANDLER handler)
{
    struct vectored *entry = RtlAllocateHeap(process_heap(), 0, sizeof(*entry));
    LIST_ENTRY *head = &vectored_lists[which].head, *before;

    if (!entry)
        return NULL;
    entry->handler = handler;
    entry->references = 1;
    entry->listed = true;
    RtlAcquireSRWLockExclusive(&vectored_lock);
    before = first ? head : head->Blink;
    entry->link.Blink = before;
    entry->link.Flink = before->Flink;
    before->Flink->Blink = &entry->link;
    before->Flink = &entry->link;
    if (vectored_lists[which].count++ == 0)
        __atomic_fetch_or(&eh_teb()->ProcessEnvironmentBlock->CrossProcessFlags,
                          vectored_lists[which].peb_bit, __ATOMIC_SEQ_CST);
    RtlReleaseSRWLockExclusive(&vectored_lock);
    return entry;
}

static ULONG remove_handler(int which, PVOID handle)
{
    LIST_ENTRY *head = &vectored_lists[which].head, *link;
    struct vectored *entry = NULL;

    RtlAcquireSRWLockExclusive(&vectored_lock);
    for (link = head->Flink; link != head && !entry; link = link->Flink) {
        struct vectored *candidate = CONTAINING_RECORD(link, struct vectored, link);

        if (candidate != handle || !candidate->listed)
            continue;
        entry = candidate;
        entry->listed = false;
        if (--vectored_lists[which].count == 0)
            __atomic_fetch_and(&eh_teb()->ProcessEnvironmentBlock->CrossProcessFlags,
                               ~vectored_lists[which].peb_bit, __ATOMIC_SEQ_CST);
    }
    RtlReleaseSRWLockExclusive(&vectored_lock);
    if (!entry)
        return FALSE;
    release(entry);
    return TRUE;
}

PVOID NTAPI RtlAddVectoredExceptionHandler(ULONG first, PVECTORED_EXCEPTION_HANDLER handler)
{
    return add_handler(EXCEPTION_LIST, first, handler);
}

ULONG NTAPI RtlRemoveVectoredExceptionHandler(PVOID handle)
{
    return remove_handler(EXCEPTION_LIST, handle);
}

PVOID NTAPI RtlAddVectoredContinueHandler(ULONG first, PVECTORED_EXCEPTION_HANDLER handler)
{
    return add_handler(CONTINUE_LIST, first, handler);
}

ULONG NTAPI RtlRemoveVectoredContinueHandler(PVOID handle)
{
    return remove_handler(CONTINUE_LIST, handle);
}

/* The entry to call after `current` (NULL: the first), referenced; NULL at the end. */
static struct vectored *next_handler(int which, struct vectored *current)
{
    LIST_ENTRY *head = &vectored_lists[which].head, *link;
    struct vectored *entry = NULL;

    RtlAcquireSRWLockShared(&vectored_lock);
    for (link = (current ? &current->link : head)->Flink; link != head; link = link->Flink) {
        struct vectored *candidate = CONTAINING_RECORD(link, struct vectored, link);

        if (!candidate->listed)
            continue;
        entry = candidate;
        __atomic_fetch_add(&entry->references, 1, __ATOMIC_RELAXED);
        break;
    }
    RtlReleaseSRWLockShared(&vectored_lock);
    return entry;
}

static bool call_handlers(int which, EXCEPTION_RECORD *record, CONTEXT *context)
{
    EXCEPTION_POINTERS pointers = {record, context};
    struct vectored *entry = NULL;
    bool handled = false;

    if (!__atomic_load_n(&vectored_lists[which].count, __ATOMIC_ACQUIRE))
        return false;
    while (!handled) {
        struct vectored *next = next_handler(which, entry);

        release(entry);
        entry = next;
        if (!entry)
            break;
        handled = entry->handler(&pointers) == EXCEPTION_CONTINUE_EXECUTION;
    }
    release(entry);
    return handled;
}

bool eh_call_vectored_handlers(EXCEPTION_RECORD *record, CONTEXT *context)
{
    return call_handlers(EXCEPTION_LIST, record, context);
}

void eh_call_continue_handlers(EXCEPTION_RECORD *record, CONTEXT *context)
{
    call_handlers(CONTINUE_LIST, record, context);
}

/* ---- the last filter ---------------------------------------------------------------------------- */

static PTOP_LEVEL_EXCEPTION_FILTER unhandled_filter; /* one word, read and written atomically */

void NTAPI RtlSetUnhandledExceptionFilter(PTOP_LEVEL_EXCEPTION_FILTER filter)
{
    __atomic_store_n(&unhandled_filter, filter, __ATOMIC_RELEASE);
}

LONG eh_unhandled(EXCEPTION_POINTERS *pointers)
{
    PTOP_LEVEL_EXCEPTION_FILTER filter = __atomic_load_n(&unhandled_filter, __ATOMIC_ACQUIRE);
    LONG answer = filter ? filter(pointers) : EXCEPTION_CONTINUE_SEARCH;

    if (answer > 0) { /* EXCEPTION_EXECUTE_HANDLER: end now, and without a word */
        NtTerminateProcess(NtCurrentProcess(),
                           (NTSTATUS)pointers->ExceptionRecord->ExceptionCode);
    }
    return answer;
}

void eh_raise_about(NTSTATUS status, EXCEPTION_RECORD *cause)
{
    EXCEPTION_RECORD record = {.ExceptionCode = (DWORD)status,
                               .ExceptionFlags = EXCEPTION_NONCONTINUABLE,
                               .ExceptionRecord = cause};

    RtlRaiseException(&record);
    /* Only a vectored handler that continues what cannot be continued gets here. */
    NtTerminateProcess(NtCurrentProcess(), status);
    __builtin_unreachable();
}
