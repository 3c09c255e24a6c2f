/* Values of registry keys, and how answers reach the guest. */
#include <stdlib.h>
#include <string.h>

#include "syscalls/nt/registry.h"
#include "syscalls/nt/registry_info.h"
#include "nt_handlers.h"

void reg_put(struct reg_answer *a, const void *bytes, size_t n)
{
    if (a->n + n > a->room) {
        size_t room = (a->n + n) * 2 + 64;
        uint8_t *more = realloc(a->bytes, room);
        if (!more) {
            a->failed = true;
            return;
        }
        a->bytes = more;
        a->room = room;
    }
    if (n)
        memcpy(a->bytes + a->n, bytes, n);
    a->n += n;
}

void reg_put_u32(struct reg_answer *a, uint32_t v)
{
    reg_put(a, &v, sizeof(v));
}

NTSTATUS reg_answer_give(struct reg_answer *a, NTSTATUS status, void *guest, ULONG length,
                         ULONG *result)
{
    if (NT_SUCCESS(status) && a->failed)
        status = STATUS_NO_MEMORY;
    if (NT_SUCCESS(status)) {
        size_t n = length < a->n ? length : a->n;
        if (!guest_put(result, (ULONG)a->n))
            status = STATUS_ACCESS_VIOLATION;
        else if (length < a->fixed)
            status = STATUS_BUFFER_TOO_SMALL;
        else if (!guest_write(guest, a->bytes, n))
            status = STATUS_ACCESS_VIOLATION;
        else if (n < a->n)
            status = STATUS_BUFFER_OVERFLOW;
    }
    free(a->bytes);
    return status;
}

NTSTATUS reg_string_get(const UNICODE_STRING *guest, uint16_t **text, size_t *n)
{
    UNICODE_STRING us;

    *text = NULL;
    *n = 0;
    if (!guest_get(&us, guest))
        return STATUS_ACCESS_VIOLATION;
    if (us.Length % 2)
        return STATUS_INVALID_PARAMETER;
    if (!us.Length)
        return STATUS_SUCCESS;
    uint16_t *copy = malloc(us.Length);
    if (!copy)
        return STATUS_NO_MEMORY;
    if (!guest_read(copy, us.Buffer, us.Length)) {
        free(copy);
        return STATUS_ACCESS_VIOLATION;
    }
    *text = copy;
    *n = us.Length / 2;
    return STATUS_SUCCESS;
}

/* A key's handle and a value's name, as most calls here begin. */
static NTSTATUS begin(HANDLE handle, ACCESS_MASK access, const UNICODE_STRING *guest_name,
                      struct reg_handle **h, uint16_t **name, size_t *n)
{
    NTSTATUS status = reg_handle_get(handle, access, h);

    if (!NT_SUCCESS(status))
        return status;
    status = reg_string_get(guest_name, name, n);
    if (!NT_SUCCESS(status))
        nt_object_release(&(*h)->object);
    return status;
}

static void end(struct reg_handle *h, uint16_t *name)
{
    free(name);
    nt_object_release(&h->object);
}

static NTSTATUS describe(const struct reg_value *v, uint32_t class, struct reg_answer *a)
{
    static const uint8_t zero[8];
    uint32_t name_bytes = (uint32_t)v->name_n * 2;

    switch (class) {
    case 0: /* KeyValueBasicInformation */
        reg_put_u32(a, 0);
        reg_put_u32(a, v->type);
        reg_put_u32(a, name_bytes);
        a->fixed = a->n;
        reg_put(a, v->name, name_bytes);
        return STATUS_SUCCESS;
    case 1:   /* KeyValueFullInformation */
    case 3: { /* KeyValueFullInformationAlign64 */
        uint32_t align = class == 3 ? 8 : 4, data = (20 + name_bytes + align - 1) & ~(align - 1);
        reg_put_u32(a, 0);
        reg_put_u32(a, v->type);
        reg_put_u32(a, data);
        reg_put_u32(a, v->size);
        reg_put_u32(a, name_bytes);
        a->fixed = a->n;
        reg_put(a, v->name, name_bytes);
        reg_put(a, zero, data - 20 - name_bytes);
        reg_put(a, v->data, v->size);
        return STATUS_SUCCESS;
    }
    case 2: /* KeyValuePartialInformation */
        reg_put_u32(a, 0);
        reg_put_u32(a, v->type);
        reg_put_u32(a, v->size);
        a->fixed = a->n;
        reg_put(a, v->data, v->size);
        return STATUS_SUCCESS;
    case 4: /* KeyValuePartialInformationAlign64 */
        reg_put_u32(a, v->type);
        reg_put_u32(a, v->size);
        a->fixed = a->n;
        reg_put(a, v->data, v->size);
        return STATUS_SUCCESS;
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

NTSTATUS NtQueryValueKey(struct nt_thread *t, HANDLE KeyHandle, const UNICODE_STRING *ValueName,
                         ULONG KeyValueInformationClass, void *KeyValueInformation, ULONG Length,
                         ULONG *ResultLength)
{
    struct reg_answer a = {0};
    struct reg_handle *h;
    uint16_t *name;
    size_t n;
    NTSTATUS status = begin(KeyHandle, KEY_QUERY_VALUE, ValueName, &h, &name, &n);

    (void)t;
    if (!NT_SUCCESS(status))
        return status;
    reg_lock();
    struct reg_value *v = h->key->deleted ? NULL : reg_value_find(h->key, name, n);
    status = h->key->deleted ? STATUS_KEY_DELETED
             : v             ? describe(v, KeyValueInformationClass, &a)
                             : STATUS_OBJECT_NAME_NOT_FOUND;
    reg_unlock();
    end(h, name);
    return reg_answer_give(&a, status, KeyValueInformation, Length, ResultLength);
}

NTSTATUS NtEnumerateValueKey(struct nt_thread *t, HANDLE KeyHandle, ULONG Index,
                             ULONG KeyValueInformationClass, void *KeyValueInformation,
                             ULONG Length, ULONG *ResultLength)
{
    struct reg_answer a = {0};
    struct reg_handle *h;
    NTSTATUS status = reg_handle_get(KeyHandle, KEY_QUERY_VALUE, &h);

    (void)t;
    if (!NT_SUCCESS(status))
        return status;
    reg_lock();
    if (h->key->deleted) {
        status = STATUS_KEY_DELETED;
    } else if (Index >= h->key->value_count) {
        status = STATUS_NO_MORE_ENTRIES;
    } else {
        struct reg_value *v = h->key->values;
        for (ULONG i = 0; i < Index; i++)
            v = v->next;
        status = describe(v, KeyValueInformationClass, &a);
    }
    reg_unlock();
    nt_object_release(&h->object);
    return reg_answer_give(&a, status, KeyValueInformation, Length, ResultLength);
}

NTSTATUS NtSetValueKey(struct nt_thread *t, HANDLE KeyHandle, const UNICODE_STRING *ValueName,
                       ULONG TitleIndex, ULONG Type, const void *Data, ULONG DataSize)
{
    struct reg_handle *h;
    uint16_t *name;
    size_t n;
    NTSTATUS status = begin(KeyHandle, KEY_SET_VALUE, ValueName, &h, &name, &n);

    (void)t, (void)TitleIndex;
    if (!NT_SUCCESS(status))
        return status;
    uint8_t *data = NULL;
    if (n > REG_VALUE_NAME_MAX)
        status = STATUS_INVALID_PARAMETER;
    else if (DataSize > REG_DATA_MAX)
        status = STATUS_INSUFFICIENT_RESOURCES;
    else if (!(data = malloc(DataSize ? DataSize : 1)))
        status = STATUS_NO_MEMORY;
    else if (!guest_read(data, Data, DataSize))
        status = STATUS_ACCESS_VIOLATION;
    if (NT_SUCCESS(status)) {
        reg_lock();
        if (h->key->deleted)
            status = STATUS_KEY_DELETED;
        else if (!reg_value_set(h->key, name, n, Type, data, DataSize))
            status = STATUS_NO_MEMORY;
        else
            reg_notify_mark(h->key, REG_NOTIFY_LAST_SET);
        reg_unlock();
        reg_notify_send();
    }
    free(data);
    end(h, name);
    return status;
}

NTSTATUS NtDeleteValueKey(struct nt_thread *t, HANDLE KeyHandle, const UNICODE_STRING *ValueName)
{
    struct reg_handle *h;
    uint16_t *name;
    size_t n;
    NTSTATUS status = begin(KeyHandle, KEY_SET_VALUE, ValueName, &h, &name, &n);

    (void)t;
    if (!NT_SUCCESS(status))
        return status;
    reg_lock();
    if (h->key->deleted)
        status = STATUS_KEY_DELETED;
    else if (!reg_value_delete(h->key, name, n))
        status = STATUS_OBJECT_NAME_NOT_FOUND;
    else
        reg_notify_mark(h->key, REG_NOTIFY_LAST_SET);
    reg_unlock();
    reg_notify_send();
    end(h, name);
    return status;
}

/* KEY_VALUE_ENTRY */
struct value_entry {
    UNICODE_STRING *name; /* guest */
    ULONG length, offset, type;
    ULONG pad;
};
_Static_assert(sizeof(struct value_entry) == 24, "KEY_VALUE_ENTRY");

NTSTATUS NtQueryMultipleValueKey(struct nt_thread *t, HANDLE KeyHandle, void *ValueEntries,
                                 ULONG EntryCount, void *ValueBuffer, ULONG *BufferLength,
                                 ULONG *RequiredBufferLength)
{
    struct value_entry *guest = ValueEntries, e;
    struct reg_handle *h;
    ULONG room, n_all = 0;

    (void)t;
    if (EntryCount > 0x10000)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (!guest_get(&room, BufferLength))
        return STATUS_ACCESS_VIOLATION;
    NTSTATUS status = reg_handle_get(KeyHandle, KEY_QUERY_VALUE, &h), result = STATUS_SUCCESS;
    if (!NT_SUCCESS(status))
        return status;
    for (ULONG i = 0; i < EntryCount && NT_SUCCESS(status); i++) {
        uint16_t *name = NULL;
        uint8_t *data = NULL;
        size_t n;
        if (!guest_get(&e, guest + i)) {
            status = STATUS_ACCESS_VIOLATION;
            break;
        }
        status = reg_string_get(e.name, &name, &n);
        if (!NT_SUCCESS(status))
            break;
        reg_lock();
        struct reg_value *v = h->key->deleted ? NULL : reg_value_find(h->key, name, n);
        if (!v) {
            status = h->key->deleted ? STATUS_KEY_DELETED : STATUS_OBJECT_NAME_NOT_FOUND;
        } else {
            e.length = v->size;
            e.type = v->type;
            e.offset = (n_all + 3) & ~3u;
            data = malloc(v->size ? v->size : 1);
            if (data)
                memcpy(data, v->data, v->size);
            else
                status = STATUS_NO_MEMORY;
        }
        reg_unlock();
        if (NT_SUCCESS(status)) {
            if (e.length > UINT32_MAX - 4 - e.offset)
                status = STATUS_INSUFFICIENT_RESOURCES;
            else
                n_all = e.offset + e.length;
        }
        if (NT_SUCCESS(status) && n_all > room)
            result = STATUS_BUFFER_OVERFLOW;
        if (NT_SUCCESS(status) && result == STATUS_SUCCESS &&
            (!guest_write((char *)ValueBuffer + e.offset, data, e.length) ||
             !guest_write(guest + i, &e, 20)))
            status = STATUS_ACCESS_VIOLATION;
        free(name);
        free(data);
    }
    nt_object_release(&h->object);
    if (!NT_SUCCESS(status))
        return status;
    if ((result == STATUS_SUCCESS && !guest_put(BufferLength, n_all)) ||
        (RequiredBufferLength && !guest_put(RequiredBufferLength, n_all)))
        return STATUS_ACCESS_VIOLATION;
    return result;
}
