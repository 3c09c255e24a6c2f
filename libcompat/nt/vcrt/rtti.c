/*
 * dynamic_cast and typeid. The word before a virtual table leads to the object's locator, that to
 * the class's hierarchy: all its bases in depth-first order, each with its place in the object.
 */
#include "std_exception.h"

struct base_class {
    LONG type;
    ULONG contained; /* how many of the following entries are bases of this one */
    struct pmd where;
    ULONG attributes;
    LONG hierarchy;
};
enum { NOT_VISIBLE = 1, AMBIGUOUS = 2, PRIVATE_OR_PROTECTED = 4, HAS_HIERARCHY = 0x40 };
struct hierarchy {
    ULONG signature, attributes, count;
    LONG bases; /* RVA of RVAs */
};
struct locator {
    ULONG signature; /* 1: `self` is there */
    ULONG offset;    /* of this virtual table's pointer in the object */
    ULONG constructor_offset;
    LONG type, hierarchy, self;
};

struct object {
    char *complete;
    ULONG_PTR base; /* of the image */
    const struct locator *locator;
    const struct hierarchy *hierarchy;
    const LONG *bases;
};

/* No address may fault here but that of the object: programs expect __non_rtti_object for memory
 * without type information, which a wild pointer in the virtual table's place would be. */
static bool readable(const void *address, size_t size)
{
    MEMORY_BASIC_INFORMATION info;

    if (!VirtualQuery(address, &info, sizeof(info)) || info.State != MEM_COMMIT ||
        info.Protect & (PAGE_NOACCESS | PAGE_GUARD))
        return false;
    return (ULONG_PTR)address + size <= (ULONG_PTR)info.BaseAddress + info.RegionSize;
}

static bool examine(void *object, struct object *out)
{
    const struct locator *locator = ((const struct locator *const *const *)object)[0][-1];
    void *base;

    if (!readable(locator, sizeof(*locator)))
        return false;
    if (locator->signature == 1)
        base = (char *)locator - locator->self;
    else if (!RtlPcToFileHeader((void *)locator, &base))
        return false;
    out->base = (ULONG_PTR)base;
    out->locator = locator;
    out->complete = (char *)object - locator->offset;
    if (locator->constructor_offset)
        out->complete -= *(LONG *)((char *)object - locator->constructor_offset);
    out->hierarchy = (const struct hierarchy *)(out->base + locator->hierarchy);
    out->bases = (const LONG *)(out->base + out->hierarchy->bases);
    return true;
}

static const struct base_class *base_class(const struct object *o, ULONG index)
{
    return (const struct base_class *)(o->base + o->bases[index]);
}

static bool is_type(const struct object *o, const struct base_class *base,
                    const struct type_descriptor *type)
{
    const struct type_descriptor *mine = (const void *)(o->base + base->type);

    return mine == type || strcmp(mine->name, type->name) == 0;
}

static char *address_of(const struct object *o, const struct base_class *base)
{
    return cxx_adjust(o->complete, &base->where);
}

/* The attributes of base number `index` as `target` (number `top`) sees it. */
static ULONG seen_from(const struct object *o, const struct base_class *target, ULONG top,
                       ULONG index)
{
    const struct hierarchy *own;

    if (!(target->attributes & HAS_HIERARCHY))
        return base_class(o, index)->attributes;
    own = (const struct hierarchy *)(o->base + target->hierarchy);
    if (index - top >= own->count)
        return NOT_VISIBLE;
    return ((const struct base_class *)(o->base +
                                        ((const LONG *)(o->base + own->bases))[index - top]))
        ->attributes;
}

/* From a base to a class that publicly has it; NULL if that is none, or more than one. */
static char *cast_down(const struct object *o, const char *from,
                       const struct type_descriptor *source, const struct type_descriptor *target)
{
    char *found = NULL;

    for (ULONG i = 0; i < o->hierarchy->count; i++) {
        const struct base_class *top = base_class(o, i);
        char *address;

        if (!is_type(o, top, target))
            continue;
        address = address_of(o, top);
        for (ULONG k = i; k <= i + top->contained && k < o->hierarchy->count; k++) {
            const struct base_class *base = base_class(o, k);

            if (!is_type(o, base, source) || address_of(o, base) != from ||
                (k != i && seen_from(o, top, i, k) & (NOT_VISIBLE | PRIVATE_OR_PROTECTED)))
                continue;
            if (found && found != address)
                return NULL;
            found = address;
        }
    }
    return found;
}

/* Sideways: both must be public in the whole object, and the target must be there once. */
static char *cast_across(const struct object *o, const char *from,
                         const struct type_descriptor *source,
                         const struct type_descriptor *target)
{
    bool from_public = false;
    char *found = NULL;

    for (ULONG i = 0; i < o->hierarchy->count; i++) {
        const struct base_class *base = base_class(o, i);
        char *address;

        if (is_type(o, base, source) && address_of(o, base) == from &&
            !(base->attributes & NOT_VISIBLE))
            from_public = true;
        if (!is_type(o, base, target))
            continue;
        address = address_of(o, base);
        if (base->attributes & AMBIGUOUS || (found && found != address))
            return NULL;
        if (!(base->attributes & NOT_VISIBLE))
            found = address;
    }
    return from_public ? found : NULL;
}

/* vfdelta: where in its class the object's virtual table pointer is. */
void *__RTDynamicCast(void *object, LONG vfdelta, const struct type_descriptor *source,
                      const struct type_descriptor *target, BOOL is_reference)
{
    struct object o;
    char *from, *result;

    if (!object)
        return NULL;
    if (!examine(object, &o))
        vcrt_throw_no_rtti("Access violation - no RTTI data!");
    from = (char *)object - vfdelta;
    result = cast_down(&o, from, source, target);
    if (!result)
        result = cast_across(&o, from, source, target);
    if (!result && is_reference)
        vcrt_throw_cast("Bad dynamic_cast!");
    return result;
}

void *__RTtypeid(void *object)
{
    struct object o;

    if (!object)
        vcrt_throw_typeid("Attempted a typeid of nullptr pointer!");
    if (!examine(object, &o))
        vcrt_throw_no_rtti("Bad read pointer - no RTTI data!");
    return (void *)(o.base + o.locator->type);
}

/* dynamic_cast<void *>: the whole object. */
void *__RTCastToVoid(void *object)
{
    struct object o;

    if (!object)
        return NULL;
    if (!examine(object, &o))
        vcrt_throw_no_rtti("Access violation - no RTTI data!");
    return o.complete;
}
