/*
 * Static thread-local storage (the .tls sections of images). Each module with a TLS directory has
 * an index; each thread an array of blocks in TEB.ThreadLocalStoragePointer. A module that is
 * loaded later gets its blocks in all threads at once: their arrays are replaced, and old arrays
 * live until their thread ends, because it may be reading them. A module that goes takes its
 * blocks along and leaves its index to the next.
 */
#include "libcompat/nt/ntdll/ldr.h"

struct tls_array {
    struct tls_array *older;
    ULONG count;
    PVOID blocks[]; /* what the TEB points to */
};

struct tls_thread {
    LIST_ENTRY link;
    TEB *teb;
    struct tls_array *array;
};

/* All under ldr_lock */
static struct ldr_module **slots;
static ULONG slots_count, slots_room;
static LIST_ENTRY threads = {&threads, &threads};

static struct tls_thread *thread_of(TEB *teb)
{
    for (LIST_ENTRY *e = threads.Flink; e != &threads; e = e->Flink) {
        struct tls_thread *t = CONTAINING_RECORD(e, struct tls_thread, link);
        if (t->teb == teb)
            return t;
    }
    return NULL;
}

static SIZE_T template_size(const IMAGE_TLS_DIRECTORY *d)
{
    return d->EndAddressOfRawData > d->StartAddressOfRawData
               ? d->EndAddressOfRawData - d->StartAddressOfRawData
               : 0;
}

/* What the heap gives is aligned to 16. */
static SIZE_T alignment(const IMAGE_TLS_DIRECTORY *d)
{
    ULONG shift = (d->Characteristics >> 20) & 15;

    return shift > 5 ? (SIZE_T)1 << (shift - 1) : 16;
}

static void free_block(const struct ldr_module *m, PVOID block)
{
    if (block && alignment(m->tls) > 16)
        block = ((PVOID *)block)[-1];
    RtlFreeHeap(RtlProcessHeap(), 0, block);
}

static PVOID new_block(const struct ldr_module *m)
{
    const IMAGE_TLS_DIRECTORY *d = m->tls;
    SIZE_T raw = template_size(d), size = raw + d->SizeOfZeroFill, align = alignment(d);
    char *p;

    if (size == 0)
        size = 1;
    if (align <= 16) {
        p = RtlAllocateHeap(RtlProcessHeap(), HEAP_ZERO_MEMORY, size);
    } else {
        /* What it was carved from stands in front of it. */
        char *whole = RtlAllocateHeap(RtlProcessHeap(), HEAP_ZERO_MEMORY, size + align);
        p = whole ? (char *)(((ULONG_PTR)whole + align) & ~(align - 1)) : NULL;
        if (p)
            ((PVOID *)p)[-1] = whole;
    }
    if (p)
        memcpy(p, (const void *)d->StartAddressOfRawData, raw);
    return p;
}

/* Gives a thread blocks for all slots. */
static NTSTATUS extend(struct tls_thread *t)
{
    struct tls_array *a = RtlAllocateHeap(RtlProcessHeap(), HEAP_ZERO_MEMORY,
                                          sizeof(*a) + slots_count * sizeof(PVOID));

    if (!a)
        return STATUS_NO_MEMORY;
    a->count = slots_count;
    a->older = t->array;
    for (ULONG i = 0; i < slots_count; i++) {
        if (t->array && i < t->array->count && t->array->blocks[i])
            a->blocks[i] = t->array->blocks[i];
        else if (slots[i] && !(a->blocks[i] = new_block(slots[i])))
            return STATUS_NO_MEMORY;
    }
    t->array = a;
    __atomic_store_n(&t->teb->ThreadLocalStoragePointer, (PVOID)a->blocks, __ATOMIC_RELEASE);
    return STATUS_SUCCESS;
}

NTSTATUS ldr_tls_add(struct ldr_module *m)
{
    NTSTATUS status = STATUS_SUCCESS;
    ULONG index = 0;

    while (index < slots_count && slots[index])
        index++;
    if (index == slots_room) {
        ULONG room = slots_room * 2 + 8;
        struct ldr_module **p =
            slots ? RtlReAllocateHeap(RtlProcessHeap(), 0, slots, room * sizeof(*p))
                  : RtlAllocateHeap(RtlProcessHeap(), 0, room * sizeof(*p));
        if (!p)
            return STATUS_NO_MEMORY;
        slots = p;
        slots_room = room;
    }
    slots[index] = m;
    m->e.TlsIndex = 0xffff;
    *(ULONG *)m->tls->AddressOfIndex = index;
    if (index == slots_count)
        slots_count++;
    for (LIST_ENTRY *e = threads.Flink; e != &threads && NT_SUCCESS(status); e = e->Flink)
        status = extend(CONTAINING_RECORD(e, struct tls_thread, link));
    return status;
}

void ldr_tls_remove(struct ldr_module *m)
{
    ULONG index = 0;

    while (index < slots_count && slots[index] != m)
        index++;
    if (index == slots_count)
        return;
    for (LIST_ENTRY *e = threads.Flink; e != &threads; e = e->Flink) {
        struct tls_array *a = CONTAINING_RECORD(e, struct tls_thread, link)->array;
        if (a && index < a->count) {
            free_block(m, a->blocks[index]);
            a->blocks[index] = NULL;
        }
    }
    slots[index] = NULL;
}

NTSTATUS ldr_tls_thread_init(void)
{
    struct tls_thread *t;

    if (thread_of(NtCurrentTeb()))
        return STATUS_SUCCESS;
    t = RtlAllocateHeap(RtlProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*t));
    if (!t)
        return STATUS_NO_MEMORY;
    t->teb = NtCurrentTeb();
    t->link.Flink = &threads;
    t->link.Blink = threads.Blink;
    threads.Blink->Flink = &t->link;
    threads.Blink = &t->link;
    return extend(t);
}

void ldr_tls_thread_done(void)
{
    struct tls_thread *t = thread_of(NtCurrentTeb());

    if (!t)
        return;
    t->link.Blink->Flink = t->link.Flink;
    t->link.Flink->Blink = t->link.Blink;
    t->teb->ThreadLocalStoragePointer = NULL;
    for (ULONG i = 0; t->array && i < t->array->count; i++)
        if (slots[i])
            free_block(slots[i], t->array->blocks[i]);
    while (t->array) {
        struct tls_array *older = t->array->older;
        RtlFreeHeap(RtlProcessHeap(), 0, t->array);
        t->array = older;
    }
    RtlFreeHeap(RtlProcessHeap(), 0, t);
}

void ldr_call_tls_callbacks(struct ldr_module *m, ULONG reason)
{
    PIMAGE_TLS_CALLBACK *list;

    if (!m->tls || !(list = (PIMAGE_TLS_CALLBACK *)m->tls->AddressOfCallBacks))
        return;
    for (; *list; list++)
        (*list)(m->e.DllBase, reason, NULL);
}
