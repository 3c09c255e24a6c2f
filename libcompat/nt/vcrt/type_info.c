/*
 * type_info: comparison, names. The UCRT's compilers call functions (__std_type_info_*) with the
 * data behind the virtual table; programs for msvcrt.dll import the class's members.
 */
#include "cxx.h"

struct type_info_data {
    char *undecorated; /* made at first use; the module's list below owns it */
    char decorated[];  /* ".?AVname@@" */
};
struct type_info_object {
    const void *vtable;
    struct type_info_data data;
};

/* Names are made once; the list is emptied when the module goes. SLIST_HEADER of the module. */
struct name_node {
    SLIST_ENTRY link;
    char text[];
};

int __std_type_info_compare(const struct type_info_data *a, const struct type_info_data *b)
{
    return a == b ? 0 : strcmp(a->decorated + 1, b->decorated + 1);
}

size_t __std_type_info_hash(const struct type_info_data *data)
{
    size_t hash = 14695981039346656037ull; /* FNV-1a */

    for (const char *p = data->decorated + 1; *p; p++)
        hash = (hash ^ (unsigned char)*p) * 1099511628211ull;
    return hash ^ hash >> 32;
}

/* Class names without template arguments: ".?AVname@scope@@" is "class scope::name". */
static bool simple_name(const char *decorated, char *out, size_t room)
{
    static const struct {
        const char *code, *word;
    } kinds[] = {{".?AV", "class "}, {".?AU", "struct "}, {".?AT", "union "}, {".?AW4", "enum "}};
    const char *parts[32], *p = NULL;
    size_t lengths[32], count = 0, used = 0;

    for (size_t i = 0; i < CRT_COUNT(kinds) && !p; i++) {
        size_t n = strlen(kinds[i].code);

        if (strncmp(decorated, kinds[i].code, n) == 0) {
            p = decorated + n;
            used = strlen(kinds[i].word);
            if (used >= room)
                return false;
            memcpy(out, kinds[i].word, used);
        }
    }
    if (!p)
        return false;
    while (*p != '@') {
        size_t n = strcspn(p, "@?$");

        if (n == 0 || p[n] != '@' || count == CRT_COUNT(parts) || (*p >= '0' && *p <= '9'))
            return false; /* a template, a local scope, a back reference */
        parts[count] = p;
        lengths[count++] = n;
        p += n + 1;
    }
    if (p[1] || !count)
        return false;
    while (count-- > 0) {
        if (used + lengths[count] + 3 > room)
            return false;
        memcpy(out + used, parts[count], lengths[count]);
        used += lengths[count];
        if (count) {
            out[used++] = ':';
            out[used++] = ':';
        }
    }
    out[used] = 0;
    return true;
}

const char *__std_type_info_name(struct type_info_data *data, SLIST_HEADER *names)
{
    char *known = __atomic_load_n(&data->undecorated, __ATOMIC_ACQUIRE);
    struct name_node *node;
    char *expected = NULL;
    size_t room = 2 * strlen(data->decorated) + 16;

    if (known)
        return known;
    node = _aligned_malloc(sizeof(*node) + room, 16);
    if (!node)
        return NULL;
    if (!simple_name(data->decorated, node->text, room))
        memcpy(node->text, data->decorated + 1, strlen(data->decorated + 1) + 1);
    if (!__atomic_compare_exchange_n(&data->undecorated, &expected, node->text, false,
                                     __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        _aligned_free(node);
        return expected;
    }
    if (names)
        InterlockedPushEntrySList(names, &node->link);
    return node->text;
}

void __std_type_info_destroy_list(SLIST_HEADER *names)
{
    SLIST_ENTRY *entry = InterlockedFlushSList(names);

    while (entry) {
        SLIST_ENTRY *next = entry->Next;

        _aligned_free(CONTAINING_RECORD(entry, struct name_node, link));
        entry = next;
    }
}

/* ---- members ------------------------------------------------------------------------------------ */

static SLIST_HEADER runtime_names; /* of programs that import the class; lasts as long as we do */

const char *vcrt_type_info_name(struct type_info_object *self)
{
    return __std_type_info_name(&self->data, &runtime_names);
}

const char *vcrt_type_info_raw_name(const struct type_info_object *self)
{
    return self->data.decorated;
}

int vcrt_type_info_equal(const struct type_info_object *self, const struct type_info_object *other)
{
    return __std_type_info_compare(&self->data, &other->data) == 0;
}

int vcrt_type_info_not_equal(const struct type_info_object *self,
                             const struct type_info_object *other)
{
    return __std_type_info_compare(&self->data, &other->data) != 0;
}

int vcrt_type_info_before(const struct type_info_object *self,
                          const struct type_info_object *other)
{
    return __std_type_info_compare(&self->data, &other->data) < 0;
}

void vcrt_type_info_destroy(struct type_info_object *self)
{
    (void)self; /* its name belongs to the list */
}

static void *delete_type_info(struct type_info_object *self, unsigned flags)
{
    if (flags & 1)
        free(self);
    return self;
}

const void *const vcrt_type_info_vtable[] = {(const void *)delete_type_info};
