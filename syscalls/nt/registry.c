/* Registry keys: opening, making, deleting, renaming, asking. Values: registry_value.c. */
#include "syscalls/nt/registry.h"

#include <stdlib.h>
#include <string.h>

#include "syscalls/nt/registry_info.h"
#include "syscalls/nt/sync.h"
#include "nt_handlers.h"

#define OPTION_VOLATILE 1u
#define OPTION_CREATE_LINK 2u
#define OPTION_KNOWN 0x1fu
#define CREATED_NEW_KEY 1u
#define OPENED_EXISTING_KEY 2u
#define WOW64_FLAGS (KEY_WOW64_64KEY | KEY_WOW64_32KEY)

static void destroy(struct nt_object *o)
{
    struct reg_handle *h = (struct reg_handle *)o;

    reg_lock();
    reg_release(h->key);
    reg_unlock();
    free(h);
}

static void last_handle(struct nt_object *o)
{
    reg_notify_close(o);
}

static size_t path_of(const struct reg_key *k, uint16_t *to)
{
    size_t n = 0;

    for (const struct reg_key *i = k; i; i = i->parent)
        n += i->name_n + 1;
    size_t at = n;
    for (const struct reg_key *i = k; i && to; i = i->parent) {
        at -= i->name_n;
        memcpy(to + at, i->name, i->name_n * 2);
        to[--at] = '\\';
    }
    return n;
}

static uint16_t *name_of(struct nt_object *o, size_t *units)
{
    struct reg_handle *h = (struct reg_handle *)o;

    reg_lock();
    *units = path_of(h->key, NULL);
    uint16_t *name = malloc(*units * 2 + 2);
    if (name)
        path_of(h->key, name);
    reg_unlock();
    return name;
}

const struct nt_object_type nt_key_type = {
    .name = "Key",
    .map = {0x00020019, 0x00020006, 0x00020019, KEY_ALL_ACCESS},
    .destroy = destroy,
    .last_handle = last_handle,
    .name_of = name_of,
};

NTSTATUS reg_handle_get(HANDLE handle, ACCESS_MASK access, struct reg_handle **h)
{
    struct nt_object *o = NULL;
    NTSTATUS status = nt_handle_get(handle, &nt_key_type, access, &o, NULL);

    *h = (struct reg_handle *)o;
    return status;
}

/* --- opening and making ---------------------------------------------------------------------- */

struct walk {
    struct reg_key *key;  /* the deepest there is */
    const uint16_t *rest; /* what is missing below it: one or more components */
    size_t rest_n;
};

static size_t component(const uint16_t *s, size_t n)
{
    size_t i = 0;

    while (i < n && s[i] != '\\')
        i++;
    return i;
}

/* Follows a name. Under the lock. */
static NTSTATUS walk(struct reg_key *root, const uint16_t *s, size_t n, struct walk *w)
{
    struct reg_key *k = root;

    if (!k) {
        k = reg_root();
        if (!k)
            return STATUS_NO_MEMORY;
        if (n < 9 || s[0] != '\\' || reg_compare(s + 1, 8, k->name, k->name_n) != 0 ||
            (n > 9 && s[9] != '\\'))
            return n && s[0] == '\\' ? STATUS_OBJECT_NAME_NOT_FOUND : STATUS_OBJECT_PATH_SYNTAX_BAD;
        s += 9;
        n -= 9;
        if (n) {
            s++;
            n--;
        }
    } else if (k->deleted) {
        return STATUS_KEY_DELETED;
    } else if (n && s[0] == '\\') {
        return STATUS_OBJECT_PATH_SYNTAX_BAD;
    }
    while (n) {
        size_t len = component(s, n);
        if (!len) { /* one '\' too many is forgiven, as it is on NT */
            s++;
            n--;
            continue;
        }
        if (len > REG_NAME_MAX)
            return STATUS_OBJECT_NAME_INVALID;
        struct reg_key *c = reg_child(k, s, len);
        if (!c)
            break;
        k = c->link ? c->link : c;
        s += len;
        n -= len;
    }
    while (n && s[n - 1] == '\\')
        n--;
    *w = (struct walk){k, s, n};
    return STATUS_SUCCESS;
}

static NTSTATUS make_handle(struct reg_key *k, ACCESS_MASK access, uint32_t attributes,
                            HANDLE *guest)
{
    struct reg_handle *h = malloc(sizeof(*h));

    if (!h) {
        reg_lock();
        reg_release(k);
        reg_unlock();
        return STATUS_NO_MEMORY;
    }
    nt_object_init(&h->object, &nt_key_type);
    h->key = k;
    return nt_handle_return(&h->object, &nt_key_type, access & ~WOW64_FLAGS, attributes, guest);
}

static NTSTATUS get_root(const struct nt_oattr *a, struct reg_handle **root)
{
    *root = NULL;
    return a->root ? reg_handle_get(a->root, 0, root) : STATUS_SUCCESS;
}

NTSTATUS NtOpenKeyEx(struct nt_thread *t, HANDLE *KeyHandle, ACCESS_MASK DesiredAccess,
                     const OBJECT_ATTRIBUTES *ObjectAttributes, ULONG OpenOptions)
{
    struct nt_oattr a;
    struct reg_handle *root;
    struct walk w = {0};

    (void)t;
    if (OpenOptions & ~0xcu)
        return STATUS_INVALID_PARAMETER;
    if (!ObjectAttributes)
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = nt_oattr_get(ObjectAttributes, &a);
    if (!NT_SUCCESS(status))
        return status;
    status = get_root(&a, &root);
    if (NT_SUCCESS(status)) {
        reg_lock();
        status = walk(root ? root->key : NULL, a.name, a.length, &w);
        if (NT_SUCCESS(status) && w.rest_n)
            status = STATUS_OBJECT_NAME_NOT_FOUND;
        if (NT_SUCCESS(status))
            w.key->refs++;
        reg_unlock();
    }
    if (root)
        nt_object_release(&root->object);
    ULONG attributes = a.attributes;
    nt_oattr_free(&a);
    return NT_SUCCESS(status) ? make_handle(w.key, DesiredAccess, attributes, KeyHandle) : status;
}

NTSTATUS NtOpenKey(struct nt_thread *t, HANDLE *KeyHandle, ACCESS_MASK DesiredAccess,
                   const OBJECT_ATTRIBUTES *ObjectAttributes)
{
    return NtOpenKeyEx(t, KeyHandle, DesiredAccess, ObjectAttributes, 0);
}

/* Makes the last component; under the lock. */
static NTSTATUS create(struct walk *w, uint32_t options, const uint16_t *class, size_t class_n)
{
    struct reg_key *k = w->key;

    if (component(w->rest, w->rest_n) != w->rest_n)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    if (w->rest_n > REG_NAME_MAX)
        return STATUS_INVALID_PARAMETER;
    /* \Registry and \Registry\User hold hives alone. */
    if (!k->parent || (k->fixed && !k->parent->parent))
        return STATUS_ACCESS_DENIED;
    if (k->is_volatile && !(options & OPTION_VOLATILE))
        return STATUS_CHILD_MUST_BE_VOLATILE;
    uint16_t *copy = class_n ? malloc(class_n * 2) : NULL;
    if (class_n && !copy)
        return STATUS_NO_MEMORY;
    struct reg_key *c = reg_child_add(k, w->rest, w->rest_n);
    if (!c) {
        free(copy);
        return STATUS_NO_MEMORY;
    }
    if (copy)
        memcpy(copy, class, class_n * 2);
    c->class = copy;
    c->class_n = class_n;
    c->is_volatile = options & OPTION_VOLATILE;
    reg_notify_mark(k, REG_NOTIFY_NAME);
    w->key = c;
    return STATUS_SUCCESS;
}

NTSTATUS NtCreateKey(struct nt_thread *t, HANDLE *KeyHandle, ACCESS_MASK DesiredAccess,
                     const OBJECT_ATTRIBUTES *ObjectAttributes, ULONG TitleIndex,
                     const UNICODE_STRING *Class, ULONG CreateOptions, ULONG *Disposition)
{
    struct nt_oattr a;
    struct reg_handle *root;
    struct walk w = {0};
    uint16_t *class = NULL;
    size_t class_n = 0;
    ULONG disposition = OPENED_EXISTING_KEY;

    (void)t, (void)TitleIndex;
    if ((CreateOptions & ~OPTION_KNOWN) || !ObjectAttributes)
        return STATUS_INVALID_PARAMETER;
    if (CreateOptions & OPTION_CREATE_LINK)
        return STATUS_NOT_SUPPORTED;
    NTSTATUS status = nt_oattr_get(ObjectAttributes, &a);
    if (!NT_SUCCESS(status))
        return status;
    if (Class)
        status = reg_string_get(Class, &class, &class_n);
    root = NULL;
    if (NT_SUCCESS(status))
        status = get_root(&a, &root);
    if (NT_SUCCESS(status)) {
        reg_lock();
        status = walk(root ? root->key : NULL, a.name, a.length, &w);
        if (NT_SUCCESS(status) && w.rest_n) {
            status = create(&w, CreateOptions, class, class_n);
            disposition = CREATED_NEW_KEY;
        }
        if (NT_SUCCESS(status))
            w.key->refs++;
        reg_unlock();
        reg_notify_send();
    }
    if (root)
        nt_object_release(&root->object);
    ULONG attributes = a.attributes;
    nt_oattr_free(&a);
    free(class);
    if (!NT_SUCCESS(status))
        return status;
    status = make_handle(w.key, DesiredAccess, attributes, KeyHandle);
    if (NT_SUCCESS(status) && Disposition && !guest_put(Disposition, disposition))
        return STATUS_ACCESS_VIOLATION;
    return status;
}

NTSTATUS NtDeleteKey(struct nt_thread *t, HANDLE KeyHandle)
{
    struct reg_handle *h;
    NTSTATUS status = reg_handle_get(KeyHandle, DELETE, &h);

    (void)t;
    if (!NT_SUCCESS(status))
        return status;
    reg_lock();
    struct reg_key *k = h->key;
    if (k->deleted) {
        status = STATUS_KEY_DELETED;
    } else if (k->fixed || k->child_count) {
        status = STATUS_CANNOT_DELETE;
    } else {
        reg_notify_mark(k, REG_NOTIFY_NAME);
        reg_notify_mark(k->parent, REG_NOTIFY_NAME);
        reg_child_remove(k);
    }
    reg_unlock();
    reg_notify_send();
    nt_object_release(&h->object);
    return status;
}

NTSTATUS NtRenameKey(struct nt_thread *t, HANDLE KeyHandle, const UNICODE_STRING *NewName)
{
    struct reg_handle *h;
    uint16_t *name;
    size_t n;
    NTSTATUS status = reg_handle_get(KeyHandle, 0x00020006, &h);

    (void)t;
    if (!NT_SUCCESS(status))
        return status;
    status = reg_string_get(NewName, &name, &n);
    if (!NT_SUCCESS(status)) {
        nt_object_release(&h->object);
        return status;
    }
    if (!n || n > REG_NAME_MAX || component(name, n) != n)
        status = STATUS_INVALID_PARAMETER;
    reg_lock();
    struct reg_key *k = h->key, *there = NULL;
    if (NT_SUCCESS(status) && k->deleted)
        status = STATUS_KEY_DELETED;
    else if (NT_SUCCESS(status) && (k->fixed || !k->parent))
        status = STATUS_ACCESS_DENIED;
    else if (NT_SUCCESS(status))
        there = reg_child(k->parent, name, n);
    if (there && there != k)
        status = STATUS_OBJECT_NAME_COLLISION;
    if (NT_SUCCESS(status)) {
        uint16_t *old = k->name;
        k->name = name;
        k->name_n = n;
        name = old;
        k->written = nt_system_time();
        reg_child_sort(k->parent);
        reg_notify_mark(k->parent, REG_NOTIFY_NAME);
    }
    reg_unlock();
    reg_notify_send();
    free(name);
    nt_object_release(&h->object);
    return status;
}

NTSTATUS NtFlushKey(struct nt_thread *t, HANDLE KeyHandle)
{
    struct reg_handle *h;
    NTSTATUS status = reg_handle_get(KeyHandle, 0, &h);

    (void)t;
    if (!NT_SUCCESS(status))
        return status;
    nt_object_release(&h->object); /* there is no file behind it */
    return STATUS_SUCCESS;
}

/* --- questions -------------------------------------------------------------------------------- */

/* Under the lock: the sizes of the longest name, class, value name (bytes) and value. */
static void maxima(const struct reg_key *k, uint32_t *name, uint32_t *class, uint32_t *value_name,
                   uint32_t *data)
{
    *name = *class = *value_name = *data = 0;
    for (unsigned i = 0; i < k->child_count; i++) {
        const struct reg_key *c = k->children[i];
        *name = c->name_n * 2 > *name ? (uint32_t)c->name_n * 2 : *name;
        *class = c->class_n * 2 > *class ? (uint32_t)c->class_n * 2 : *class;
    }
    for (const struct reg_value *v = k->values; v; v = v->next) {
        *value_name = v->name_n * 2 > *value_name ? (uint32_t)v->name_n * 2 : *value_name;
        *data = v->size > *data ? v->size : *data;
    }
}

/* Builds the answer about a key; under the lock. */
static NTSTATUS describe(const struct reg_key *k, uint32_t class, bool query, struct reg_answer *a)
{
    uint32_t name_bytes = (uint32_t)k->name_n * 2, class_bytes = (uint32_t)k->class_n * 2, m[4];

    switch (class) {
    case 0: /* KeyBasicInformation */
        reg_put(a, &k->written, 8);
        reg_put_u32(a, 0);
        reg_put_u32(a, name_bytes);
        a->fixed = a->n;
        reg_put(a, k->name, name_bytes);
        return STATUS_SUCCESS;
    case 1: /* KeyNodeInformation */
        reg_put(a, &k->written, 8);
        reg_put_u32(a, 0);
        reg_put_u32(a, class_bytes ? 24 + ((name_bytes + 3) & ~3u) : ~0u);
        reg_put_u32(a, class_bytes);
        reg_put_u32(a, name_bytes);
        a->fixed = a->n;
        reg_put(a, k->name, name_bytes);
        if (class_bytes) {
            reg_put(a, "\0\0", name_bytes % 4);
            reg_put(a, k->class, class_bytes);
        }
        return STATUS_SUCCESS;
    case 2: /* KeyFullInformation */
        maxima(k, &m[0], &m[1], &m[2], &m[3]);
        reg_put(a, &k->written, 8);
        reg_put_u32(a, 0);
        reg_put_u32(a, class_bytes ? 44 : ~0u);
        reg_put_u32(a, class_bytes);
        reg_put_u32(a, k->child_count);
        reg_put_u32(a, m[0]);
        reg_put_u32(a, m[1]);
        reg_put_u32(a, k->value_count);
        reg_put_u32(a, m[2]);
        reg_put_u32(a, m[3]);
        a->fixed = a->n;
        reg_put(a, k->class, class_bytes);
        return STATUS_SUCCESS;
    case 3: { /* KeyNameInformation */
        size_t n = path_of(k, NULL);
        uint16_t *path = query ? malloc(n * 2) : NULL;
        if (!query)
            return STATUS_INVALID_PARAMETER;
        if (!path)
            return STATUS_NO_MEMORY;
        path_of(k, path);
        reg_put_u32(a, (uint32_t)n * 2);
        a->fixed = a->n;
        reg_put(a, path, n * 2);
        free(path);
        return STATUS_SUCCESS;
    }
    case 4: /* KeyCachedInformation: ends with the length of the name, not the name */
        maxima(k, &m[0], &m[1], &m[2], &m[3]);
        reg_put(a, &k->written, 8);
        reg_put_u32(a, 0);
        reg_put_u32(a, k->child_count);
        reg_put_u32(a, m[0]);
        reg_put_u32(a, k->value_count);
        reg_put_u32(a, m[2]);
        reg_put_u32(a, m[3]);
        reg_put_u32(a, name_bytes);
        reg_put_u32(a, 0);
        a->fixed = a->n;
        return STATUS_SUCCESS;
    case 7: /* KeyHandleTagsInformation */
        if (!query)
            return STATUS_INVALID_PARAMETER;
        reg_put_u32(a, 0);
        a->fixed = a->n;
        return STATUS_SUCCESS;
    default:
        return class > 10 ? STATUS_INVALID_PARAMETER : STATUS_NOT_SUPPORTED;
    }
}

NTSTATUS NtQueryKey(struct nt_thread *t, HANDLE KeyHandle, ULONG KeyInformationClass,
                    void *KeyInformation, ULONG Length, ULONG *ResultLength)
{
    struct reg_answer a = {0};
    struct reg_handle *h;
    /* The name may be asked for by anybody who has a handle. */
    NTSTATUS status = reg_handle_get(KeyHandle, KeyInformationClass == 3 ? 0 : KEY_QUERY_VALUE, &h);

    (void)t;
    if (!NT_SUCCESS(status))
        return status;
    reg_lock();
    status = h->key->deleted ? STATUS_KEY_DELETED : describe(h->key, KeyInformationClass, true, &a);
    reg_unlock();
    nt_object_release(&h->object);
    return reg_answer_give(&a, status, KeyInformation, Length, ResultLength);
}

NTSTATUS NtEnumerateKey(struct nt_thread *t, HANDLE KeyHandle, ULONG Index,
                        ULONG KeyInformationClass, void *KeyInformation, ULONG Length,
                        ULONG *ResultLength)
{
    struct reg_answer a = {0};
    struct reg_handle *h;
    NTSTATUS status = reg_handle_get(KeyHandle, KEY_ENUMERATE_SUB_KEYS, &h);

    (void)t;
    if (!NT_SUCCESS(status))
        return status;
    reg_lock();
    if (h->key->deleted)
        status = STATUS_KEY_DELETED;
    else if (Index >= h->key->child_count)
        status = STATUS_NO_MORE_ENTRIES;
    else
        status = describe(h->key->children[Index], KeyInformationClass, false, &a);
    reg_unlock();
    nt_object_release(&h->object);
    return reg_answer_give(&a, status, KeyInformation, Length, ResultLength);
}
