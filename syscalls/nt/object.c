#include <pthread.h>
#include <stdlib.h>

#include "syscalls/nt/child.h"
#include "syscalls/nt/nt.h"
#include "syscalls/nt/process.h"
#include "syscalls/nt/thread.h"

/* 2^24 handles, as NT allows; the table grows by chunks that never move. */
#define CHUNK 1024
#define CHUNKS 16384

struct entry {
    struct nt_object *object; /* NULL: free */
    ACCESS_MASK access;
    uint32_t attributes; /* of a free entry: index of the next free one + 1 */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards the table */
static struct entry *chunks[CHUNKS];
static uint32_t used;       /* entries below this index have been handed out once */
static uint32_t first_free; /* index + 1; 0: none */
static unsigned count;

void nt_object_init(struct nt_object *o, const struct nt_object_type *type)
{
    o->type = type;
    o->refs = 1;
    o->handles = 0;
}

struct nt_object *nt_object_ref(struct nt_object *o)
{
    __atomic_add_fetch(&o->refs, 1, __ATOMIC_RELAXED);
    return o;
}

void nt_object_release(struct nt_object *o)
{
    if (o && __atomic_sub_fetch(&o->refs, 1, __ATOMIC_ACQ_REL) == 0)
        o->type->destroy(o);
}

ACCESS_MASK nt_map_access(const struct nt_object_type *type, ACCESS_MASK desired)
{
    ACCESS_MASK a = desired & ~(GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL |
                                MAXIMUM_ALLOWED | ACCESS_SYSTEM_SECURITY);

    if (desired & GENERIC_READ)
        a |= type->map.read;
    if (desired & GENERIC_WRITE)
        a |= type->map.write;
    if (desired & GENERIC_EXECUTE)
        a |= type->map.execute;
    if (desired & (GENERIC_ALL | MAXIMUM_ALLOWED))
        a |= type->map.all;
    return a;
}

static struct entry *entry_at(uint32_t index)
{
    return index < used ? &chunks[index / CHUNK][index % CHUNK] : NULL;
}

/* Handles are multiples of 4; the two low bits belong to the program and are ignored. */
static struct entry *entry_of(HANDLE handle)
{
    uintptr_t h = (uintptr_t)handle >> 2;

    if (h == 0 || h > CHUNK * (uintptr_t)CHUNKS)
        return NULL;
    struct entry *e = entry_at((uint32_t)h - 1);
    return e && e->object ? e : NULL;
}

static HANDLE handle_of(uint32_t index)
{
    return (HANDLE)((uintptr_t)(index + 1) << 2);
}

/* An unused index above all others, with its chunk; false when the table or memory is full. */
static bool extend_to(uint32_t index)
{
    while (used <= index) {
        if (used >= CHUNK * (uint32_t)CHUNKS)
            return false;
        if (!chunks[used / CHUNK]) {
            chunks[used / CHUNK] = calloc(CHUNK, sizeof(struct entry));
            if (!chunks[used / CHUNK])
                return false;
        }
        if (used < index) {
            chunks[used / CHUNK][used % CHUNK].attributes = first_free;
            first_free = used + 1;
        }
        used++;
    }
    return true;
}

static void fill(struct entry *e, struct nt_object *o, ACCESS_MASK access, uint32_t attributes)
{
    e->object = nt_object_ref(o);
    __atomic_add_fetch(&o->handles, 1, __ATOMIC_RELAXED);
    e->access = access;
    e->attributes = attributes;
    count++;
    if (nt_process_page)
        atomic_store_explicit(&nt_process_page->handle_count, count, memory_order_relaxed);
}

NTSTATUS nt_handle_create(struct nt_object *o, ACCESS_MASK access, uint32_t attributes,
                          HANDLE *handle)
{
    uint32_t index;

    pthread_mutex_lock(&lock);
    if (first_free) {
        index = first_free - 1;
        first_free = entry_at(index)->attributes;
    } else {
        index = used;
        if (!extend_to(index)) {
            pthread_mutex_unlock(&lock);
            return STATUS_INSUFFICIENT_RESOURCES;
        }
    }
    fill(entry_at(index), o, access, attributes);
    pthread_mutex_unlock(&lock);
    *handle = handle_of(index);
    return STATUS_SUCCESS;
}

NTSTATUS nt_handle_install(HANDLE handle, struct nt_object *o, ACCESS_MASK access,
                           uint32_t attributes)
{
    uintptr_t h = (uintptr_t)handle >> 2;
    NTSTATUS status = STATUS_INVALID_HANDLE;

    pthread_mutex_lock(&lock);
    if (h != 0 && h <= CHUNK * (uintptr_t)CHUNKS) {
        uint32_t index = (uint32_t)h - 1;
        if (index >= used && extend_to(index)) {
            fill(entry_at(index), o, access, attributes);
            status = STATUS_SUCCESS;
        } else if (index < used && !entry_at(index)->object) {
            uint32_t *link = &first_free;
            while (*link && *link != index + 1)
                link = &entry_at(*link - 1)->attributes;
            if (*link) {
                *link = entry_at(index)->attributes;
                fill(entry_at(index), o, access, attributes);
                status = STATUS_SUCCESS;
            }
        }
    }
    pthread_mutex_unlock(&lock);
    nt_object_release(o);
    return status;
}

NTSTATUS nt_handle_return(struct nt_object *o, const struct nt_object_type *type,
                          ACCESS_MASK desired, uint32_t obj_attributes, HANDLE *guest_handle)
{
    HANDLE h;
    NTSTATUS status = nt_handle_create(o, nt_map_access(type, desired),
                                       obj_attributes & OBJ_INHERIT ? NT_HANDLE_INHERIT : 0, &h);

    if (NT_SUCCESS(status) && !guest_put(guest_handle, h)) {
        nt_handle_close(h);
        status = STATUS_ACCESS_VIOLATION;
    }
    nt_object_release(o);
    return status;
}

NTSTATUS nt_handle_get(HANDLE handle, const struct nt_object_type *type, ACCESS_MASK access,
                       struct nt_object **o, ACCESS_MASK *granted)
{
    struct nt_object *found = NULL;
    ACCESS_MASK mask = 0;

    if (handle == NtCurrentProcess() || handle == NtCurrentThread()) {
        found = handle == NtCurrentProcess() ? nt_process_self() : &nt_self()->object;
        nt_object_ref(found);
        mask = found->type->map.all;
    } else {
        pthread_mutex_lock(&lock);
        struct entry *e = entry_of(handle);
        if (e) {
            found = nt_object_ref(e->object);
            mask = e->access;
        }
        pthread_mutex_unlock(&lock);
    }
    if (!found)
        return STATUS_INVALID_HANDLE;
    if ((type && found->type != type) || (access & ~mask)) {
        NTSTATUS status =
            type && found->type != type ? STATUS_OBJECT_TYPE_MISMATCH : STATUS_ACCESS_DENIED;
        nt_object_release(found);
        return status;
    }
    *o = found;
    if (granted)
        *granted = mask;
    return STATUS_SUCCESS;
}

static void drop(struct nt_object *o)
{
    if (__atomic_sub_fetch(&o->handles, 1, __ATOMIC_ACQ_REL) == 0 && o->type->last_handle)
        o->type->last_handle(o);
    nt_object_release(o);
}

NTSTATUS nt_handle_close(HANDLE handle)
{
    struct nt_object *o = NULL;
    NTSTATUS status = STATUS_INVALID_HANDLE;

    if (handle == NtCurrentProcess() || handle == NtCurrentThread())
        return STATUS_SUCCESS; /* NT closes pseudo-handles without complaint */
    pthread_mutex_lock(&lock);
    struct entry *e = entry_of(handle);
    if (e && (e->attributes & NT_HANDLE_PROTECT)) {
        status = STATUS_HANDLE_NOT_CLOSABLE;
    } else if (e) {
        o = e->object;
        e->object = NULL;
        e->attributes = first_free;
        first_free = (uint32_t)((uintptr_t)handle >> 2);
        count--;
        if (nt_process_page)
            atomic_store_explicit(&nt_process_page->handle_count, count, memory_order_relaxed);
        status = STATUS_SUCCESS;
    }
    pthread_mutex_unlock(&lock);
    if (o)
        drop(o);
    return status;
}

NTSTATUS nt_handle_attributes(HANDLE handle, uint32_t *attributes)
{
    NTSTATUS status = STATUS_INVALID_HANDLE;

    pthread_mutex_lock(&lock);
    struct entry *e = entry_of(handle);
    if (e) {
        *attributes = e->attributes;
        status = STATUS_SUCCESS;
    }
    pthread_mutex_unlock(&lock);
    return status;
}

NTSTATUS nt_handle_set_attributes(HANDLE handle, uint32_t attributes)
{
    NTSTATUS status = STATUS_INVALID_HANDLE;

    pthread_mutex_lock(&lock);
    struct entry *e = entry_of(handle);
    if (e) {
        e->attributes = attributes;
        status = STATUS_SUCCESS;
    }
    pthread_mutex_unlock(&lock);
    return status;
}

unsigned nt_handle_count(void)
{
    pthread_mutex_lock(&lock);
    unsigned n = count;
    pthread_mutex_unlock(&lock);
    return n;
}

bool nt_handle_each_inherited(bool (*fn)(void *ctx, HANDLE h, struct nt_object *o, ACCESS_MASK a),
                              void *ctx)
{
    bool go_on = true;

    for (uint32_t i = 0; go_on; i++) {
        struct nt_object *o = NULL;
        ACCESS_MASK access = 0;
        pthread_mutex_lock(&lock);
        struct entry *e = entry_at(i);
        if (e && e->object && (e->attributes & NT_HANDLE_INHERIT)) {
            o = nt_object_ref(e->object);
            access = e->access;
        }
        pthread_mutex_unlock(&lock);
        if (!e)
            break;
        if (o) {
            go_on = fn(ctx, handle_of(i), o, access);
            nt_object_release(o);
        }
    }
    return go_on;
}

void nt_handle_close_all(void)
{
    for (uint32_t i = 0;; i++) {
        pthread_mutex_lock(&lock);
        struct entry *e = entry_at(i);
        struct nt_object *o = e ? e->object : NULL;
        if (o) {
            e->object = NULL;
            e->attributes = first_free;
            first_free = i + 1;
            count--;
        }
        pthread_mutex_unlock(&lock);
        if (!e)
            break;
        if (o)
            drop(o);
    }
}

NTSTATUS NtClose(struct nt_thread *t, HANDLE handle)
{
    (void)t;
    return nt_handle_close(handle);
}
