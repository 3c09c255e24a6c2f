/*
 * The object namespace: directories, symbolic links, and names of shareable objects.
 *
 * The directories that NT always has are a table here and cost nothing; all other names are records
 * in the arena, in hash chains, guarded by the session lock. A process has one nt_sync per named
 * slot, found in its registry, so that two opens of a name are the same object to it.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "syscalls/nt/drive_link.h"
#include "syscalls/nt/path.h"
#include "syscalls/nt/section.h"
#include "syscalls/nt/sync.h"
#include "nt_handlers.h"

#define NOWHERE 0xffffffffu
#define MAX_LINKS 32

/* A directory's id: its index here, or the number of its slot + FIRST_DYNAMIC. */
static const struct fixed {
    uint32_t parent;
    const char *name;
    const char *link; /* NULL: a directory */
} fixed[] = {
    {NOWHERE, "", NULL},
    {0, "BaseNamedObjects", NULL},
    {0, "Sessions", NULL},
    {2, "1", NULL},
    {3, "BaseNamedObjects", NULL},
    {0, "KernelObjects", NULL},
    {0, "KnownDlls", NULL},
    {0, "Device", NULL},
    {0, "GLOBAL??", NULL},
    {0, "RPC Control", NULL},
    {0, "Windows", NULL},
    {2, "BNOLINKS", NULL},
    {0, "??", "\\GLOBAL??"},
    {0, "DosDevices", "\\GLOBAL??"},
    {1, "Global", "\\BaseNamedObjects"},
    {1, "Local", "\\BaseNamedObjects"},
    {1, "Session", "\\Sessions\\BNOLINKS"},
    {4, "Global", "\\BaseNamedObjects"},
    {4, "Local", "\\Sessions\\1\\BaseNamedObjects"},
    {4, "Session", "\\Sessions\\BNOLINKS"},
    {11, "0", "\\BaseNamedObjects"},
    {11, "1", "\\Sessions\\1\\BaseNamedObjects"},
    {8, "GLOBALROOT", "\\"},
    {8, "Global", "\\GLOBAL??"},
};
#define FIXED (sizeof(fixed) / sizeof(fixed[0]))
#define FIRST_DYNAMIC 64u
#define DOS_DEVICES_DIRECTORY 8u
#define DOS_DEVICES 256u /* drives and devices have their links there without a record */

const struct nt_object_type nt_directory_type = {
    .name = "Directory",
    .map = {0x00020003, 0x0002000c, 0x00020003, DIRECTORY_ALL_ACCESS},
    .destroy = nt_sync_destroy,
    .name_of = nt_sync_name_of,
};
const struct nt_object_type nt_symlink_type = {
    .name = "SymbolicLink",
    .map = {0x00020001, 0x00020000, 0x00020001, SYMBOLIC_LINK_ALL_ACCESS},
    .destroy = nt_sync_destroy,
    .name_of = nt_sync_name_of,
};

static struct nt_slot *sync_slot(struct nt_object *o)
{
    return ((struct nt_sync *)o)->slot;
}
const struct nt_wait_ops nt_sync_wait_ops = {sync_slot};

/* --- this process's objects ---------------------------------------------------------------- */

static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER; /* taken before the session's */
static struct nt_sync *registry[256];

static struct nt_sync *new_sync(struct nt_slot *slot, const struct nt_object_type *type)
{
    struct nt_sync *s = calloc(1, sizeof(*s));

    if (s) {
        nt_object_init(&s->object, type);
        s->slot = slot;
    }
    return s;
}

static void registry_add(struct nt_sync *s)
{
    struct nt_sync **at = &registry[nt_slot_number(s->slot) % 256];

    s->registered = true;
    s->registry_next = *at;
    *at = s;
}

/* With a reference; an object on its way to destruction is not found. */
static struct nt_sync *registry_find(const struct nt_slot *slot)
{
    for (struct nt_sync *s = registry[nt_slot_number(slot) % 256]; s; s = s->registry_next) {
        if (s->slot != slot)
            continue;
        uint32_t refs = __atomic_load_n(&s->object.refs, __ATOMIC_RELAXED);
        while (refs)
            if (__atomic_compare_exchange_n(&s->object.refs, &refs, refs + 1, true,
                                            __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
                return s;
    }
    return NULL;
}

static const struct nt_object_type *type_of_kind(enum nt_slot_kind kind)
{
    switch (kind) {
    case NT_SLOT_EVENT:
        return &nt_event_type;
    case NT_SLOT_SEMAPHORE:
        return &nt_semaphore_type;
    case NT_SLOT_MUTANT:
        return &nt_mutant_type;
    case NT_SLOT_TIMER:
        return &nt_timer_type;
    case NT_SLOT_LINK:
        return &nt_symlink_type;
    case NT_SLOT_DIRECTORY:
        return &nt_directory_type;
    case NT_SLOT_KEYED:
        return &nt_keyed_event_type;
    case NT_SLOT_SECTION:
        return nt_section_name_type;
    default:
        return NULL;
    }
}

/* Under the registry's lock: the object of a slot that this process holds. */
static struct nt_sync *object_of(struct nt_slot *slot)
{
    struct nt_sync *s = registry_find(slot);

    if (!s) {
        s = new_sync(slot, type_of_kind(slot->kind));
        if (s)
            registry_add(s);
    }
    return s;
}

void nt_sync_destroy(struct nt_object *o)
{
    struct nt_sync *s = (struct nt_sync *)o;

    if (o->type == &nt_timer_type)
        nt_timer_forget(s);
    if (!s->slot) {
        free(s);
        return;
    }
    pthread_mutex_lock(&registry_lock);
    bool other = false;
    if (s->registered) {
        struct nt_sync **at = &registry[nt_slot_number(s->slot) % 256];
        while (*at != s)
            at = &(*at)->registry_next;
        *at = s->registry_next;
        /* Opened again in between: the hold belongs to the newer object. */
        for (struct nt_sync *n = registry[nt_slot_number(s->slot) % 256]; n; n = n->registry_next)
            other |= n->slot == s->slot;
    }
    if (!other)
        nt_slot_free(s->slot);
    pthread_mutex_unlock(&registry_lock);
    free(s);
}

struct nt_object *nt_sync_import(uint32_t number)
{
    struct nt_slot *slot = nt_slot_at(number);

    if (!slot || !type_of_kind(slot->kind) || !atomic_load(&slot->shared))
        return NULL;
    pthread_mutex_lock(&registry_lock);
    struct nt_sync *s = object_of(slot);
    pthread_mutex_unlock(&registry_lock);
    return s ? &s->object : NULL;
}

bool nt_sync_export(struct nt_object *o, uint32_t process, uint32_t *slot)
{
    struct nt_sync *s = (struct nt_sync *)o;

    if (o->type->destroy != nt_sync_destroy || !s->slot || !type_of_kind(s->slot->kind))
        return false;
    pthread_mutex_lock(&registry_lock);
    bool ok = nt_slot_share_with(s->slot, process);
    if (ok && !s->registered)
        registry_add(s);
    pthread_mutex_unlock(&registry_lock);
    *slot = nt_slot_number(s->slot);
    return ok;
}

NTSTATUS nt_sync_get(HANDLE handle, const struct nt_object_type *type, ACCESS_MASK access,
                     struct nt_sync **out)
{
    return nt_handle_get(handle, type, access, (struct nt_object **)out, NULL);
}

NTSTATUS nt_info_return(const void *info, size_t size, void *guest, ULONG length,
                        ULONG *return_length)
{
    if (length < size)
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!guest_write(guest, info, size))
        return STATUS_ACCESS_VIOLATION;
    return !return_length || guest_put(return_length, (ULONG)size) ? STATUS_SUCCESS
                                                                   : STATUS_ACCESS_VIOLATION;
}

/* --- names --------------------------------------------------------------------------------- */

NTSTATUS nt_oattr_get(const OBJECT_ATTRIBUTES *oa, struct nt_oattr *out)
{
    OBJECT_ATTRIBUTES a;
    UNICODE_STRING name;

    *out = (struct nt_oattr){0};
    if (!oa)
        return STATUS_SUCCESS;
    if (!guest_get(&a, oa))
        return STATUS_ACCESS_VIOLATION;
    if (a.Length != sizeof(a) || (a.Attributes & ~OBJ_VALID_ATTRIBUTES))
        return STATUS_INVALID_PARAMETER;
    out->attributes = a.Attributes;
    out->root = a.RootDirectory;
    if (!a.ObjectName)
        return a.RootDirectory ? STATUS_OBJECT_NAME_INVALID : STATUS_SUCCESS;
    if (!guest_get(&name, a.ObjectName))
        return STATUS_ACCESS_VIOLATION;
    if (name.Length % 2)
        return STATUS_OBJECT_NAME_INVALID;
    if (name.Length == 0)
        return STATUS_SUCCESS;
    out->name = malloc(name.Length);
    if (!out->name)
        return STATUS_NO_MEMORY;
    if (!guest_read(out->name, name.Buffer, name.Length)) {
        nt_oattr_free(out);
        return STATUS_ACCESS_VIOLATION;
    }
    out->length = name.Length / 2;
    return STATUS_SUCCESS;
}

void nt_oattr_free(struct nt_oattr *a)
{
    free(a->name);
    a->name = NULL;
}

static uint16_t fold(uint16_t c)
{
    if (c >= 'a' && c <= 'z')
        return c - 32;
    if ((c >= 0xe0 && c <= 0xfe && c != 0xf7) || (c >= 0x3b1 && c <= 0x3c9 && c != 0x3c2) ||
        (c >= 0x430 && c <= 0x44f))
        return c - 32;
    return c;
}

static bool same(const uint16_t *a, const uint16_t *b, size_t n, bool ignore_case)
{
    for (size_t i = 0; i < n; i++)
        if (a[i] != b[i] && !(ignore_case && fold(a[i]) == fold(b[i])))
            return false;
    return true;
}

static bool same_ascii(const char *a, const uint16_t *b, size_t n, bool ignore_case)
{
    for (size_t i = 0; i < n; i++) {
        uint16_t c = (unsigned char)a[i];
        if (!c || (c != b[i] && !(ignore_case && fold(c) == fold(b[i]))))
            return false;
    }
    return a[n] == 0;
}

static uint32_t hash_name(uint32_t parent, const uint16_t *text, size_t n)
{
    uint32_t h = 2166136261u ^ parent;

    for (size_t i = 0; i < n; i++)
        h = (h ^ fold(text[i])) * 16777619u;
    return h;
}

/* Where a look-up has come to. */
struct found {
    uint32_t parent;      /* directory id */
    const uint16_t *leaf; /* into the text that is looked up */
    size_t leaf_length;
    int fixed;            /* index of a fixed entry, or -1 */
    struct nt_name *name; /* or NULL */
    bool is_root;
};

static void find_child(uint32_t parent, const uint16_t *text, size_t n, bool ignore_case,
                       struct found *f)
{
    f->fixed = -1;
    f->name = NULL;
    for (size_t i = 1; i < FIXED; i++)
        if (fixed[i].parent == parent && same_ascii(fixed[i].name, text, n, ignore_case)) {
            f->fixed = (int)i;
            return;
        }
    uint32_t hash = hash_name(parent, text, n);
    for (uint32_t i = atomic_load(nt_arena_bucket(hash)); i;) {
        struct nt_name *e = nt_arena_name(i - 1);
        uint32_t next = e->next;
        if (e->hash == hash && e->parent == parent && e->length == n &&
            same(e->text, text, n, ignore_case) && nt_slot_has_holder(nt_slot_at(e->slot))) {
            f->name = e;
            return;
        }
        i = next;
    }
}

/* Puts the target of a link in front of what is left; the new text replaces *text. */
static NTSTATUS follow(uint16_t **text, size_t *length, const struct found *f, size_t rest_at)
{
    size_t rest = *length - rest_at, target;
    const struct nt_name *more = NULL;

    if (f->fixed >= 0) {
        target = strlen(fixed[f->fixed].link);
    } else {
        more = nt_arena_name(f->name->target - 1);
        target = f->name->target_length;
    }
    uint16_t *joined = malloc((target + rest + 1) * sizeof(*joined));
    if (!joined)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < target; i++)
        joined[i] = more ? more->text[i] : (unsigned char)fixed[f->fixed].link[i];
    if (target > 1 && joined[target - 1] == '\\')
        target--;
    else if (target == 1 && rest)
        target = 0; /* the root: what follows begins with a backslash */
    memcpy(joined + target, *text + rest_at, rest * sizeof(*joined));
    free(*text);
    *text = joined;
    *length = target + rest;
    return STATUS_SUCCESS;
}

static bool is_link(const struct found *f)
{
    return f->fixed >= 0 ? fixed[f->fixed].link != NULL
                         : f->name && nt_slot_at(f->name->slot)->kind == NT_SLOT_LINK;
}

/* Under the session lock. Success: f says what the last component is, if it exists. */
static NTSTATUS resolve(uint32_t root, struct nt_oattr *a, bool open_link, struct found *f)
{
    bool ignore_case = a->attributes & OBJ_CASE_INSENSITIVE;
    uint32_t at = root;
    size_t i = 0;

    if (root == 0) {
        if (a->length == 0 || a->name[0] != '\\')
            return STATUS_OBJECT_PATH_SYNTAX_BAD;
        i = 1;
    } else if (a->name[0] == '\\') {
        return STATUS_OBJECT_PATH_SYNTAX_BAD;
    }
    for (unsigned links = 0;;) {
        *f = (struct found){.fixed = -1};
        if (at == 0 && i >= a->length) {
            f->is_root = true;
            f->fixed = 0;
            return STATUS_SUCCESS;
        }
        size_t end = i;
        while (end < a->length && a->name[end] != '\\')
            end++;
        if (end == i)
            return STATUS_OBJECT_NAME_INVALID;
        if (end - i > NT_NAME_MAX)
            return STATUS_NAME_TOO_LONG;
        find_child(at, a->name + i, end - i, ignore_case, f);
        f->parent = at;
        f->leaf = a->name + i;
        f->leaf_length = end - i;
        bool last = end == a->length;
        if (is_link(f) && !(last && open_link)) {
            if (++links > MAX_LINKS)
                return STATUS_NAME_TOO_LONG;
            NTSTATUS status = follow(&a->name, &a->length, f, end);
            if (!NT_SUCCESS(status))
                return status;
            at = 0;
            i = 1;
            if (a->length == 0 || a->name[0] != '\\')
                return STATUS_OBJECT_PATH_SYNTAX_BAD;
            continue;
        }
        if (last)
            return STATUS_SUCCESS;
        if (f->fixed >= 0)
            at = (uint32_t)f->fixed;
        else if (!f->name)
            return STATUS_OBJECT_PATH_NOT_FOUND;
        else if (nt_slot_at(f->name->slot)->kind == NT_SLOT_DIRECTORY)
            at = f->name->slot + FIRST_DYNAMIC;
        else
            return STATUS_OBJECT_TYPE_MISMATCH;
        i = end + 1;
    }
}

static NTSTATUS root_of(const struct nt_oattr *a, uint32_t *id)
{
    struct nt_sync *d;

    *id = 0;
    if (!a->root)
        return STATUS_SUCCESS;
    NTSTATUS status = nt_sync_get(a->root, &nt_directory_type, 0, &d);
    if (!NT_SUCCESS(status))
        return status;
    *id = d->slot ? nt_slot_number(d->slot) + FIRST_DYNAMIC : (uint32_t)(uintptr_t)d->more;
    nt_object_release(&d->object);
    return STATUS_SUCCESS;
}

static struct nt_name *new_name(uint32_t *index)
{
    for (uint32_t i = 0; i < NT_ARENA_NAMES; i++) {
        struct nt_name *n = nt_arena_name(i);
        if (atomic_load(&n->state))
            continue;
        memset((void *)n, 0, sizeof(*n));
        atomic_store(&n->state, nt_arena_process() + 1);
        *index = i;
        return n;
    }
    return NULL;
}

/* Under the session lock: gives a slot a name; target for links. */
static NTSTATUS publish(struct nt_slot *slot, const struct found *f, const uint16_t *target,
                        size_t target_length)
{
    uint32_t index, more_index;
    struct nt_name *n = new_name(&index);

    if (!n)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (target) {
        struct nt_name *more = new_name(&more_index);
        if (!more) {
            atomic_store(&n->state, 0);
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        memcpy(more->text, target, target_length * sizeof(*target));
        n->target = more_index + 1;
        n->target_length = (uint16_t)target_length;
    }
    if (!nt_slot_hold_locked(slot)) {
        if (n->target)
            atomic_store(&nt_arena_name(n->target - 1)->state, 0);
        atomic_store(&n->state, 0);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    n->slot = nt_slot_number(slot);
    n->parent = f->parent;
    n->length = (uint16_t)f->leaf_length;
    memcpy(n->text, f->leaf, f->leaf_length * sizeof(*f->leaf));
    n->hash = hash_name(f->parent, f->leaf, f->leaf_length);
    n->next = atomic_load(nt_arena_bucket(n->hash));
    nt_slot_set_name(slot, index + 1);
    atomic_store(nt_arena_bucket(n->hash), index + 1);
    return STATUS_SUCCESS;
}

/* The object that was found, with a reference. Under both locks. */
static NTSTATUS take_found(const struct found *f, enum nt_slot_kind kind, struct nt_sync **out)
{
    if (f->fixed >= 0) {
        bool link = fixed[f->fixed].link != NULL;
        if (kind != (link ? NT_SLOT_LINK : NT_SLOT_DIRECTORY))
            return STATUS_OBJECT_TYPE_MISMATCH;
        *out = new_sync(NULL, link ? &nt_symlink_type : &nt_directory_type);
        if (!*out)
            return STATUS_NO_MEMORY;
        (*out)->more = (void *)(uintptr_t)f->fixed;
        return STATUS_SUCCESS;
    }
    struct nt_slot *slot = nt_slot_at(f->name->slot);
    if (slot->kind != kind)
        return STATUS_OBJECT_TYPE_MISMATCH;
    if (!nt_slot_hold_locked(slot))
        return STATUS_INSUFFICIENT_RESOURCES;
    *out = object_of(slot);
    return *out ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

static void discard(struct nt_slot *slot)
{
    int32_t previous;

    if (slot->kind == NT_SLOT_MUTANT && slot->u.mutant.count)
        nt_slot_mutant_release(slot, true, &previous);
    nt_slot_free(slot);
}

static NTSTATUS create_named(struct nt_slot *slot, const struct nt_object_type *type,
                             enum nt_slot_kind kind, struct nt_oattr *a, const uint16_t *target,
                             size_t target_length, struct nt_sync **out)
{
    struct found f;
    uint32_t root;

    NTSTATUS status = root_of(a, &root);
    if (!NT_SUCCESS(status))
        return status;
    pthread_mutex_lock(&registry_lock);
    nt_session_lock();
    status = resolve(root, a, kind == NT_SLOT_LINK || (a->attributes & OBJ_OPENLINK), &f);
    if (NT_SUCCESS(status) && (f.name || f.fixed >= 0)) {
        if (!(a->attributes & OBJ_OPENIF)) {
            status = STATUS_OBJECT_NAME_COLLISION;
        } else {
            status = take_found(&f, kind, out);
            if (NT_SUCCESS(status))
                status = STATUS_OBJECT_NAME_EXISTS;
        }
    } else if (NT_SUCCESS(status)) {
        struct nt_sync *s = new_sync(slot, type);
        status = s ? publish(slot, &f, target, target_length) : STATUS_NO_MEMORY;
        if (NT_SUCCESS(status)) {
            registry_add(s);
            *out = s;
        } else {
            free(s);
        }
    }
    nt_session_unlock();
    pthread_mutex_unlock(&registry_lock);
    return status;
}

NTSTATUS nt_sync_name_create(struct nt_slot *slot, const struct nt_object_type *type,
                             enum nt_slot_kind kind, struct nt_oattr *a, struct nt_sync **out)
{
    NTSTATUS status = a->attributes & OBJ_PERMANENT
                          ? STATUS_PRIVILEGE_NOT_HELD
                          : create_named(slot, type, kind, a, NULL, 0, out);

    if (status != STATUS_SUCCESS)
        discard(slot);
    return status;
}

static NTSTATUS create(struct nt_slot *slot, const struct nt_object_type *type,
                       enum nt_slot_kind kind, HANDLE *handle, ACCESS_MASK access,
                       const OBJECT_ATTRIBUTES *oa, const uint16_t *target, size_t target_length)
{
    struct nt_sync *s = NULL;
    struct nt_oattr a;

    if (!slot)
        return STATUS_NO_MEMORY;
    NTSTATUS status = nt_oattr_get(oa, &a);
    if (NT_SUCCESS(status) && (a.attributes & OBJ_PERMANENT)) {
        nt_oattr_free(&a);
        status = STATUS_PRIVILEGE_NOT_HELD;
    }
    if (!NT_SUCCESS(status)) {
        discard(slot);
        return status;
    }
    if (a.name) {
        status = create_named(slot, type, kind, &a, target, target_length, &s);
        if (status != STATUS_SUCCESS)
            discard(slot);
    } else {
        s = new_sync(slot, type);
        if (!s) {
            discard(slot);
            status = STATUS_NO_MEMORY;
        }
    }
    nt_oattr_free(&a);
    if (!NT_SUCCESS(status))
        return status;
    NTSTATUS last = nt_handle_return(&s->object, type, access, a.attributes, handle);
    return NT_SUCCESS(last) ? status : last;
}

NTSTATUS nt_sync_create(struct nt_slot *slot, const struct nt_object_type *type,
                        enum nt_slot_kind kind, HANDLE *handle, ACCESS_MASK access,
                        const OBJECT_ATTRIBUTES *oa)
{
    return create(slot, type, kind, handle, access, oa, NULL, 0);
}

NTSTATUS nt_sync_name_open(enum nt_slot_kind kind, struct nt_oattr *a, struct nt_sync **out)
{
    struct found f;
    uint32_t root;

    NTSTATUS status = a->name ? root_of(a, &root) : STATUS_OBJECT_PATH_SYNTAX_BAD;
    if (NT_SUCCESS(status) && !nt_arena_need())
        status = STATUS_NO_MEMORY;
    if (!NT_SUCCESS(status))
        return status;
    pthread_mutex_lock(&registry_lock);
    nt_session_lock();
    status = resolve(root, a, kind == NT_SLOT_LINK, &f);
    if (NT_SUCCESS(status))
        status = f.name || f.fixed >= 0 ? take_found(&f, kind, out) : STATUS_OBJECT_NAME_NOT_FOUND;
    nt_session_unlock();
    pthread_mutex_unlock(&registry_lock);
    return status;
}

NTSTATUS nt_sync_open(const struct nt_object_type *type, enum nt_slot_kind kind, HANDLE *handle,
                      ACCESS_MASK access, const OBJECT_ATTRIBUTES *oa)
{
    struct nt_sync *s = NULL;
    struct nt_oattr a;

    if (!oa)
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = nt_oattr_get(oa, &a);
    if (!NT_SUCCESS(status))
        return status;
    status = nt_sync_name_open(kind, &a, &s);
    nt_oattr_free(&a);
    if (!NT_SUCCESS(status))
        return status;
    return nt_handle_return(&s->object, type, access, a.attributes, handle);
}

/* Appends in front: the buffer is filled from its end. */
static bool prepend(uint16_t *buffer, size_t *at, const uint16_t *text, const char *ascii, size_t n)
{
    if (*at < n + 1)
        return false;
    *at -= n;
    for (size_t i = 0; i < n; i++)
        buffer[*at + i] = text ? text[i] : (unsigned char)ascii[i];
    buffer[--*at] = '\\';
    return true;
}

size_t nt_sync_name(struct nt_object *o, uint16_t *text, size_t room)
{
    uint16_t buffer[2048];
    size_t at = sizeof(buffer) / sizeof(buffer[0]), end = at;
    struct nt_sync *s = (struct nt_sync *)o;
    uint32_t id;

    if (o->type->destroy != nt_sync_destroy)
        return 0;
    if (!s->slot) {
        id = (uint32_t)(uintptr_t)s->more;
    } else {
        if (!atomic_load(&s->slot->shared))
            return 0;
        id = nt_slot_number(s->slot) + FIRST_DYNAMIC;
    }
    if (nt_arena_there())
        nt_session_lock();
    while (id != 0) {
        if (id < FIRST_DYNAMIC) {
            if (!prepend(buffer, &at, NULL, fixed[id].name, strlen(fixed[id].name)))
                break;
            id = fixed[id].parent;
        } else {
            uint32_t index = nt_slot_name(nt_slot_at(id - FIRST_DYNAMIC));
            if (!index)
                break;
            struct nt_name *n = nt_arena_name(index - 1);
            if (!prepend(buffer, &at, n->text, NULL, n->length))
                break;
            id = n->parent;
        }
    }
    if (nt_arena_there())
        nt_session_unlock();
    if (id == 0 && at == end && !s->slot)
        buffer[--at] = '\\';
    if (id != 0 || end - at > room)
        return 0;
    memcpy(text, buffer + at, (end - at) * sizeof(*text));
    return end - at;
}

uint16_t *nt_sync_name_of(struct nt_object *o, size_t *units)
{
    uint16_t *text = malloc(2048 * sizeof(*text));

    *units = text ? nt_sync_name(o, text, 2048) : 0;
    if (*units == 0) {
        free(text);
        text = NULL;
    }
    return text;
}

/* --- directories and links ----------------------------------------------------------------- */

NTSTATUS NtCreateDirectoryObject(struct nt_thread *t, HANDLE *DirectoryHandle,
                                 ACCESS_MASK DesiredAccess,
                                 const OBJECT_ATTRIBUTES *ObjectAttributes)
{
    (void)t;
    return nt_sync_create(nt_slot_new(NT_SLOT_DIRECTORY), &nt_directory_type, NT_SLOT_DIRECTORY,
                          DirectoryHandle, DesiredAccess, ObjectAttributes);
}

NTSTATUS NtCreateDirectoryObjectEx(struct nt_thread *t, HANDLE *DirectoryHandle,
                                   ACCESS_MASK DesiredAccess,
                                   const OBJECT_ATTRIBUTES *ObjectAttributes,
                                   HANDLE ShadowDirectoryHandle, ULONG Flags)
{
    if (ShadowDirectoryHandle || Flags)
        return STATUS_NOT_SUPPORTED;
    return NtCreateDirectoryObject(t, DirectoryHandle, DesiredAccess, ObjectAttributes);
}

NTSTATUS NtOpenDirectoryObject(struct nt_thread *t, HANDLE *DirectoryHandle,
                               ACCESS_MASK DesiredAccess, const OBJECT_ATTRIBUTES *ObjectAttributes)
{
    (void)t;
    return nt_sync_open(&nt_directory_type, NT_SLOT_DIRECTORY, DirectoryHandle, DesiredAccess,
                        ObjectAttributes);
}

NTSTATUS NtCreateSymbolicLinkObject(struct nt_thread *t, HANDLE *LinkHandle,
                                    ACCESS_MASK DesiredAccess,
                                    const OBJECT_ATTRIBUTES *ObjectAttributes,
                                    const UNICODE_STRING *LinkTarget)
{
    UNICODE_STRING target;
    uint16_t text[NT_NAME_MAX];

    (void)t;
    if (!guest_get(&target, LinkTarget))
        return STATUS_ACCESS_VIOLATION;
    if (target.Length == 0 || target.Length % 2)
        return STATUS_INVALID_PARAMETER;
    if (target.Length > sizeof(text))
        return STATUS_NAME_TOO_LONG;
    if (!guest_read(text, target.Buffer, target.Length))
        return STATUS_ACCESS_VIOLATION;
    return create(nt_slot_new(NT_SLOT_LINK), &nt_symlink_type, NT_SLOT_LINK, LinkHandle,
                  DesiredAccess, ObjectAttributes, text, target.Length / 2);
}

NTSTATUS NtOpenSymbolicLinkObject(struct nt_thread *t, HANDLE *LinkHandle,
                                  ACCESS_MASK DesiredAccess,
                                  const OBJECT_ATTRIBUTES *ObjectAttributes)
{
    (void)t;
    NTSTATUS status = nt_drive_link_open(ObjectAttributes, DesiredAccess, LinkHandle);
    if (status != STATUS_OBJECT_NAME_NOT_FOUND)
        return status;
    return nt_sync_open(&nt_symlink_type, NT_SLOT_LINK, LinkHandle, DesiredAccess,
                        ObjectAttributes);
}

static NTSTATUS return_target(UNICODE_STRING *guest, ULONG *returned, const uint16_t *text,
                              size_t n)
{
    UNICODE_STRING out;

    if (!guest_get(&out, guest) || (returned && !guest_put(returned, (ULONG)(n * 2))))
        return STATUS_ACCESS_VIOLATION;
    if (n * 2 > out.MaximumLength)
        return STATUS_BUFFER_TOO_SMALL;
    out.Length = (USHORT)(n * 2);
    return guest_write(out.Buffer, text, n * 2) && guest_put(guest, out) ? STATUS_SUCCESS
                                                                         : STATUS_ACCESS_VIOLATION;
}

NTSTATUS NtQuerySymbolicLinkObject(struct nt_thread *t, HANDLE LinkHandle,
                                   UNICODE_STRING *LinkTarget, ULONG *ReturnedLength)
{
    uint16_t text[NT_NAME_MAX];
    const uint16_t *drive;
    struct nt_object *hold;
    struct nt_sync *s;
    size_t n = 0;

    (void)t;
    nt_drive_link_target(LinkHandle, &drive, &n, &hold);
    if (n) {
        NTSTATUS found = return_target(LinkTarget, ReturnedLength, drive, n);
        nt_object_release(hold);
        return found;
    }
    NTSTATUS status = nt_sync_get(LinkHandle, &nt_symlink_type, SYMBOLIC_LINK_QUERY, &s);
    if (!NT_SUCCESS(status))
        return status;
    if (!s->slot) {
        const char *link = fixed[(uintptr_t)s->more].link;
        for (; link[n]; n++)
            text[n] = (unsigned char)link[n];
    } else {
        nt_session_lock();
        uint32_t index = nt_slot_name(s->slot);
        if (index) {
            struct nt_name *name = nt_arena_name(index - 1);
            n = name->target_length;
            memcpy(text, nt_arena_name(name->target - 1)->text, n * sizeof(*text));
        }
        nt_session_unlock();
    }
    nt_object_release(&s->object);
    return return_target(LinkTarget, ReturnedLength, text, n);
}

/* The entry of a directory at or behind *index; false at the end. */
static bool next_entry(uint32_t id, uint32_t *index, uint16_t *text, size_t *length,
                       const char **type)
{
    for (; *index < FIXED; ++*index) {
        if (fixed[*index].parent != id)
            continue;
        *length = strlen(fixed[*index].name);
        for (size_t i = 0; i < *length; i++)
            text[i] = (unsigned char)fixed[*index].name[i];
        *type = fixed[*index].link ? "SymbolicLink" : "Directory";
        return true;
    }
    for (; *index < FIXED + DOS_DEVICES && id == DOS_DEVICES_DIRECTORY; ++*index) {
        *length = nt_dos_device_name(*index - (uint32_t)FIXED, text);
        *type = "SymbolicLink";
        if (*length)
            return true;
        *index = FIXED + DOS_DEVICES - 1;
    }
    const uint32_t first = FIXED + DOS_DEVICES;
    bool found = false;
    if (*index < first)
        *index = first;
    if (!nt_arena_there())
        return false;
    nt_session_lock();
    for (; *index - first < NT_ARENA_NAMES && !found; ++*index) {
        struct nt_name *n = nt_arena_name(*index - first);
        if (!atomic_load(&n->state) || n->parent != id || n->length == 0)
            continue;
        struct nt_slot *slot = nt_slot_at(n->slot);
        const struct nt_object_type *kind = type_of_kind(slot->kind);
        if (!kind || !nt_slot_has_holder(slot))
            continue;
        *type = kind->name;
        *length = n->length;
        memcpy(text, n->text, n->length * sizeof(*text));
        found = true;
    }
    if (found)
        --*index;
    nt_session_unlock();
    return found;
}

struct directory_entry {
    UNICODE_STRING name, type;
};

NTSTATUS NtQueryDirectoryObject(struct nt_thread *t, HANDLE DirectoryHandle, void *Buffer,
                                ULONG Length, BOOLEAN ReturnSingleEntry, BOOLEAN RestartScan,
                                ULONG *Context, ULONG *ReturnLength)
{
    uint16_t text[NT_NAME_MAX + 16];
    struct nt_sync *d;
    uint32_t index = 0;
    const char *type;
    size_t n;

    (void)t;
    if (!RestartScan && !guest_get(&index, Context))
        return STATUS_ACCESS_VIOLATION;
    NTSTATUS status = nt_sync_get(DirectoryHandle, &nt_directory_type, DIRECTORY_QUERY, &d);
    if (!NT_SUCCESS(status))
        return status;
    uint32_t id = d->slot ? nt_slot_number(d->slot) + FIRST_DYNAMIC : (uint32_t)(uintptr_t)d->more;
    nt_object_release(&d->object);

    /* First how many entries fit: the strings lie behind the array and its terminator. */
    struct directory_entry e = {0};
    uint32_t at = index, entries = 0, limit = ReturnSingleEntry ? 1 : 0xffffffffu;
    size_t strings = 0, needed = 0;
    while (entries < limit && next_entry(id, &at, text, &n, &type)) {
        size_t more = (n + strlen(type) + 2) * sizeof(*text);
        needed = (entries + 2) * sizeof(e) + strings + more;
        if (needed > Length)
            break;
        strings += more;
        entries++;
        at++;
    }
    if (ReturnLength && !guest_put(ReturnLength, (ULONG)needed))
        return STATUS_ACCESS_VIOLATION;
    if (entries == 0)
        return needed ? STATUS_BUFFER_TOO_SMALL : STATUS_NO_MORE_ENTRIES;

    uintptr_t string_at = (uintptr_t)Buffer + (entries + 1) * sizeof(e);
    uintptr_t end = string_at + strings;
    struct directory_entry *out = Buffer;
    uint32_t done = 0;
    for (at = index; done < entries && next_entry(id, &at, text, &n, &type); done++, at++) {
        size_t type_length = strlen(type);
        if (string_at + (n + type_length + 2) * 2 > end)
            break; /* the directory has changed meanwhile */
        text[n] = 0;
        e.name = (UNICODE_STRING){(USHORT)(n * 2), (USHORT)(n * 2 + 2), (WCHAR *)string_at};
        if (!guest_write((void *)string_at, text, (n + 1) * 2))
            return STATUS_ACCESS_VIOLATION;
        string_at += (n + 1) * 2;
        for (size_t i = 0; i <= type_length; i++)
            text[i] = (unsigned char)type[i];
        e.type = (UNICODE_STRING){(USHORT)(type_length * 2), (USHORT)(type_length * 2 + 2),
                                  (WCHAR *)string_at};
        if (!guest_write((void *)string_at, text, (type_length + 1) * 2) ||
            !guest_write(&out[done], &e, sizeof(e)))
            return STATUS_ACCESS_VIOLATION;
        string_at += (type_length + 1) * 2;
    }
    if (!guest_zero(&out[done], sizeof(e)) || !guest_put(Context, at))
        return STATUS_ACCESS_VIOLATION;
    if (ReturnSingleEntry)
        return STATUS_SUCCESS;
    return next_entry(id, &at, text, &n, &type) ? STATUS_MORE_ENTRIES : STATUS_SUCCESS;
}

NTSTATUS NtMakeTemporaryObject(struct nt_thread *t, HANDLE Handle)
{
    struct nt_object *o;

    (void)t;
    NTSTATUS status = nt_handle_get(Handle, NULL, DELETE, &o, NULL);
    if (NT_SUCCESS(status))
        nt_object_release(o); /* there are no others */
    return status;
}

NTSTATUS NtMakePermanentObject(struct nt_thread *t, HANDLE Handle)
{
    struct nt_object *o;

    (void)t;
    NTSTATUS status = nt_handle_get(Handle, NULL, 0, &o, NULL);
    if (!NT_SUCCESS(status))
        return status;
    nt_object_release(o);
    return STATUS_PRIVILEGE_NOT_HELD;
}
