/* Keys and values in memory. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "abi/nt/casemap.h"
#include "syscalls/nt/registry.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void reg_lock(void)
{
    pthread_mutex_lock(&lock);
}

void reg_unlock(void)
{
    pthread_mutex_unlock(&lock);
}

struct reg_key *reg_root(void)
{
    static struct reg_key *root;
    static const uint16_t name[] = u"REGISTRY";

    if (!root) {
        struct reg_key *k = calloc(1, sizeof(*k));
        if (!k)
            return NULL;
        k->name = malloc(sizeof(name));
        if (!k->name) {
            free(k);
            return NULL;
        }
        memcpy(k->name, name, sizeof(name));
        k->name_n = 8;
        k->refs = 1;
        k->fixed = true;
        k->written = nt_system_time();
        root = k;
        reg_defaults(root);
    }
    return root;
}

static void free_values(struct reg_key *k)
{
    while (k->values) {
        struct reg_value *v = k->values;
        k->values = v->next;
        free(v->data);
        free(v);
    }
    k->value_count = 0;
}

void reg_release(struct reg_key *k)
{
    while (k && --k->refs == 0) {
        struct reg_key *parent = k->parent;
        free_values(k);
        free(k->children);
        free(k->class);
        free(k->name);
        free(k);
        k = parent;
    }
}

int reg_compare(const uint16_t *a, size_t na, const uint16_t *b, size_t nb)
{
    for (size_t i = 0; i < na && i < nb; i++) {
        int d = nt_upcase(a[i]) - nt_upcase(b[i]);
        if (d)
            return d;
    }
    return na < nb ? -1 : na > nb;
}

/* Where the name is, or belongs. */
static unsigned position(const struct reg_key *k, const uint16_t *name, size_t n, bool *found)
{
    unsigned low = 0, high = k->child_count;

    *found = false;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        const struct reg_key *c = k->children[middle];
        int d = reg_compare(c->name, c->name_n, name, n);
        if (d == 0) {
            *found = true;
            return middle;
        }
        if (d < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct reg_key *reg_child(struct reg_key *k, const uint16_t *name, size_t n)
{
    bool found;
    unsigned at = position(k, name, n, &found);

    return found ? k->children[at] : NULL;
}

struct reg_key *reg_child_add(struct reg_key *k, const uint16_t *name, size_t n)
{
    bool found;
    unsigned at = position(k, name, n, &found);

    if (found)
        return k->children[at];
    if (k->child_count == k->child_room) {
        unsigned room = k->child_room * 2 + 4;
        struct reg_key **more = realloc(k->children, room * sizeof(*more));
        if (!more)
            return NULL;
        k->children = more;
        k->child_room = room;
    }
    struct reg_key *c = calloc(1, sizeof(*c));
    uint16_t *copy = malloc(n * 2 + 2);
    if (!c || !copy) {
        free(c);
        free(copy);
        return NULL;
    }
    memcpy(copy, name, n * 2);
    c->name = copy;
    c->name_n = n;
    c->refs = 1;
    c->parent = k;
    k->refs++;
    c->written = k->written = nt_system_time();
    memmove(k->children + at + 1, k->children + at, (k->child_count - at) * sizeof(*k->children));
    k->children[at] = c;
    k->child_count++;
    return c;
}

void reg_child_remove(struct reg_key *k)
{
    struct reg_key *p = k->parent;
    unsigned at = 0;

    while (p->children[at] != k)
        at++;
    p->child_count--;
    memmove(p->children + at, p->children + at + 1, (p->child_count - at) * sizeof(*p->children));
    p->written = nt_system_time();
    k->deleted = true;
    free_values(k);
    reg_release(k);
}

static int by_name(const void *a, const void *b)
{
    const struct reg_key *x = *(struct reg_key *const *)a, *y = *(struct reg_key *const *)b;

    return reg_compare(x->name, x->name_n, y->name, y->name_n);
}

void reg_child_sort(struct reg_key *parent)
{
    if (parent->child_count)
        qsort(parent->children, parent->child_count, sizeof(*parent->children), by_name);
}

struct reg_value *reg_value_find(struct reg_key *k, const uint16_t *name, size_t n)
{
    struct reg_value *v = k->values;

    while (v && reg_compare(v->name, v->name_n, name, n) != 0)
        v = v->next;
    return v;
}

bool reg_value_set(struct reg_key *k, const uint16_t *name, size_t n, uint32_t type,
                   const void *data, uint32_t size)
{
    struct reg_value *v = reg_value_find(k, name, n), **end = &k->values;
    uint8_t *copy = malloc(size ? size : 1);

    if (!copy)
        return false;
    if (!v) {
        v = calloc(1, sizeof(*v) + n * 2);
        if (!v) {
            free(copy);
            return false;
        }
        v->name_n = n;
        memcpy(v->name, name, n * 2);
        while (*end)
            end = &(*end)->next;
        *end = v;
        k->value_count++;
    }
    if (size)
        memcpy(copy, data, size);
    free(v->data);
    v->data = copy;
    v->type = type;
    v->size = size;
    k->written = nt_system_time();
    return true;
}

bool reg_value_delete(struct reg_key *k, const uint16_t *name, size_t n)
{
    struct reg_value **at = &k->values;

    while (*at && reg_compare((*at)->name, (*at)->name_n, name, n) != 0)
        at = &(*at)->next;
    if (!*at)
        return false;
    struct reg_value *v = *at;
    *at = v->next;
    free(v->data);
    free(v);
    k->value_count--;
    k->written = nt_system_time();
    return true;
}
