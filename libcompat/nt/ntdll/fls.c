/*
 * Fiber-local storage. TEB.FlsData points at the slots of the running fiber; SwitchToFiber exchanges
 * it. Callbacks run with the value, outside the lock, and may use FLS themselves.
 */
#include "rtl_private.h"

#define FLS_CHUNK 64u
#define FLS_CHUNKS 64u
#define FLS_MAX (FLS_CHUNK * FLS_CHUNKS - 32u) /* 4064, as in Windows 10 */

struct fls_data {
    LIST_ENTRY link; /* all fibers that have values */
    PVOID *chunks[FLS_CHUNKS];
};

/* a used index without a callback */
#define NO_CALLBACK ((PFLS_CALLBACK_FUNCTION)(LONG_PTR)-1)

/* Guards all of this file's state. */
static RTL_SRWLOCK fls_lock;
static PFLS_CALLBACK_FUNCTION *callbacks[FLS_CHUNKS];
static ULONG high_index;
static LIST_ENTRY fibers = {&fibers, &fibers};

NTSTATUS NTAPI RtlFlsAlloc(PFLS_CALLBACK_FUNCTION callback, PULONG index)
{
    NTSTATUS status = STATUS_NO_MEMORY;

    RtlAcquireSRWLockExclusive(&fls_lock);
    for (ULONG i = 1; i < FLS_MAX; i++) { /* index 0 is never given out */
        PFLS_CALLBACK_FUNCTION **chunk = &callbacks[i / FLS_CHUNK];

        if (!*chunk) {
            *chunk = RtlAllocateHeap(rtl_heap(), HEAP_ZERO_MEMORY, FLS_CHUNK * sizeof(**chunk));
            if (!*chunk)
                break;
        }
        if (!(*chunk)[i % FLS_CHUNK]) {
            (*chunk)[i % FLS_CHUNK] = callback ? callback : NO_CALLBACK;
            if (i > high_index)
                high_index = i;
            rtl_peb()->FlsHighIndex = high_index;
            *index = i;
            status = STATUS_SUCCESS;
            break;
        }
    }
    RtlReleaseSRWLockExclusive(&fls_lock);
    return status;
}

static PFLS_CALLBACK_FUNCTION callback_of(ULONG index)
{
    PFLS_CALLBACK_FUNCTION *chunk = index && index < FLS_MAX ? callbacks[index / FLS_CHUNK] : NULL;

    return chunk ? chunk[index % FLS_CHUNK] : NULL;
}

static PVOID take_value(struct fls_data *data, ULONG index)
{
    PVOID *chunk = data->chunks[index / FLS_CHUNK], value = NULL;

    if (chunk) {
        value = chunk[index % FLS_CHUNK];
        chunk[index % FLS_CHUNK] = NULL;
    }
    return value;
}

NTSTATUS NTAPI RtlFlsFree(ULONG index)
{
    PFLS_CALLBACK_FUNCTION callback;
    LIST_ENTRY *e;

    RtlAcquireSRWLockExclusive(&fls_lock);
    callback = callback_of(index);
    if (!callback) {
        RtlReleaseSRWLockExclusive(&fls_lock);
        return STATUS_INVALID_PARAMETER;
    }
    /* every fiber's value is handed to the callback; the list may change while it runs */
    for (e = fibers.Flink; e != &fibers;) {
        PVOID value = take_value(CONTAINING_RECORD(e, struct fls_data, link), index);

        if (value && callback != NO_CALLBACK) {
            RtlReleaseSRWLockExclusive(&fls_lock);
            callback(value);
            RtlAcquireSRWLockExclusive(&fls_lock);
            e = fibers.Flink;
        } else {
            e = e->Flink;
        }
    }
    callbacks[index / FLS_CHUNK][index % FLS_CHUNK] = NULL;
    RtlReleaseSRWLockExclusive(&fls_lock);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlFlsGetValue(ULONG index, PVOID *value)
{
    struct fls_data *data = rtl_teb()->FlsData;
    PVOID *chunk;

    if (!index || index >= FLS_MAX || !data)
        return STATUS_INVALID_PARAMETER;
    chunk = data->chunks[index / FLS_CHUNK];
    *value = chunk ? chunk[index % FLS_CHUNK] : NULL;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlFlsSetValue(ULONG index, PVOID value)
{
    struct fls_data *data = rtl_teb()->FlsData;
    PVOID **chunk;

    if (!index || index >= FLS_MAX)
        return STATUS_INVALID_PARAMETER;
    if (!data) {
        data = RtlAllocateHeap(rtl_heap(), HEAP_ZERO_MEMORY, sizeof(*data));
        if (!data)
            return STATUS_NO_MEMORY;
        RtlAcquireSRWLockExclusive(&fls_lock);
        rtl_list_append(&fibers, &data->link);
        RtlReleaseSRWLockExclusive(&fls_lock);
        rtl_teb()->FlsData = data;
    }
    chunk = &data->chunks[index / FLS_CHUNK];
    if (!*chunk) {
        *chunk = RtlAllocateHeap(rtl_heap(), HEAP_ZERO_MEMORY, FLS_CHUNK * sizeof(**chunk));
        if (!*chunk)
            return STATUS_NO_MEMORY;
    }
    (*chunk)[index % FLS_CHUNK] = value;
    return STATUS_SUCCESS;
}

VOID NTAPI RtlProcessFlsData(PVOID fls_data, ULONG flags)
{
    struct fls_data *data = fls_data;

    if (!data)
        return;
    if (flags & 1) {
        RtlAcquireSRWLockExclusive(&fls_lock);
        for (ULONG i = 1; i <= high_index; i++) {
            PFLS_CALLBACK_FUNCTION callback = callback_of(i);
            PVOID value = callback ? take_value(data, i) : NULL;

            if (value && callback != NO_CALLBACK) {
                RtlReleaseSRWLockExclusive(&fls_lock);
                callback(value);
                RtlAcquireSRWLockExclusive(&fls_lock);
            }
        }
        rtl_list_remove(&data->link);
        rtl_list_init(&data->link);
        RtlReleaseSRWLockExclusive(&fls_lock);
    }
    if (flags & 2) {
        RtlAcquireSRWLockExclusive(&fls_lock);
        rtl_list_remove(&data->link);
        RtlReleaseSRWLockExclusive(&fls_lock);
        for (ULONG i = 0; i < FLS_CHUNKS; i++)
            RtlFreeHeap(rtl_heap(), 0, data->chunks[i]);
        RtlFreeHeap(rtl_heap(), 0, data);
    }
}

void fls_thread_detach(void)
{
    PVOID data = rtl_teb()->FlsData;

    RtlProcessFlsData(data, 1);
    rtl_teb()->FlsData = NULL;
    RtlProcessFlsData(data, 2);
}
